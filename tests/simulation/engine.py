"""The engine simulator: `python -m tests.simulation.engine --count N --seed S`.

Phones in node run the storage code and the sync core that ship, against the real server over real sockets, through a line with
faults. Schedules run in rounds, side by side; a round may see the server killed and started again, or restored from a backup of
its middle. At the end of each, the database and the blob store are asked for every fact that a phone had called saved.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask

from app import clock, ids
from app.config import Settings
from app.factory import create_app
from app.services import desk, enrol, standards
from app.services.lineage import begin_lineage
from app.services.office import Office
from app.store.db import db, writing
from app.store.people import User
from tests import world
from tests.gunicorn import Server, environment, flask, free_port, serving, stop
from tests.simulation import fault_line
from tests.simulation.fault_line import FaultLine
from tests.simulation.oracle import Findings, judge

ROOT = Path(__file__).parents[2]
PWA = ROOT / "app" / "pwa"
ROUND = 40
_CODES = 4
_PATIENCE_MS = 700
_PATIENCE_AT_REST_MS = 30_000
_KILLED_ROUNDS, _RESTORED_ROUNDS = 0.3, 0.25

Json = dict[str, Any]


@dataclass
class Town:
    """The server's data folder, and the one network of people whose phones are simulated."""

    app: Flask
    environ: dict[str, str]
    world: world.World
    line: FaultLine
    server: ExitStack

    @property
    def office(self) -> Office:
        """The office, as the server sees it too."""
        found: Office = self.app.extensions["doorstep"]
        return found

    @property
    def data(self) -> Path:
        return Path(self.environ["DOORSTEP_DATA"])

    def start(self) -> None:
        """Start the server on the data that is there now."""
        server = self.server.enter_context(_quick_server(self.environ))
        self.line.upstream_port = server.port

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        self.server.close()


