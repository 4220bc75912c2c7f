"""Restore drills: `python -m tests.simulation.restore_drills --count N --seed S`.

An office and its phones work; somewhere in between a backup is made; they work on, phones are enrolled and revoked, phones forget what
their retention lets them; the office burns down and is restored from the backup; phones come back, idle ones too, through lost replies.
At the end every fact and photo that a phone had saved is in the office once, or its loss is named; and the check-up finds nothing.
SQLite is backed up and restored by our own commands' services, PostgreSQL by its own tools.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app.config import Settings
from app.factory import create_app
from app.services import backup, doctor, enrol, phones, restore
from app.services.lineage import begin_lineage
from app.store.db import db
from app.store.events import DEVICE, FOLDED, QUARANTINED, EventRow
from tests import builders, postgres
from tests.builders import Network
from tests.phone import enrolled
from tests.simulation.drill_phone import DrillPhone

DIALECTS = ("sqlite", "postgresql")
_ROUNDS_MAX = 400
_OLD_BACKUP = 0.25
_TROUBLE = 0.2


@dataclass
class Tally:
    """What the drills did and found."""

    facts: int = 0
    lost: int = 0
    duplicated: int = 0
    holes: int = 0
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Ground:
    """Where drills take place: a folder, a migrated SQLite file to copy, and a PostgreSQL server with a migrated template."""

    folder: Path
    server: str

    def settings(self, name: str, dialect: str, database: str) -> Settings:
        """Settings of an office in a folder of that name; a secret and keys of its own are made there."""
        url = f"sqlite:///{self.folder / name / 'doorstep.db'}" if dialect == "sqlite" else postgres.url_of(self.server, database)
        environ = {"DOORSTEP_DATA": str(self.folder / name), "DOORSTEP_DATABASE_URL": url, "DOORSTEP_PUBLIC_URL": "http://localhost"}
        return Settings.from_env(environ)

    def ask(self, statement: str) -> None:
        """Ask the PostgreSQL server itself."""
        with psycopg.connect(postgres.url_of(self.server, "postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def run(self, tool: str, *arguments: object) -> None:
        """Run one of PostgreSQL's tools against the server."""
        where = ("-h", self.server, "-p", "5432", "-U", "doorstep")
        subprocess.run([str(part) for part in (postgres.bin_folder() / tool, *where, *arguments)], check=True)


@contextmanager
def ground() -> Iterator[Ground]:
    """A ground that is cleared away at the end."""
    with tempfile.TemporaryDirectory(prefix="doorstep-drills-") as folder, postgres.running() as server:
        found = Ground(Path(folder), server)
        found.ask("CREATE DATABASE template_drill")
        for dialect in ("sqlite", "postgresql"):
            with _opened(found.settings("template", dialect, "template_drill")):
                upgrade()
        yield found


def drill(place: Ground, seed: int, tally: Tally, dialect: str | None = None) -> None:
    """One drill, on a drawn database unless one is named. Raises `AssertionError` with what is wrong."""
    rng = random.Random(seed)
    drawn = rng.choice(DIALECTS)
    dialect = dialect or drawn
    tally.faults[dialect] += 1
    name, database = f"drill-{seed}", f"drill_{seed}"
    settings = place.settings(name, dialect, database)
    if dialect == "sqlite":
        shutil.copyfile(place.folder / "template" / "doorstep.db", place.folder / name / "doorstep.db")
    else:
        place.ask(f"CREATE DATABASE {database} TEMPLATE template_drill")
    with _opened(settings) as app:
        network = builders.network(app)
        crew = [DrillPhone.of(network.phone(login)) for login in ("wang", "li", "zhao")]
        jobs = [network.job("wang", "li", "zhao") for _ in range(3)]
        _work(rng, network, crew, jobs, rng.randint(10, 40), tally)
        may_forget = {phone.device_id: phone.receipted_now() for phone in crew}
        _back_up(place, app, dialect, name)
        _after_the_backup(rng, network, crew, jobs, tally)
        is_old = rng.random() < _OLD_BACKUP
        if is_old:
            tally.faults["backup older than the retention"] += 1
            may_forget = {phone.device_id: phone.receipted_now() for phone in crew}
        for phone in crew:
            phone.forget(rng, may_forget.get(phone.device_id, set()))
            tally.faults["things forgotten by retention"] += len(phone.forgotten)
    for again in range(rng.choice((1, 1, 2))):
        restored = _restore(place, dialect, name, database, again)
        with _opened(restored) as app:
            for phone in crew:
                phone.client = app.test_client()
            if again == 0 and rng.random() < 0.3:
                tally.faults["phones that came back before a second restore"] += 1
                _come_back(rng, crew[:1], tally)
    with _opened(restored) as app:
        for phone in crew:
            phone.client = app.test_client()
        _come_back(rng, crew, tally)
        for phone in crew:  # back at work: whatever a phone had forgotten is named now
            phone.work(rng, jobs[0])
        _come_back(rng, crew, tally)
        _judge(app, network.tenant_id, crew, tally, is_old=is_old)


