"""The check-up finds each thing that can be wrong, says what to do, and finds nothing where all is well."""

import hashlib
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.services import doctor, review
from app.store.db import db, is_sqlite
from app.store.jobs import JobView
from tests import builders
from tests.builders import Network


@pytest.fixture
def network(app: Flask) -> Network:
    """A network with a finished job."""
    network = builders.network(app)
    network.finished()
    return network


def approved(network: Network) -> None:
    """The job is approved, and then its rows of conformity are changed behind the office's back."""
    job_id = db.session.scalars(select(JobView.job_id)).one()
    review.approve(network.office, network.tenant_id, network.people["sun"], job_id, rev=network.view(job_id).rev)
    assert list(doctor.examine(network.office)) == []


def run(statement: str) -> None:
    """Change the database behind the office's back, as somebody with access to its file or server could."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()
        with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
            connection.execute(statement)
            connection.commit()
        return
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))


def files(network: Network) -> list[Path]:
    return sorted(path for path in (network.office.settings.data / "blobs" / "blob").rglob("*") if path.is_file())


def other_size(network: Network) -> None:
    files(network)[0].write_bytes(b"?")


def gone(network: Network) -> None:
    files(network)[0].unlink()


def changed_bytes(network: Network) -> None:
    path = files(network)[0]
    path.write_bytes(path.read_bytes()[::-1])


def stray(network: Network) -> None:
    content = b"nobody named me"
    network.office.blobs.put(network.tenant_id, hashlib.sha256(content).hexdigest(), content)


def stray_upload(network: Network) -> None:
    part = network.office.settings.data / "blobs" / "part" / network.tenant_id / ("a" * 64)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"beginning")


def lost_conformity(network: Network) -> None:
    approved(network)
    run("DELETE FROM conformity WHERE standard_id = 'base_delivery'")


def other_conformity(network: Network) -> None:
    approved(network)
    run("UPDATE conformity SET broken = 7")


def row(statement: str) -> Callable[[Network], None]:
    return lambda network: run(statement)


PHONE = "device_id NOT LIKE 'desk%'"
PLANTED: list[tuple[str, Callable[[Network], None], str]] = [
    ("blob of another size", other_size, "with another size"),
    ("blob gone", gone, "not there"),
    ("bytes changed", changed_bytes, "bytes have changed"),
    ("stray file", stray, "nothing notes or names it"),
    ("stray upload", stray_upload, "begun, but no event names it"),
    ("row of a blob that nothing names", row("DELETE FROM blob_name"), "no event names it"),
    ("name forgotten", row("DELETE FROM blob_name"), "and no row says so"),
    ("stored, not noted", row("DELETE FROM blob"), "not noted as stored"),
    ("never asked for", row("DELETE FROM blob"), "no phone is asked for it"),
    ("counter", row("UPDATE job_view SET blobs_missing = 5"), "view differs"),
    ("stage", row("UPDATE job_view SET stage = 'planned'"), "view differs"),
    ("crew", row("DELETE FROM job_crew"), "crew differ"),
    ("rev", row("DELETE FROM event WHERE rev = 5"), "rev 5 is missing"),
    ("seq", row(f"DELETE FROM event WHERE seq = 2 AND {PHONE}"), "seq 2 is missing"),
    ("tail", row(f"DELETE FROM event WHERE {PHONE} AND seq = (SELECT max(seq) FROM log_head WHERE {PHONE})"), "head does not name"),
    ("head", row(f"DELETE FROM log_head WHERE {PHONE}"), "no head"),
    (
        "body",
        row(f"UPDATE event SET salt = body_digest_of WHERE {PHONE}".replace("body_digest_of", "substr(body, 1, 16)")),
        "body of seq 1 was changed",
    ),
    ("link", row(f"UPDATE event SET prev = hash WHERE seq = 3 AND {PHONE}"), "does not link"),
    ("digest", row(f"UPDATE event SET body_digest = hash WHERE seq = 3 AND {PHONE}"), "not that of its header"),
    ("seal", row("UPDATE seal SET challenge = 'another'"), "does not verify"),
    ("conformity lost", lost_conformity, "rows of conformity differ"),
    ("conformity changed", other_conformity, "rows of conformity differ"),
    ("reference", row("DELETE FROM station"), "refers to a row"),
]


@pytest.mark.parametrize(("plant", "found"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_each_fault_is_found_and_says_what_to_do(network: Network, plant: Callable[[Network], None], found: str) -> None:
    assert list(doctor.examine(network.office, read_bytes=True)) == []
    references_hold_by_themselves = found == "refers to a row" and not is_sqlite(db.session())
    if references_hold_by_themselves:
        return
    plant(network)
    faults = list(doctor.examine(network.office, read_bytes=True))
    told = [fault for fault in faults if found in fault]
    assert told, faults
    assert all(fault.endswith(".") and len(fault.split(". ")) + fault.count(": ") > 1 for fault in told)
    result = network.app.test_cli_runner().invoke(args=["doctor", "--bytes"])
    assert (result.exit_code, told[0] in result.output) == (1, True)


def test_the_command_is_silent_when_all_is_well(network: Network) -> None:
    result = network.app.test_cli_runner().invoke(args=["doctor"])
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_much_takes_little_memory(network: Network) -> None:
    """Rows come some at once: 60,000 rows and as many findings, which take 100 MB when kept, pass through a few."""
    tenant = network.tenant_id

    def peak_with(rows: int) -> int:
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
        run(f"INSERT OR IGNORE INTO blob {numbers} SELECT '{tenant}', printf('%064d', i), 1, '2026-01-01 00:00:00' FROM n")
        run(
            "INSERT OR IGNORE INTO event (device_id, epoch, seq, tenant_id, prev, hash, body_digest, standing, flags, received_at) "
            f"{numbers} SELECT 'x', 1, i, '{tenant}', '', '', '', 'quarantined', '[]', '2026-01-01 00:00:00' FROM n"
        )
        run(
            "INSERT OR IGNORE INTO seal (device_id, epoch, seq, hash, tenant_id, challenge, seal, received_at) "
            f"{numbers} SELECT device_id, epoch, 0, printf('%064d', i), '{tenant}', '{'c' * 4_000}', '', '2026-01-01 00:00:00' "
            f"FROM n, log_head WHERE {PHONE} AND i <= {rows // 10}"
        )
        tracemalloc.start()
        found = sum(1 for _ in doctor.examine(network.office))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found > rows
        return peak

    peak_with(100)
    # What is garbage waits for the collector, so the figure swings between 9 and 16 MB; it does not grow with the rows.
    assert peak_with(30_000) < 30_000_000
