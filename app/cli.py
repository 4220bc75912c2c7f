"""The commands that operators, `make run` and the tests use; docs/OPERATIONS.md lists them."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import qrcode
from flask import Flask, current_app
from flask.cli import AppGroup

from app import clock
from app.problems import Problem
from app.services import ask_again, backup, backup_file, conformity, doctor, enrol, job_view, lineage, log_check, proofs, restore, sweep
from app.services import rescue as rescue_files
from app.services.demo import seed as demo
from app.services.office import Office

jobs = AppGroup("jobs", help="Jobs and their folded views.")
log = AppGroup("log", help="The devices' logs.")
devices = AppGroup("devices", help="Phones.")
proof = AppGroup("proof", help="Sealed proofs.")
rescue = AppGroup("rescue", help="Files that phones gave out.")
blobs = AppGroup("blobs", help="What lies in the blob store.")
seed = AppGroup("seed", help="Data to begin with.")
lineages = AppGroup("lineage", help="Which line of history the database is.")


class BackupGroup(AppGroup):
    """`flask backup TO` means `flask backup make TO`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args.insert(0, "make")
        return super().parse_args(ctx, args)


backups = BackupGroup("backup", help="Back up SQLite and the blob folder, while serving: flask backup TO [--with-keys].")


def register(app: Flask) -> None:
    """Add all commands to the application."""
    for group in (jobs, log, devices, proof, blobs, rescue, seed, lineages, backups):
        app.cli.add_command(group)
    app.cli.add_command(run_restore)
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
@click.option("--check", is_flag=True, help="Change nothing; print the jobs whose view or conformity differs from their events.")
def refold(check: bool) -> None:
    """Fold all jobs anew from their events, and judge anew how approved ones kept to their standards."""
    differing = job_view.refold(check_only=check)
    unlike = conformity.refold(check_only=check)
    if check:
        faults = [f"{job_id}: the view differs from its events." for job_id in differing]
        _report(faults + [f"{job_id}: its rows of conformity differ from its events." for job_id in unlike])
    else:
        click.echo(f"{len(differing)} views put right, and the conformity of {len(unlike)} jobs.")


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


@rescue.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", metavar="ID", help="The network, when the file does not say of which it is.")
def import_rescue(file: Path, tenant: str | None) -> None:
    """Take in a rescue FILE that a phone gave out. Bringing it again changes nothing."""
    try:
        taken = rescue_files.import_by_operator(_office(), file, tenant)
    except Problem as problem:
        raise click.ClickException(str(problem) or problem.title) from problem
    for line in rescue_files.said(taken):
        click.echo(line)


@seed.command("demo")
def seed_demo() -> None:
    """One network with a day of jobs, once; planned anew when its day has passed."""
    click.echo(demo.seed_demo(_office()))


@click.command("doctor")
@click.option("--bytes", "read_bytes", is_flag=True, help="Read and hash every blob.")
def run_doctor(read_bytes: bool) -> None:
    """Check that rows and blobs agree, logs verify and views equal their events; say what to do about each fault."""
    count = 0
    for count, fault in enumerate(doctor.examine(_office(), read_bytes=read_bytes), start=1):  # noqa: B007  how many there were
        click.echo(fault)
    if count:
        raise click.ClickException(f"{count} faults.")


@blobs.command("sweep")
def sweep_blobs() -> None:
    """Note blobs that a dying server could not, and remove unfinished uploads that nothing needs."""
    swept = sweep.sweep(_office(), clock.now())
    click.echo(
        f"{len(swept.noted)} blobs noted, {len(swept.removed)} unfinished uploads removed, {len(swept.nameless)} nameless blobs kept."
    )


@blobs.command("ask")
@click.argument("sha256")
def ask_for_blob(sha256: str) -> None:
    """Ask the phones that named a lost or damaged blob for it once more."""
    with _said_plainly():
        lost = ask_again.ask_again(_office(), sha256)
    click.echo("Phones that still hold it will send it." if lost else "It lies in the store, whole: there is nothing to ask for.")


@backups.command("make")
@click.argument("to", type=click.Path(path_type=Path))
@click.option("--with-keys", is_flag=True, help="Put the server's key and secret in too; whoever has them can sign as this office.")
def make_backup(to: Path, with_keys: bool) -> None:
    """Add a backup to the folder TO, where a later one copies only new blobs; or make it one file, TO.tar."""
    make = backup_file.back_up_to_file if to.suffix == backup_file.SUFFIX else backup.back_up
    with _said_plainly():
        made = make(_office(), to, secrets=with_keys)
    held = made.manifest
    click.echo(f"{to}: {held.blobs} blobs ({held.blob_bytes} bytes), {made.copied} of them new. Made at {held.made_at}.")
    if not with_keys:
        click.echo("The server's key and secret are not in it: keep copies of keys/ and secret_key from the data folder elsewhere.")
    _report([f"Blob {sha256} is missing or damaged here: see flask doctor." for sha256 in held.missing])


@backups.command("check")
@click.argument("source", metavar="FROM", type=click.Path(exists=True, path_type=Path))
@click.option("--bytes", "read_bytes", is_flag=True, help="Read and hash every blob.")
def check_backup(source: Path, read_bytes: bool) -> None:
    """Check the newest backup in the folder or file FROM."""
    with _said_plainly(), backup_file.opened(source, _office().settings.data) as place:
        newest = backup.newest(place)
        faults = list(backup.faults(newest, read_bytes=read_bytes))
        held = backup.read_manifest(newest)
    _report(faults)
    click.echo(f"Whole: {held.blobs} blobs, made at {held.made_at}.")


@click.command("restore")
@click.argument("source", metavar="FROM", type=click.Path(exists=True, path_type=Path))
@click.option("--replace", is_flag=True, help="Move the data that is there aside.")
def run_restore(source: Path, replace: bool) -> None:
    """Put the newest backup in FROM in the place of the data, as a new lineage. Stop the server first."""
    settings = _office().settings
    with _said_plainly(), backup_file.opened(source, settings.data) as place:
        done = restore.restore(settings, place, replace=replace)
    for path in done.aside:
        click.echo(f"What was there is now {path}")
    click.echo(f"Restored as of {done.manifest.made_at}, lineage {done.server_epoch}. Now: flask --app wsgi db upgrade, then serve.")
    click.echo("Phones send again by themselves. People disabled and phones revoked since then are not any more: do it again.")
    if not done.manifest.secrets:
        click.echo(
            "The backup holds no keys: those of the data folder go on. If they are new ones, put the old ones back before you serve."
        )
    _report([f"Blob {sha256} was not in the backup: a phone that holds it will send it." for sha256 in done.missing])


@lineages.command("begin")
def begin_lineage() -> None:
    """Begin a new lineage: after PostgreSQL was restored, before anything serves from it."""
    click.echo(f"Lineage {lineage.begin_lineage(_office())} has begun.")


@contextlib.contextmanager
def _said_plainly() -> Iterator[None]:
    """What stops a command, as one sentence instead of a traceback."""
    try:
        yield
    except (backup.BackupInvalid, Problem) as error:
        raise click.ClickException(str(error)) from error


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
