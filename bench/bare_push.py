"""The bare durable work that a push is measured against: plain scripts that insert, a commit a batch, and do nothing else.

Two kinds. `narrow`: the bytes that the phones sent, into a table of their own that has a primary key and no other index: the least that
keeps them. `alike`: the very rows that Doorstep made of them, into a table like Doorstep's own with all its indexes, but without
foreign keys: what storing them so costs.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from bench.ground import Ground
from tests import postgres

POSTGRES_CONNECTIONS = 4
COLUMNS = ("seq", "prev", "hash", "salt", "sig", "body")
_TYPED = "device TEXT, seq BIGINT, prev TEXT, hash TEXT, salt TEXT, sig TEXT, body TEXT"
_NAMES = ("device", *COLUMNS)
_NARROW = f"CREATE TABLE IF NOT EXISTS event ({_TYPED}, PRIMARY KEY (device, seq))"
_NARROW_FROM_JSON = f"""INSERT INTO event SELECT {", ".join(_NAMES)} FROM jsonb_to_recordset(%s::jsonb)
    AS given ({_TYPED}) ON CONFLICT DO NOTHING"""
_ALIKE = "CREATE TABLE IF NOT EXISTS alike (LIKE event INCLUDING ALL)"
_ALIKE_FROM_JSON = "INSERT INTO alike SELECT * FROM json_populate_recordset(NULL::alike, %s::json) ON CONFLICT DO NOTHING"
_STORED = "FROM event WHERE device_id = {} AND job_id IS NOT NULL ORDER BY epoch, seq"

Batch = list[dict[str, Any]]


def narrow(ground: Ground, batches: Sequence[Batch]) -> Callable[[], None]:
    """What inserts batches of events as they were sent."""
    if ground.dialect == "sqlite":
        insert = f"INSERT INTO event VALUES ({', '.join(f':{name}' for name in _NAMES)})"
        return lambda: _sqlite(ground.bare_url, [_NARROW], insert, batches)
    return lambda: _postgres(postgres.url_of(ground.bare_url, "bare"), _NARROW, _NARROW_FROM_JSON, batches)


def alike(ground: Ground, device_ids: Sequence[str], size: int) -> Callable[[], None]:
    """What inserts the rows that Doorstep has stored of these devices, in batches of so many."""
    if ground.dialect == "sqlite":
        with sqlite3.connect(ground.folder / "doorstep.db") as stored:
            stored.row_factory = sqlite3.Row
            rows = [[dict(row) for row in stored.execute("SELECT * " + _STORED.format("?"), (one,))] for one in device_ids]
            made = "SELECT sql FROM sqlite_master WHERE tbl_name = 'event' AND sql IS NOT NULL ORDER BY type DESC"
            tables = [
                sql.replace(" INDEX ", " INDEX IF NOT EXISTS ").replace(" TABLE ", " TABLE IF NOT EXISTS ")
                for (sql,) in stored.execute(made)
            ]
        insert = f"INSERT INTO event VALUES ({', '.join(f':{name}' for name in rows[0][0])})"
        return lambda: _sqlite(f"{ground.bare_url}-alike", tables, insert, _in_batches(rows, size))
    url = postgres.url_of(ground.bare_url, "doorstep")
    with psycopg.connect(url) as connection:
        rows = [[row for (row,) in connection.execute("SELECT to_json(event) " + _STORED.format("%s"), (one,))] for one in device_ids]
    return lambda: _postgres(url, _ALIKE, _ALIKE_FROM_JSON, _in_batches(rows, size))


def _in_batches(logs: Sequence[Batch], size: int) -> list[Batch]:
    return [rows[start : start + size] for rows in logs for start in range(0, len(rows), size)]


def _sqlite(path: str, tables: Sequence[str], insert: str, batches: Sequence[Batch]) -> None:
    """One connection, one transaction a batch, each synced to disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for table in tables:
        connection.execute(table)
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, batch)
        connection.execute("COMMIT")
    connection.close()


def _postgres(url: str, table: str, insert: str, batches: Sequence[Batch]) -> None:
    """A few connections, one statement with one JSON parameter a batch, each committed."""

    def work(mine: Sequence[Batch]) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for batch in mine:
                connection.execute(insert.encode(), (json.dumps(batch),))

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(table.encode())
    with ThreadPoolExecutor(POSTGRES_CONNECTIONS) as pool:
        list(pool.map(work, [batches[turn::POSTGRES_CONNECTIONS] for turn in range(POSTGRES_CONNECTIONS)]))
