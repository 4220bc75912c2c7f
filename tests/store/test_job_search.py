"""A search for words reads what words are sought in, not the evidence of every job."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.store import job_lists
from app.store.db import db, writing
from app.store.job_lists import Filter
from tests.world import World

JOBS, STATE_BYTES = 1_000, 12_000


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("words", "found"), [("nobody at all", 0), ("order 00007", 1), ("客户 7", 1)])
def test_a_search_among_many_jobs_reads_little(world: World, words: str, found: int) -> None:
    many(world)
    db.engine.dispose()
    db.session.execute(select(1)).all()
    before = bytes_read()
    assert len(job_lists.page(db.session(), Filter(world.tenant_id, words=words), None, 51)) == found
    assert bytes_read() - before < JOBS * STATE_BYTES / 10


def many(world: World) -> None:
    """Old jobs with as much in their state as a long visit leaves."""
    job_id = world.job()
    like = {name: getattr(world.view(job_id), name) for name in ("rev", "fold_v", "stage", "updated_at", "tenant_id")}
    rows: list[dict[str, Any]] = [
        like
        | {"job_id": f"{number:05d}", "order_ref": f"Order {number:05d}", "customer_name": f"客户 {number}", "state": bytes(STATE_BYTES)}
        for number in range(JOBS)
    ]
    for row in rows[10:]:
        row["customer_name"] = "another"
    names = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    counts = "blobs_named, blobs_missing, anomalies, open_findings"
    with writing() as session:
        rows = [row | {"updated_at": str(row["updated_at"].replace(tzinfo=None))} for row in rows]
        session.execute(text(f"INSERT INTO job_view ({names}, {counts}) VALUES ({values}, 0, 0, 0, 0)"), rows)


def bytes_read() -> int:
    """How much this process has read from files."""
    return int(Path("/proc/self/io").read_text().partition("rchar: ")[2].split()[0])
