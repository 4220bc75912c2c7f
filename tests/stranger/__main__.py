"""`python -m stranger --port 8000 --code …`: enrol, do a day's work through every trouble, read it all back, and report as JSON.

An AssertionError with what was found ends it when the server does not do what the protocol says.
"""

from __future__ import annotations

import argparse
import json
import random
from typing import Any

from .client import Client, blob_path
from .day import EVENTS_PER_JOB, Day, Work
from .line import Line
from .trouble import BlobTrouble, LogTrouble
from .wire import Json, sha256


def main() -> None:
    """Run the whole day against one server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--code", required=True, help="a one-time enrolment code")
    parser.add_argument("--alg", choices=("ES256", "EdDSA"), default="ES256")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    client = Client.enrol(Line(given.host, given.port), given.code, given.alg)
    day = _planned(client, rng)
    before = {job_id: snapshot["rev"] for job_id, snapshot in client.snapshots.items()}
    day.record(client)
    logs, blobs = LogTrouble(client, rng), BlobTrouble(client, rng)
    logs.push()
    _send_blobs(client, day, blobs)
    _read_back(client, day, before)
    report = {
        "device_id": client.log.device_id,
        "jobs": len(day.works),
        "events": client.acked,
        "photos": len(list(day.photos())),
        "blobs": len(client.blob_receipts),
        "signatures_checked": client.office.checked,
        "troubles": logs.met + blobs.met,
    }
    print(json.dumps(report))


def _planned(client: Client, rng: random.Random) -> Day:
    """Pull the day's jobs and plan the work of each."""
    while client.sync([])["more"]:
        pass
    day = Day(rng)
    for job_id, snapshot in client.snapshots.items():
        day.plan(job_id, snapshot["state"])
    return day


def _send_blobs(client: Client, day: Day, trouble: BlobTrouble) -> None:
    """Send what the server wants until it wants nothing (S13); a blob that no event names is refused (B1)."""
    stray = b"nobody named me"
    refused = client.patch(sha256(stray), stray, 0, stray)
    assert (refused.status, refused.slug()) == (404, "blob-not-named"), refused
    client.sync([])
    assert set(client.wanted) == set(day.blobs), "the server wants exactly what the events name"
    while client.wanted:
        for name in client.wanted:
            trouble.send(name, day.blobs[name])
        client.sync([])
    assert set(client.blob_receipts) == set(day.blobs)


def _read_back(client: Client, day: Day, before: dict[str, int]) -> None:
    """Pull everything anew and find each event once and each blob whole."""
    assert client.receipted == client.acked == len(client.log.events) == EVENTS_PER_JOB * len(day.works)
    for seq, statuses in client.statuses.items():
        assert statuses.count("accepted") <= 1, f"seq {seq} was taken as new more than once: {statuses}"
    assert client.sync([], have=[[job_id, snapshot["rev"]] for job_id, snapshot in client.snapshots.items()])["receipt"] is None
    client.snapshots.clear()
    while client.sync([])["more"]:
        pass
    assert [job_id for job_id, _ in client.manifest] == sorted(day.works), "the manifest names all jobs, ordered by id (S10)"
    for job_id, work in day.works.items():
        snapshot = client.snapshots[job_id]
        assert snapshot["rev"] == before[job_id] + EVENTS_PER_JOB, "each event was counted once, and nothing else"
        assert snapshot["own_seq"] == client.acked
        _find_once(work, snapshot["state"])
    for name, blob in day.blobs.items():
        assert client.fetch(name) == blob, f"{name} came back changed"
    thumb = client.line.ask("GET", f"{blob_path(name)}/thumb", {"Authorization": f"Bearer {client.token}"})
    assert (thumb.status, thumb.slug()) == (415, "not-a-picture"), thumb


def _find_once(work: Work, state: Json) -> None:
    """Every fact of a job stands in its state exactly once, and none was found wanting."""
    assert (state["stage"], state["anomalies"]) == ("finished", [])
    for kind, records, member in (
        ("note.added", "notes", "text"),
        ("step.answered", "answers", "step_id"),
        ("photo.captured", "photos", "photo_id"),
        ("photo.captured", "photos", "sha256"),
        ("unit.scanned", "scans", "raw"),
        ("issue.raised", "issues", "issue_id"),
        ("signoff.recorded", "signoffs", "statement_sha256"),
        ("signoff.recorded", "signoffs", "strokes_sha256"),
        ("custody.handed_over", "handovers", "to"),
    ):
        assert _members(state[records], member) == work.said(kind, member), (work.job_id, kind)
    values = {data["step_id"]: data["value"] for kind, data, _, _ in work.facts if kind == "step.answered"}
    assert {answer["step_id"]: answer["value"] for answer in state["answers"]} == values
    recorded = [event_id for kind, _, _, event_id in work.facts if not kind.startswith("visit.")]
    kept = ("notes", "answers", "photos", "scans", "issues", "signoffs", "handovers")
    assert sorted(one["event_id"] for name in kept for one in state[name]) == sorted(recorded)


def _members(records: list[Json], name: str) -> list[Any]:
    return [record[name] for record in records]


if __name__ == "__main__":
    main()