def _work(rng: random.Random, network: Network, crew: list[DrillPhone], jobs: list[str], steps: int, tally: Tally) -> None:
    """Some time in the life of an office: facts, contacts, lost replies, new jobs."""
    for _ in range(steps):
        phone = rng.choice(crew)
        drawn = rng.random()
        if drawn < 0.65:
            phone.work(rng, rng.choice(jobs))
        elif drawn < 0.95:
            phone.contact(rng, trouble=_TROUBLE)
        else:
            jobs.append(network.job("wang", "li", "zhao"))
            tally.faults["jobs planned"] += 1


def _after_the_backup(rng: random.Random, network: Network, crew: list[DrillPhone], jobs: list[str], tally: Tally) -> None:
    """What the backup knows nothing of. Some phones are idle all the while."""
    idle = rng.sample(crew, rng.randint(0, 2))
    tally.faults["idle phones"] += len(idle)
    for _ in range(rng.randint(0, 2)):
        code = enrol.make_code(network.office, network.tenant_id, network.people[rng.choice(("wang", "li"))], None).code
        crew.append(DrillPhone.of(enrolled(network.app.test_client(), code)))
        tally.faults["phones enrolled after the backup"] += 1
    busy = [phone for phone in crew if phone not in idle]
    _work(rng, network, busy, jobs, rng.randint(10, 60), tally)
    if rng.random() < 0.4:
        enrol.revoke(network.tenant_id, rng.choice(busy).device_id)
        tally.faults["revocations"] += 1
        _work(rng, network, busy, jobs, 6, tally)
    for phone in idle:
        while not phone.contact(rng):
            pass


def _come_back(rng: random.Random, crew: Sequence[DrillPhone], tally: Tally) -> None:
    """Phones get in touch in any order, until each has nothing left to send."""
    left = list(crew)
    for number in range(_ROUNDS_MAX):
        if not left:
            return
        phone = rng.choice(left)
        trouble = _TROUBLE if number < _ROUNDS_MAX / 2 else 0.0
        tally.faults["contacts after a restore"] += 1
        if phone.contact(rng, trouble=trouble):
            left.remove(phone)
    raise AssertionError(f"{[phone.device_id for phone in left]} did not come to rest")


def _back_up(place: Ground, app: Flask, dialect: str, name: str) -> None:
    kept, office = place.folder / f"{name}-kept", app.extensions["doorstep"]
    if dialect == "sqlite":
        made = backup.back_up(office, kept, secrets=True)
        assert list(backup.faults(made.folder, read_bytes=True)) == []
        return
    kept.mkdir()
    db.session.remove()
    place.run("pg_dump", "-Fc", "-f", kept / "dump", str(db.engine.url.database))
    for folder in ("blobs", "keys"):
        if (office.settings.data / folder).exists():
            shutil.copytree(office.settings.data / folder, kept / folder)
    shutil.copyfile(office.settings.data / "secret_key", kept / "secret_key")


