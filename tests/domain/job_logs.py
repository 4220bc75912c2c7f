"""Draws random logs of jobs, bodies and codes from a seed, for the differential tests and the bench.

Data is drawn from the table of kinds itself, so that a new kind or field is drawn without a change here. Pools are small so
that ids meet, and hold what trips an implementation: falsy answers, names that objects have of their own, text outside the BMP.
"""

import json
from random import Random
from typing import Any

from app.domain import events
from app.domain.standard import PHASES, SEVERITIES

Json = dict[str, Any]

OWN_NAMES = ("__proto__", "constructor", "toString", "hasOwnProperty")
IDS = ("a", "b", *OWN_NAMES)
POOLS = {
    "actor": ("ana", "bo", "__proto__"),
    "device": ("dev-a", "dev-b", "constructor"),
    "visit_id": ("v1", "v1", "__proto__"),
    "unit_id": ("a", "b", "__proto__"),
    "crew": ("ana", "bo", "__proto__"),
    "step_id": ("S1", "S2", "__proto__", "constructor"),
    "category": ("washer", "fridge", "constructor"),
    "component": ("in", "o-2", "__proto__"),
    "component_id": ("in", "in-2", "o-2", "__proto__"),
    "role": ("plate", "floor", "toString"),
}
TEXTS = (
    "",
    " ",
    "0",
    "x",
    "false",
    "S-1001",
    " s-1001\n",
    "IN-01",
    "van",
    "customer",
    "\u00e9",
    "\U0001f9fa",
    "\u5899",
    "\u00a0",
    "\u200b",
)
GTINS = ("4006381333931", "04006381333931", "96385074", "", "none")
VALUES: tuple[object, ...] = (
    True,
    False,
    True,
    "",
    "0",
    "true",
    "229",
    "230",
    "230.0",
    "231",
    "-0",
    "1e3",
    [],
    [""],
    ["a"],
    ["a", "b"],
    ["b", "a"],
    ["a", "a"],
    "2026-11-22",
    "2026-11-23",
    "2026-11-24",
    "2026-02-29",
    "2024-02-29",
    "0000-01-01",
    "9999-12-31",
    " 2026-11-22",
)
GS = "\x1d"
FLAGS = ("clock_skew", "actor_mismatch", "user_disabled", "device_revoked", "unknown_kind", "__proto__")
UNKNOWN_KINDS = ("unit.washed", "__proto__", "constructor", "toString")
# What ends a job is drawn seldom, so that most facts still count; what must meet its like is drawn often.
WEIGHTS = {
    "job.approved": 1,
    "job.sealed": 1,
    "job.cancelled": 1,
    "job.created": 1,
    "step.answered": 40,
    "unit.scanned": 30,
    "step.acknowledged": 20,
    "custody.handed_over": 15,
}
# How often an optional field is there at all.
PRESENCE = {"component": 0.15, "serial": 0.7, "step_id": 0.9, "exception": 0.2, "unit_id": 0.4, "value": 0.9}


def draw_log(rng: Random, most: int = 80) -> list[Json]:
    """The events of one job in the fold's form. Most logs begin as the office begins them."""
    kinds = list(events.KINDS)
    weights = [WEIGHTS.get(kind, 10) for kind in kinds]
    begun = [kind for kind in ("job.created", "job.scheduled", "job.dispatched") if rng.random() < 0.9]
    drawn = begun + rng.choices(kinds, weights, k=rng.randint(0, most))
    log: list[Json] = []
    for rev, kind in enumerate(drawn, start=1):
        event = _event(rng, rev, kind)
        earlier = [other for other in log if other["kind"] == event["kind"] == "step.answered" and other["data"]]
        if earlier and event["data"] and rng.random() < 0.3:
            _answer_again(rng, event, rng.choice(earlier[-3:]))
        log.append(event)
    return log


def draw_busy_log(rng: Random, length: int) -> list[Json]:
    """A long job of one crew without oddities, as a bench wants it: what was begun is never approved or cancelled."""
    facts = [kind for kind in events.KINDS if events.is_fact(kind)]
    kinds = ["job.created", "job.dispatched", *rng.choices(facts, k=length - 2)]
    log = [_plain_event(rng, rev, kind) for rev, kind in enumerate(kinds, start=1)]
    log[1]["data"]["crew"] = [*POOLS["actor"], "eve"]
    for event in log:
        ids = {name: f"{name}-{event['rev']}" for name in ("photo_id", "issue_id") if name in event["data"]}
        event["data"] |= ids
    return log


def draw_standards(rng: Random) -> list[Json]:
    """Two to four standards over the steps, roles and categories that the logs speak of."""
    return [_standard(rng, f"standard-{number}") for number in range(rng.randint(2, 4))]


