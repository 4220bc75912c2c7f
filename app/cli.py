"""The commands that operators, `make run` and the tests use; docs/OPERATIONS.md lists them."""

import io
import sys
from pathlib import Path

import click
import qrcode
from flask import Flask, current_app
from flask.cli import AppGroup

from app.problems import Problem
from app.services import doctor, enrol, job_view, log_check, proofs
from app.services.demo import seed as demo
from app.services.office import Office

jobs = AppGroup("jobs", help="Jobs and their folded views.")
log = AppGroup("log", help="The devices' logs.")
devices = AppGroup("devices", help="Phones.")
proof = AppGroup("proof", help="Sealed proofs.")
seed = AppGroup("seed", help="Data to begin with.")


def register(app: Flask) -> None:
    """Add all commands to the application."""
    for group in (jobs, log, devices, proof, seed):
        app.cli.add_command(group)
    app.cli.add_command(run_doctor)
    app.cli.add_command(welcome)


def _office() -> Office:
    found: Office = current_app.extensions["doorstep"]
    return found


def _report(faults: list[str]) -> None:
    """One fault a line; when there is one, the command ends here with exit code 1."""
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(1)


@jobs.command("refold")
@click.option("--check", is_flag=True, help="Change nothing; print the jobs whose view differs from their events.")
def refold(check: bool) -> None:
    """Fold all jobs anew from their events."""
    differing = job_view.refold(check_only=check)
    if check:
        _report([f"{job_id}: the view differs from its events." for job_id in differing])
    else:
        click.echo(f"{len(differing)} views put right.")


@log.command("verify")
@click.argument("device", required=False)
def verify(device: str | None) -> None:
    """Check every hash, link and seal of DEVICE's logs, or of all."""
    _report(log_check.faults(device))


@devices.command("enrol-code")
@click.option("--installer", required=True, metavar="LOGIN", help="Whose phone it will be.")
def enrol_code(installer: str) -> None:
    """Make a one-time enrolment link for an installer's phone, valid for ten minutes."""
    try:
        code = enrol.make_code_for_login(_office(), installer)
    except Problem as problem:
        raise click.ClickException(str(problem) or problem.title) from problem
    click.echo(code.url)
    click.echo(_terminal_qr(code.url))


@proof.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_proof(file: Path) -> None:
    """Check a proof FILE: its digest and the office's signature."""
    _report(proofs.file_faults(file.read_bytes(), _office().key.public_jwk))
    click.echo("The proof is intact and signed by this office.")


@seed.command("demo")
def seed_demo() -> None:
    """One network with a day of jobs, once; planned anew when its day has passed."""
    click.echo(demo.seed_demo(_office()))


@click.command("doctor")
def run_doctor() -> None:
    """Check that rows and blobs agree, logs verify and views equal their events."""
    _report(doctor.faults(_office()))


@click.command("welcome", hidden=True)
def welcome() -> None:
    """Say where Doorstep is served and how to sign in to the demo."""
    found = demo.access(_office())
    url = _office().settings.public_url
    click.echo(f"\nDoorstep is served at {url}\n")
    if found is None:
        return
    click.echo(f"Console    {url}/console/")
    for login in found.logins:
        click.echo(f"  sign in as {login} with {found.password}")
    code = enrol.make_code_for_login(_office(), found.installer)
    again = f"flask --app wsgi devices enrol-code --installer {found.installer}"
    click.echo(f"\nInstaller  {code.url}\n  for one phone, within ten minutes; another one: .venv/bin/{again}")
    click.echo(_terminal_qr(code.url))


def _terminal_qr(text: str) -> str:
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue()