def _restore(place: Ground, dialect: str, name: str, database: str, again: int) -> Settings:
    """The office from its backup on another machine: nothing of the old one is there."""
    kept, new, fresh = place.folder / f"{name}-kept", f"{name}-new-{again}", f"{database}_new_{again}"
    if dialect == "sqlite":
        settings = place.settings(new, dialect, fresh)
        assert restore.restore(settings, kept, replace=False).missing == []
        return place.settings(new, dialect, fresh)
    shutil.copytree(kept, place.folder / new, ignore=shutil.ignore_patterns("dump"))
    place.ask(f"CREATE DATABASE {fresh}")
    place.run("pg_restore", "-d", fresh, kept / "dump")
    settings = place.settings(new, dialect, fresh)
    with _opened(settings) as app:
        begin_lineage(app.extensions["doorstep"])
    return settings


def _judge(app: Flask, tenant_id: str, crew: Sequence[DrillPhone], tally: Tally, *, is_old: bool) -> None:
    """Compare what phones had saved with what the office has. Only what no backup and no phone holds any more may be missing, and named."""
    office = app.extensions["doorstep"]
    counted: Counter[str] = Counter()
    aside: set[str] = set()
    named: set[tuple[str, int, int]] = set()
    for row in db.session.scalars(select(EventRow).where(EventRow.tenant_id == tenant_id)):
        body = orjson.loads(row.body)
        if row.standing in (FOLDED, DEVICE):
            counted[body["event_id"]] += 1
        elif row.standing == QUARANTINED and orjson.loads(row.flags) == ["unknown_job"]:
            aside.add(body["event_id"])
        if row.kind == "log.opened":
            named.add((row.device_id, body["data"]["prior_epoch"], body["data"]["prior_acked_seq"]))
    awaited = {row["device_id"]: row["awaiting_blobs"] for row in phones.page(tenant_id, phones.Wanted(limit=200))["devices"]}
    wrong: list[str] = []
    for phone in crew:
        tally.facts += len(phone.saved) + len(phone.photos)
        gone = [one for one in phone.saved if not counted[one] and one not in aside]
        gone_photos = [one for one in phone.photos if not office.blobs.has(tenant_id, one)]
        lost = [one for one in (*gone, *gone_photos) if not is_old or one not in phone.forgotten]
        unnamed = bool(gone) and not any((phone.device_id, *hole) in named for hole in phone.holes)
        unsaid = [one for one in gone_photos if one in phone.forgotten] and gone == [] and not awaited[phone.device_id]
        tally.faults["facts in quarantine, of jobs planned after the backup"] += len(aside & phone.saved.keys())
        tally.faults["named losses"] += len(gone) + len(gone_photos) - len(lost)
        tally.lost += len(lost)
        tally.holes += unnamed or bool(unsaid)
        wrong += [f"{phone.device_id} lost {lost[:3]}"] * bool(lost) + [f"{phone.device_id}: a loss that nobody was told of"] * bool(
            unnamed or unsaid
        )
    twice = [one for one, times in counted.items() if times > 1]
    tally.duplicated += len(twice)
    wrong += [f"{one} counts twice" for one in twice] + doctor.faults(office)
    assert not wrong, "; ".join(wrong[:5])


@contextmanager
def _opened(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def run(count: int, seed: int) -> dict[str, Any]:
    """That many drills from that seed on; the result's one JSON object."""
    began, tally, failures = time.monotonic(), Tally(), []
    with ground() as place:
        for one in range(seed, seed + count):
            try:
                drill(place, one, tally)
            except AssertionError as wrong:
                failures.append({"seed": one, "why": str(wrong)[:600]})
            for path in place.folder.glob(f"drill-{one}*"):
                shutil.rmtree(path)
    return {
        "what": "restore_drills",
        "drills": count,
        "facts": tally.facts,
        "faults": dict(sorted(tally.faults.items())),
        "lost": tally.lost,
        "duplicated": tally.duplicated,
        "holes": tally.holes,
        "seeds": [seed, seed + count - 1],
        "seconds": round(time.monotonic() - began, 1),
        "failures": failures,
    }


def main(arguments: Sequence[str]) -> int:
    """The command; 1 when a drill failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    result = run(asked.count, asked.seed)
    print(json.dumps(result))
    return int(bool(result["failures"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