def draw_body(rng: Random) -> str:
    """The text of a body, most of them damaged in one place."""
    kind = rng.choice([*events.KINDS, *UNKNOWN_KINDS])
    data = draw_data(rng, kind) if kind in events.KINDS else {"x": 1}
    body = {
        "v": 1,
        "event_id": f"0193a5c0-7e00-7000-8000-{rng.getrandbits(48):012x}",
        "job_id": rng.choice((None, "job-1", "")),
        "kind": kind,
        "kv": rng.choice((1, 1, 1, 2)),
        "at": "2026-11-22T09:30:00.000Z",
        "mono_ms": rng.choice((0, 17, 2**53 - 1)),
        "boot": "boot-1",
        "seen": {"rev": rng.randint(0, 9)},
        "actor": "ana",
        "where": rng.choice((None, {"lat_e6": 1, "lon_e6": -1, "acc_m": 5})),
        "data": data,
    }
    text = json.dumps(body, ensure_ascii=rng.random() < 0.5, separators=rng.choice(((",", ":"), (", ", ": "))))
    return text if rng.random() < 0.2 else _damaged(rng, text)


def draw_code(rng: Random) -> tuple[str, str]:
    """A scanned text and the name of its symbology."""
    symbology = rng.choice(("QRCode", "DataMatrix", "Code128", "EAN-13", "EAN8", "UPC-E", "typed", "__proto__"))
    gtin, serial = rng.choice(GTINS), rng.choice((*TEXTS, "AB12", "A%42", "__proto__"))
    forms = (
        f"https://h/l/{rng.choice(IDS)}",
        f"http://h/x/01/{gtin}/21/{serial}",
        f"(01){gtin.zfill(14)}(21){serial}",
        f"{rng.choice(('', ']d2', ']C1', GS))}01{gtin.zfill(14)}{rng.choice(('', '17261231', '3103001234', '10X' + GS))}21{serial}",
        gtin,
        serial,
        *("https://eprel.ec.europa.eu/qr/1", "javascript:x", "www.h", "x" * 513, "\u202ex"),
    )
    code = rng.choice(forms)
    if rng.random() < 0.3:
        place = rng.randint(0, len(code))
        code = code[:place] + rng.choice(("/", "%", "%41", GS, "\u00e9", " ", "(21)", "?", ":", "\u200b", "21", "")) + code[place + 1 :]
    return code, symbology


def draw_data(rng: Random, kind: str) -> Json:
    """Data that the table allows for a kind, sometimes with members that it does not name."""
    data = _object(rng, events.KINDS[kind]["data"])
    problem = events.data_problem(kind, data)
    assert problem is None, f"{kind}: {problem}"
    return data


def _event(rng: Random, rev: int, kind: str) -> Json:
    event = _plain_event(rng, rev, kind) | {"flags": rng.sample(FLAGS, k=rng.choice((0, 0, 0, 0, 0, 1, 2)))}
    oddity = rng.random()
    if oddity < 0.03:
        event.update(redacted=True, data={})
    elif oddity < 0.06:
        event.update(kind=rng.choice(UNKNOWN_KINDS))
    elif oddity < 0.08:
        event.update(kv=2)
    return event


def _answer_again(rng: Random, event: Json, earlier: Json) -> None:
    """Make an answer one to the same step as an earlier one, which its device has just seen or just not."""
    for name in ("step_id", "unit_id", "component"):
        event["data"][name] = earlier["data"].get(name)
    event["seen_rev"] = max(0, earlier["rev"] + rng.choice((-1, 0, 0, 1)))


def _plain_event(rng: Random, rev: int, kind: str) -> Json:
    is_fact = events.is_fact(kind)
    return {
        "rev": rev,
        "device_id": rng.choice(POOLS["device"]) if is_fact else "desk",
        "event_id": f"e{rev}",
        "kind": kind,
        "kv": 1,
        "at": f"2026-11-22T09:{rev % 60:02d}:00.000Z",
        "seen_rev": rng.randint(0, rev - 1),
        "actor": rng.choice((*POOLS["actor"] * 4, "eve")) if is_fact else "sue",
        "data": draw_data(rng, kind),
        "flags": [],
        "redacted": False,
    }


def _object(rng: Random, fields: dict[str, str]) -> Json:
    drawn: Json = {}
    for name, type_ in fields.items():
        if type_.endswith("?") and rng.random() > PRESENCE.get(name, 0.5):
            if rng.random() < 0.5:
                drawn[name] = None
            continue
        drawn[name] = _value(rng, type_.removesuffix("?"), name)
    if rng.random() < 0.1:
        drawn[rng.choice((*OWN_NAMES, "extra"))] = rng.choice((0, False, None, [], {"reason": "x"}))
    return drawn


def _value(rng: Random, type_: str, field: str) -> object:
    if type_.startswith("list<"):
        inner, _, limit = type_[5:].rpartition(">:")
        return [_value(rng, inner, field.removesuffix("s")) for _ in range(rng.choice((0, 1, 2, 3, 3)))][: int(limit)]
    name, _, limits = type_.partition(":")
    if name in events.TYPES:
        return _object(rng, events.TYPES[name])
    if name == "int":
        low, high = map(int, limits.split(":"))
        return rng.choice([number for number in (low, high, 0, 1, rng.randint(low, high)) if low <= number <= high])
    if name == "text":
        return rng.choice(GTINS if field == "gtin" else TEXTS)[: int(limits)]
    pools: dict[str, tuple[object, ...]] = {
        "id": POOLS.get(field, IDS),
        "sha256": tuple(f"{number:064x}" for number in range(4)),
        "time": ("2026-11-22T09:00:00.000Z", "1999-02-31T23:59:59.999Z"),
        "bool": (True, False),
        "enum": tuple(limits.split("|")),
        "value": VALUES,
    }
    return rng.choice(pools[name])


