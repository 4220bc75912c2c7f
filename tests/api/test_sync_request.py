"""A sync's request is read without its schema only when the schema would find the very same (PROTOCOL S1, S2)."""

import copy
import json
import random
from typing import Any

import pytest

from app.api.parser import read_json
from app.api.sync_request import SyncSchema, _plain_document
from app.problems import InvalidBody

EVENT = {"seq": 1, "prev": "0" * 64, "body": "{}", "salt": "A" * 22, "hash": "a" * 64, "sig": None, "blobs": ["b" * 64]}
REQUEST: dict[str, Any] = {
    "protocol": 1,
    "device_id": "device-1",
    "epoch": 1,
    "build": "b",
    "device_time": "2026-11-22T09:30:00.000Z",
    "challenge": "c",
    "seal": "s",
    "events": [EVENT, {**EVENT, "seq": 2, "sig": "x", "blobs": []}],
    "have": [["job-1", 0], ["job-2", 7]],
    "pending": {"events": 2, "blobs": 0, "bytes": 10, "oldest_at": None},
}
STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1,
    2**53,
    2**64,
    1.0,
    "",
    "x" * 500,
    "\0",
    "\ud800",
    "a\n",
    "A" * 64,
    "a" * 64 + "\n",
    [],
    {},
    [[]],
    [None],
    ["é", 1],
)


def strange(rng: random.Random) -> dict[str, Any]:
    """A good request with one member, somewhere, replaced, left out or added."""
    request = copy.deepcopy(REQUEST)
    place = rng.choice(
        (request, request, request["events"][0], request["pending"], request["have"], request["have"][0], request["events"][0]["blobs"])
    )
    key: Any = rng.randrange(len(place)) if isinstance(place, list) else rng.choice([*place, "added"])
    if rng.random() < 0.15 and key != "added":
        del place[key]
    else:
        place[key] = rng.choice(STRANGE)
    return request


def test_what_is_read_without_the_schema_is_what_the_schema_reads() -> None:
    rng, quickly = random.Random(7), 0
    for _ in range(3_000):
        raw = json.dumps(strange(rng)).encode()
        found = _plain_document(raw)
        if found is not None:
            quickly += 1
            schema_found = SyncSchema().load(read_json(raw))
            assert found | {"have": [tuple(pair) for pair in found["have"]]} == schema_found, raw
    assert quickly > 100


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":NaN}', json.dumps(REQUEST).encode("utf-16")])
def test_what_is_no_request_is_left_to_the_schema(raw: bytes) -> None:
    assert _plain_document(raw) is None


def test_a_plain_request_is_read_without_the_schema_and_a_deep_one_is_refused() -> None:
    assert _plain_document(json.dumps(REQUEST).encode()) == REQUEST
    deep = b'{"a":' * 100 + b"1" + b"}" * 100
    assert _plain_document(deep) is None
    with pytest.raises(InvalidBody):
        read_json(deep)
