"""The bare durable work that a push is measured against: the same bytes into the same kind of database, and nothing else."""

import json
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from bench.ground import Ground
from tests import postgres

POSTGRES_CONNECTIONS = 4
COLUMNS = ("seq", "prev", "hash", "salt", "sig", "body")
_TYPED = "device TEXT, seq BIGINT, prev TEXT, hash TEXT, salt TEXT, sig TEXT, body TEXT"
_NAMES = ("device", *COLUMNS)
_DDL = f"CREATE TABLE IF NOT EXISTS event ({_TYPED}, PRIMARY KEY (device, seq))"
_FROM_JSON = f"""INSERT INTO event SELECT {", ".join(_NAMES)} FROM jsonb_to_recordset(%s::jsonb)
    AS given ({_TYPED}) ON CONFLICT DO NOTHING"""

Batch = list[dict[str, Any]]


def write(ground: Ground, batches: Sequence[Batch]) -> None:
    """Insert all batches, each durable before the next one of its connection."""
    {"sqlite": _sqlite, "postgresql": _postgres}[ground.dialect](ground, batches)


def _sqlite(ground: Ground, batches: Sequence[Batch]) -> None:
    """One connection, one transaction a batch, each synced to disk."""
    connection = sqlite3.connect(ground.bare_url, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_DDL)
    insert = f"INSERT INTO event VALUES ({', '.join(f':{name}' for name in _NAMES)})"
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, batch)
        connection.execute("COMMIT")
    connection.close()


def _postgres(ground: Ground, batches: Sequence[Batch]) -> None:
    """A few connections, one statement with one JSON parameter a batch, each committed."""

    def work(mine: Sequence[Batch]) -> None:
        with psycopg.connect(postgres.url_of(ground.bare_url, "bare"), autocommit=True) as connection:
            for batch in mine:
                connection.execute(_FROM_JSON, (json.dumps(batch),))

    with psycopg.connect(postgres.url_of(ground.bare_url, "bare"), autocommit=True) as connection:
        connection.execute(_DDL)
    with ThreadPoolExecutor(POSTGRES_CONNECTIONS) as pool:
        list(pool.map(work, [batches[turn::POSTGRES_CONNECTIONS] for turn in range(POSTGRES_CONNECTIONS)]))