def _standard(rng: Random, standard_id: str) -> Json:
    codes = rng.sample(POOLS["step_id"], k=rng.randint(1, len(POOLS["step_id"])))
    categories = rng.sample(POOLS["category"], k=rng.choice((0, 0, 1, 2)))
    return {"standard_id": standard_id, "categories": categories, "rules": [_rule(rng, code) for code in codes]}


def _rule(rng: Random, code: str) -> Json:
    rule: Json = {
        "code": code,
        "phase": rng.choice(PHASES),
        "per": rng.choice(("job", "unit", "component")),
        "component": rng.choice((None, "in", "o", "__proto__", "constructor")),
        "severity": rng.choice(SEVERITIES),
        "evidence": _evidence(rng),
    }
    if rng.random() < 0.6:
        rule["when"] = rng.choice((None, _condition(rng, 2)))
    if rng.random() < 0.6:
        rule["exception"] = rng.choice((None, {"reasons": [], "requires": rng.choice((None, "note", "customer", "supervisor"))}))
    return rule


def _evidence(rng: Random) -> list[Json]:
    low, high = rng.choice(("-1", "229.999999", "230", None)), rng.choice(("0", "230", "230.000001", None))
    value = rng.choice(
        (
            {"kind": "confirm"},
            {"kind": "choice", "options": [{"value": text} for text in rng.sample(("", "0", "true", "230"), k=2)]},
            {"kind": "reading", "unit": "V", "min": low, "max": high},
            {"kind": "reading", "unit": "V", "max": high},
            {"kind": "reading", "unit": "V", "min": low},
            {"kind": "reading", "unit": "V", "min": "230", "max": "230.0"},
            {"kind": "text"},
            {"kind": "multi", "options": [{"value": text} for text in ("a", "b", "constructor")], "min": rng.choice((None, 0, 1, 2))},
            {"kind": "date", "past": rng.choice((None, True, False))},
        )
    )
    photo = {"kind": "photo", "role": rng.choice(POOLS["role"]), "min": rng.randint(1, 2)}
    others: list[Json] = [photo, {"kind": "scan", "of": "unit"}, {"kind": "signoff"}, {"kind": "acknowledge"}]
    return rng.sample([value], k=rng.choice((0, 1, 1, 1))) + rng.sample(others, k=rng.choice((0, 0, 0, 1, 2)))


def _condition(rng: Random, depth: int) -> Json:
    forms = ["answer", "reading", "includes", "service", "category", "both"] + (["all", "any", "not"] if depth else [])
    form = rng.choice(forms)
    if form in ("all", "any"):
        return {form: [_condition(rng, depth - 1) for _ in range(rng.randint(0, 2))]}
    if form == "not":
        return {"not": _condition(rng, depth - 1)}
    condition: Json = {}
    if form in ("answer", "both"):
        condition |= {"answer": rng.choice(POOLS["step_id"]), "is": rng.choice(VALUES)}
    if form in ("service", "both"):
        condition["service"] = rng.choice(IDS)
    if form == "category":
        condition["category"] = rng.choice(POOLS["category"])
    if form == "includes":
        condition |= {"answer": rng.choice(POOLS["step_id"]), "includes": rng.choice(("a", "b", "constructor")), "is": None}
    if form == "reading":
        limits = {"at_least": rng.choice(("229.999999", "230", "-1", None)), "below": rng.choice(("230", "230.000001", "0", None))}
        condition |= {"answer": rng.choice(POOLS["step_id"]), **limits}
    return condition


def _damaged(rng: Random, text: str) -> str:
    """The text with one token put in, taken out or exchanged somewhere."""
    tokens = (
        *("1.0", "1e3", "1E-2", "-0", "-0.0", "01", "+1", "9007199254740992", "-9007199254740991", "NaN", "Infinity", "9" * 40),
        *('"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', "\\", "\0", "\ud800", "\ufeff", "\u00a0", "\n", "\t", " ", "\u2028"),
        *(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"v":1,',
            '"data":{},',
            '"__proto__":1,',
            '"__proto__":{"__proto__":2},',
            "true",
            "null",
            "[" * 40 + "]" * 40,
        ),
    )
    place = rng.randint(0, len(text))
    colons = [at + 1 for at, letter in enumerate(text) if letter in ":,{["]
    if rng.random() < 0.6:
        place = rng.choice(colons)
    behind = place + rng.choice((0, 0, 1, 1, 2, 4))
    if rng.random() < 0.4:  # exchange a whole value
        ends = [at for at in range(place, len(text)) if text[at] in ",}]"]
        behind = ends[0] if ends else behind
    return text[:place] + rng.choice(tokens) + text[behind:]
