"""Events a second through the real server, against the bare durable insert of the same bytes into the same kind of database."""

import json
import sqlite3
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg

from bench.ground import Ground, timed
from bench.load import Sent, day_of_batches, send_all
from tests import postgres

ROUNDS = 3
PHONES = 8
JOBS = 8
CONNECTIONS = 8
BARE_POSTGRES_CONNECTIONS = 4
_COLUMNS = ("device", "seq", "prev", "hash", "salt", "sig", "body")
_TYPED = "device TEXT, seq BIGINT, prev TEXT, hash TEXT, salt TEXT, sig TEXT, body TEXT"
_DDL = f"CREATE TABLE IF NOT EXISTS event ({_TYPED}, PRIMARY KEY (device, seq))"
_FROM_JSON = f"""INSERT INTO event SELECT {", ".join(_COLUMNS)} FROM jsonb_to_recordset(%s::jsonb)
    AS given ({_TYPED}) ON CONFLICT DO NOTHING"""

Batch = list[dict[str, Any]]


def measure(ground: Ground) -> dict[str, Any]:
    """Median rates of several rounds, each of the bare work and then the server's, with a load made before."""
    bare, served, cpu = [], [], []
    write = {"sqlite": _bare_sqlite, "postgresql": _bare_postgres}[ground.dialect]
    send_all(ground, [day_of_batches(ground, 3) for _ in range(CONNECTIONS)], CONNECTIONS)  # what each process does only once, it does now
    for turn in range(ROUNDS):
        phones = [day_of_batches(ground, JOBS) for _ in range(PHONES)]
        events = sum(len(batch.events) for batches in phones for batch in batches)
        bare.append(events / timed(partial(write, ground, _rows(turn, phones))))
        before = ground.cpu_s()
        served.append(events / timed(partial(send_all, ground, phones, CONNECTIONS)))
        cpu.append((ground.cpu_s() - before) * 1_000 / events)
    sizes = [len(batch.raw) for batches in phones for batch in batches]
    return {
        "events_a_round": events,
        "events_a_batch": len(phones[0][0].events),
        "bytes_a_batch": round(statistics.mean(sizes)),
        "connections": CONNECTIONS,
        "rounds": ROUNDS,
        "server_events_s": round(statistics.median(served)),
        "bare_events_s": round(statistics.median(bare)),
        "server_of_bare": round(statistics.median(one / other for one, other in zip(served, bare, strict=True)), 3),
        "server_cpu_s_per_1000_events": round(statistics.median(cpu), 4),
    }


def _rows(turn: int, phones: Sequence[Sequence[Sent]]) -> list[Batch]:
    """What a plain script would insert: the events as they came, by batch."""
    return [
        [{"device": f"{turn}-{number}", **{name: event[name] for name in _COLUMNS[1:]}} for event in batch.events]
        for number, batches in enumerate(phones)
        for batch in batches
    ]


def _bare_sqlite(ground: Ground, batches: Sequence[Batch]) -> None:
    """One connection, one transaction a batch, each synced to disk."""
    connection = sqlite3.connect(ground.bare_url, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_DDL)
    insert = f"INSERT INTO event VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, batch)
        connection.execute("COMMIT")
    connection.close()


def _bare_postgres(ground: Ground, batches: Sequence[Batch]) -> None:
    """A few connections, one statement with one JSON parameter a batch, each committed."""

    def work(mine: Sequence[Batch]) -> None:
        with psycopg.connect(postgres.url_of(ground.bare_url, "bare"), autocommit=True) as connection:
            for batch in mine:
                connection.execute(_FROM_JSON, (json.dumps(batch),))

    with psycopg.connect(postgres.url_of(ground.bare_url, "bare"), autocommit=True) as connection:
        connection.execute(_DDL)
    with ThreadPoolExecutor(BARE_POSTGRES_CONNECTIONS) as pool:
        list(pool.map(work, [batches[turn::BARE_POSTGRES_CONNECTIONS] for turn in range(BARE_POSTGRES_CONNECTIONS)]))
