"""The proof of a job as data: what the office seals when it approves, and the short form that fits a QR code (PROTOCOL R3).

A proof is one JSON text. What is signed are the lines of `signed_lines`, which name the SHA-256 of that text's exact bytes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.events import JsonObject
from app.domain.log import from_b64, lines, to_b64

FORMAT = "doorstep-proof-v1"

PROVES = {
    "en": [
        "The office of the named network sealed exactly this text at the stated time.",
        "The photos, the statement and the signature are those whose SHA-256 stands here: any change to them shows.",
        "Each fact came from the named phone's log, and the office had it at the later of its two times.",
    ],
    "zh-Hans": [
        "所列服务网络的办公端在所示时间封存了这份完整原文。",
        "照片、确认单和签名与此处所列 SHA-256 一致，任何改动都会被发现。",
        "每条记录来自所列手机的日志，办公端最迟在两个时间中的后一个收到。",
    ],
}
DOES_NOT_PROVE = {
    "en": [
        "That a scene was real: a photo can be staged, or show another photo.",
        "Who held the finger that signed. The name is what the installer wrote down.",
        "When exactly something happened. The phone's own clock can be wrong; only the two office times bracket it.",
        "That the standard is one of any authority. It is the network's own.",
    ],
    "zh-Hans": [
        "不能证明现场真实：照片可能是摆拍，或翻拍自另一张照片。",
        "不能证明是谁的手指签的名。姓名由安装师傅填写。",
        "不能证明事情发生的准确时刻。手机时钟可能不准，只有前后两个办公端时间可作依据。",
        "不能证明服务标准出自任何主管机构。它是该网络自己的标准。",
    ],
}


_ACKNOWLEDGED = ("step_id", "unit_id", "component", "text_sha256", "strokes_sha256", "typed_name", "name", "relation", "language")


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a fact came in: the office's times around it, its place in a log, and the flags it got."""

    not_before: str | None
    received_at: str
    epoch: int
    seq: int
    flags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Case:
    """All that a proof is made from. `office` and `logs` go into it as they are; `moments` are by event id."""

    proof_id: str
    sealed_at: str
    office: JsonObject
    job_id: str
    rev: int
    state: JsonObject
    steps: Sequence[JsonObject]
    people: Mapping[str, str]
    moments: Mapping[str, Moment]
    logs: Sequence[JsonObject]


def document(case: Case) -> bytes:
    """The proof's exact bytes."""
    state = case.state
    proof = {
        "format": FORMAT,
        "proof_id": case.proof_id,
        "sealed_at": case.sealed_at,
        "office": case.office,
        "job": _job(case),
        "units": [_unit(case, unit) for unit in state["units"]],
        "visits": [_visit(case, visit) for visit in state["visits"]],
        "standards": state["standards"],
        "steps": [_step(case, step) for step in case.steps],
        "photos": [_photo(case, photo) for photo in state["photos"]],
        "handovers": [_fact(case, one, "unit_ids", "from", "to", "condition", "note") for one in state["handovers"]],
        "issues": [_fact(case, one, "issue_id", "code", "unit_id", "note") for one in state["issues"]],
        "acknowledgements": [_fact(case, one, *_ACKNOWLEDGED) for one in state["acknowledgements"]],
        "signoffs": [_signoff(case, one) for one in state["signoffs"]],
        "findings": [
            _decision(case, one, "finding_id", "photo_id", "step_id", "unit_id", "reason", "note", "status", "verdict")
            for one in state["findings"]
        ],
        "approved": _decision(case, state["approved"], "note"),
        "anomalies": [_picked(one, "code", "about", "rev") for one in state["anomalies"]],
        "logs": list(case.logs),
        "people": dict(case.people),
        "proves": PROVES,
        "does_not_prove": DOES_NOT_PROVE,
    }
    return json.dumps(proof, ensure_ascii=False, indent=1).encode("utf-8")


def signed_lines(proof_id: str, sha256: str, sealed_at: str, key_id: str) -> bytes:
    """The bytes that the office signs."""
    return lines(FORMAT, proof_id, sha256, sealed_at, key_id)