@contextmanager
def _quick_server(environ: dict[str, str]) -> Iterator[Server]:
    """A server that is killed at the end and not asked to finish."""
    with serving(environ, migrated=True) as server:
        try:
            yield server
        finally:
            stop(server.process, kill=True)


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """A server on a fresh database, behind a line with faults."""
    data = folder / "data"
    data.mkdir()
    environ = environment(data, free_port(), f"sqlite:///{data / 'doorstep.db'}") | {"DOORSTEP_SECRET_KEY": "a key for tests only"}
    upgraded = flask(environ, "db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    app = create_app(Settings.from_env(environ))
    with app.app_context(), fault_line.before(int(environ["PORT"])) as line, ExitStack() as server:
        made = Town(app, environ, world.make(app.extensions["doorstep"]), line, server)
        made.start()
        try:
            yield made
        finally:
            made.stop()
            db.session.remove()
            db.engine.dispose()


NODE = (str(ROOT / "tools" / "with-node.sh"), "node", "--max-old-space-size=1500", "--no-warnings")


def built(folder: Path, entry: str = "main.ts") -> Path:
    """One of the harness's programs, bundled with the app's own sources."""
    program = (folder / entry).with_suffix(".mjs")
    sources = Path(__file__).parent / "engine"
    subprocess.run([*NODE, str(sources / "build.mjs"), str(PWA), str(program), str(sources / entry)], check=True)
    return program


@contextmanager
def harness(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The process in node that plays the phones."""
    process = subprocess.Popen([*NODE, str(built(folder))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


@dataclass
class Round:
    """Schedules that run side by side, and what happens to their server meanwhile; drawn from the first seed."""

    seeds: Sequence[int]
    killed: bool = False
    restored: bool = False
    crews: list[list[str]] = field(default_factory=list)

    @classmethod
    def of(cls, seeds: Sequence[int]) -> "Round":
        draw = random.Random(f"round {seeds[0]}")
        return cls(seeds, killed=draw.random() < _KILLED_ROUNDS, restored=draw.random() < _RESTORED_ROUNDS)


def play(town: Town, process: "subprocess.Popen[str]", playing: Round) -> Findings:
    """Play one round and say what became of its facts."""
    tasks = _people(town, playing)
    address = f"http://127.0.0.1:{town.line.port}"
    _ask(process, {"address": address, "patience_ms": _PATIENCE_AT_REST_MS, "tasks": tasks})
    faults: Counter[str] = Counter()
    with _kills(town, playing, faults):
        _ask(process, {"go": "act", "patience_ms": _PATIENCE_MS})
    backup = _back_up(town) if playing.restored else None
    with _kills(town, playing, faults):
        _ask(process, {"go": "act", "patience_ms": _PATIENCE_MS})
    if backup is not None:
        _restore(town, backup)
        faults["server_restored"] += 1
    # What was not spent before a restore is void.
    codes = [[_codes(town, user_id) for user_id in crew] for crew in playing.crews]
    outcomes = _ask(process, {"go": "end", "patience_ms": _PATIENCE_AT_REST_MS, "codes": codes})["outcomes"]
    findings = judge(town.office, town.world.tenant_id, outcomes)
    findings.faults += faults
    return findings


def _ask(process: "subprocess.Popen[str]", order: Json) -> Json:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, f"the harness ended with {process.wait()}"
    said: Json = json.loads(answer)
    return said


def _codes(town: Town, user_id: str) -> list[str]:
    """One to begin with, and others for when a phone has lost its key."""
    there = town.world
    return [enrol.make_code(town.office, there.tenant_id, user_id, there.supervisor).code for _ in range(_CODES)]


def _people(town: Town, playing: Round) -> list[Json]:
    """Each schedule has installers, jobs and codes of its own."""
    office, there = town.office, town.world
    tasks, decisions = [], []
    newest = standards.newest(db.session(), there.tenant_id)[:1]
    pinned = [{name: one[name] for name in ("standard_id", "version", "digest")} for one in newest]
    now_ms = int(clock.now().timestamp() * 1000)
    for seed in playing.seeds:
        draw = random.Random(f"people {seed}")
        crew = [f"i-{ids.uuid7()}" for _ in range(draw.choice((1, 1, 2)))]
        with writing() as session:
            place = {"tenant_id": there.tenant_id, "station_id": there.station_id, "role": "installer"}
            session.add_all(User(user_id=user_id, login=user_id, name=f"Installer {seed}", **place) for user_id in crew)
        job_ids = [ids.uuid7() for _ in range(draw.choice((1, 2, 3)))]
        dispatched = {"visit_id": "visit-1", "station_id": there.station_id, "crew": crew, "standards": pinned}
        for job_id in job_ids:
            decisions += [(job_id, "job.created", world.order()), (job_id, "job.dispatched", dispatched)]
        codes = [_codes(town, user_id) for user_id in crew]
        playing.crews.append(crew)
        tasks.append({"seed": seed, "phones": [{"codes": own} for own in codes], "job_ids": job_ids, "now_ms": now_ms})
    with writing() as session:
        desk.decide(session, office, there.tenant_id, there.supervisor, decisions)
    return tasks


@contextmanager
def _kills(town: Town, playing: Round, faults: Counter[str]) -> Iterator[None]:
    """While the block runs, the server is killed and started again, if this is such a round."""
    over = threading.Event()
    draw = random.Random(f"kills {playing.seeds[0]}")

    def kill() -> None:
        while not over.wait(draw.uniform(0.2, 1.5)):
            town.stop()
            faults["server_killed"] += 1
            over.wait(draw.uniform(0, 0.5))
            town.start()

    killer = threading.Thread(target=kill)
    if playing.killed:
        killer.start()
    try:
        yield
    finally:
        over.set()
        if playing.killed:
            killer.join()


def _back_up(town: Town) -> Path:
    """A copy of all data as it stands between two requests."""
    town.stop()
    backup = town.data.parent / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    db.session.remove()
    db.engine.dispose()
    shutil.copytree(town.data, backup, copy_function=shutil.copy)
    town.start()
    return backup


def _restore(town: Town, backup: Path) -> None:
    """What came in since the backup is gone at the office, and its database begins a new lineage."""
    town.stop()
    db.session.remove()
    db.engine.dispose()
    shutil.rmtree(town.data)
    backup.rename(town.data)
    begin_lineage(town.office)
    db.session.remove()
    town.start()


def run(count: int, first_seed: int, folder: Path, *, beside: int = ROUND) -> Json:
    """Play `count` schedules from `first_seed` on; the result in the form that a soak's report wants."""
    began = time.monotonic()
    total = Findings()
    with town(folder) as there, harness(folder) as process:
        for start in range(first_seed, first_seed + count, beside):
            seeds = range(start, min(start + beside, first_seed + count))
            found = play(there, process, Round.of(seeds))
            for failure in found.failures:
                print(f"engine: seed {failure['seed']}: {failure['why']}", file=sys.stderr, flush=True)
            total += found
            print(f"engine: {seeds[-1] - first_seed + 1} of {count}, {len(total.failures)} failed", file=sys.stderr, flush=True)
        total.faults += there.line.done
        total.failures += [{"seed": first_seed, "why": fault} for fault in _check_up(there)]
    del total.faults["none"]
    return {
        "what": "engine",
        "schedules": count,
        "facts": total.facts,
        "blobs": total.blobs,
        "faults": dict(sorted(total.faults.items())),
        "lost": total.lost,
        "duplicated": total.duplicated,
        "holes": total.holes,
        "unsaved_arrived": total.unsaved_arrived,
        "seeds": [first_seed, first_seed + count - 1],
        "seconds": round(time.monotonic() - began, 1),
        "failures": total.failures,
    }


def _check_up(town: Town) -> Iterator[str]:
    """What the office's own check-ups find, a line each."""
    runner = town.app.test_cli_runner()
    for command in (["log", "verify"], ["doctor"], ["jobs", "refold", "--check"]):
        said = runner.invoke(args=command)
        if said.exit_code:
            yield f"flask {' '.join(command)}: {said.output.strip()[:300]}"


def main(arguments: Sequence[str]) -> int:
    """Print the result as one line of JSON; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.engine", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", type=int, default=ROUND, help="schedules at a time; 1 to look at a single seed")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="doorstep-engine-") as folder:
        result = run(options.count, options.seed, Path(folder), beside=options.beside)
    print(json.dumps(result))
    return int(bool(result["failures"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