def compact(proof_id: str, sha256: str, sealed_at: str, key_id: str, sig: str) -> str:
    """The signed lines and the signature in one line for a QR code: `proof_id.sha256.sealed_at_ms.key_id.sig`, the hash in base64url."""
    sealed_ms = round(datetime.fromisoformat(sealed_at).timestamp() * 1000)
    return ".".join((proof_id, to_b64(bytes.fromhex(sha256)), str(sealed_ms), key_id, sig))


def read_compact(text: str) -> tuple[str, str, int, str, str]:
    """The parts of a compact text: proof id, SHA-256 in hex, milliseconds, key id, signature.

    Raises `ValueError` when it has another form.
    """
    proof_id, sha256, sealed_ms, key_id, sig = text.split(".")
    return proof_id, from_b64(sha256).hex(), int(sealed_ms), key_id, sig


def _job(case: Case) -> JsonObject:
    """The job without what a proof does not need: no telephone number, no coordinates, no way into the house."""
    state = case.state
    return {
        "job_id": case.job_id,
        "rev": case.rev,
        **_picked(state, "order_ref", "platform", "services", "slot", "station_id"),
        "customer": state["customer"]["name"],
        "address": _picked(state["address"], "lines", "city", "postcode"),
    }


def _unit(case: Case, unit: JsonObject) -> JsonObject:
    scans = [one for one in case.state["scans"] if one["unit_id"] == unit["unit_id"]]
    return {
        **_picked(unit, "unit_id", "gtin", "category", "name", "serial", "holder"),
        "components": unit["components"],
        "scans": [_fact(case, one, "component", "serial", "gtin", "raw", "symbology", "method", "verdict") for one in scans],
    }


def _visit(case: Case, visit: JsonObject) -> JsonObject:
    return {
        **_picked(visit, "visit_id", "outcome", "reason", "note"),
        **{name: _fact(case, visit[name]) if visit[name] else None for name in ("departed", "arrived", "ended")},
    }


def _step(case: Case, step: JsonObject) -> JsonObject:
    """A step of the checklist with its current answer; earlier answers stay in the log."""
    key = (step["step_id"], step["unit_id"], step["component"])
    given = [one for one in case.state["answers"] if one["current"] and (one["step_id"], one["unit_id"], one["component"]) == key]
    return {
        **_picked(step, "step_id", "unit_id", "component", "standard_id", "verdict", "missing"),
        **_picked(step["rule"], "severity", "title"),
        "answer": _fact(case, given[0], "value", "unit", "exception", "conflict") if given else None,
    }


def _photo(case: Case, photo: JsonObject) -> JsonObject:
    members = ("photo_id", "role", "step_id", "unit_id", "sha256", "size", "mime", "retracted", "replaced_by", "after_signoff", "of")
    return _fact(case, {"of": None} | photo, *members)


def _signoff(case: Case, signoff: JsonObject) -> JsonObject:
    members = ("outcome", "reason", "name", "relation", "typed_name", "language", "statement_sha256", "strokes_sha256")
    return _fact(case, signoff, *members)


def _fact(case: Case, record: JsonObject, *names: str) -> JsonObject:
    """The named members of a fact, and when: the phone's claim, and the office's times around it."""
    moment = case.moments.get(record["event_id"])
    when: JsonObject = {"by": record["actor"], "device_id": record["device_id"], "rev": record["rev"], "claimed_at": record["at"]}
    if moment is not None:
        when |= {"not_before": moment.not_before, "received_at": moment.received_at, "epoch": moment.epoch, "seq": moment.seq}
        when |= {"flags": list(moment.flags)} if moment.flags else {}
    return {**_picked(record, *names), "recorded": when | ({"late": True} if record["late"] else {})}


def _decision(case: Case, record: JsonObject | None, *names: str) -> JsonObject | None:
    if record is None:
        return None
    moment = case.moments.get(record["event_id"])
    return {**_picked(record, *names), "by": record["actor"], "rev": record["rev"], "at": moment.received_at if moment else record["at"]}


def _picked(record: Mapping[str, Any], *names: str) -> JsonObject:
    return {name: record.get(name) for name in names}
