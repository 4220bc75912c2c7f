"""What the demo's customers read and sign, in the form that the phone gives it: the statement (PROTOCOL G1, `src/domain/statement.ts`) and
what they agree to at a step (G6, `src/domain/agreement.ts`).
"""

import json
from collections.abc import Mapping, Sequence

from app.domain.checklist import steps
from app.domain.events import JsonObject
from app.domain.job import current_answer
from app.domain.job_state import counted_photos, find

DECLARATIONS = {
    "en": [
        "This page says what was brought to this address and what was done here.",
        "By accepting I confirm that I received the units above and that the work above was shown to me.",
        "I keep all my rights under the law and the warranty. I can still report damage that could not be seen today.",
        "If I do not agree, I can refuse and say why. That is recorded too.",
    ],
    "zh-Hans": [
        "本页列明送到此地址的商品以及在此完成的工作。",
        "点击“接受”，即表示我已收到上述商品，并已当面查看上述工作。",
        "我依法享有的权利和保修权利不受影响。今天看不出的损坏，之后仍可反映。",
        "如不同意，我可以拒绝并说明原因，拒绝同样会被记录。",
    ],
}
WORK = {
    "en": {"deliver": "Delivery", "install": "Installation", "take_back": "Taking back the old appliance"},
    "zh-Hans": {"deliver": "送货", "install": "安装", "take_back": "回收旧机"},
}


def text_of(state: JsonObject, standards: Sequence[JsonObject], people: Mapping[str, str]) -> bytes:
    """The exact bytes that are hashed, in the customer's language."""
    language = state["customer"]["language"]
    address, slot = state["address"], state["slot"]
    place = " ".join(part for part in (address["postcode"], address["city"]) if part)
    statement = {
        "v": 1,
        "type": "doorstep-statement",
        "language": language,
        "order_ref": state["order_ref"],
        "customer": state["customer"]["name"],
        "address": [*address["lines"], place],
        "slot": slot and {"from": slot["from"], "to": slot["to"]},
        "crew": [people[user_id] for user_id in state["crew"] if user_id in people],
        "units": [_unit(state, unit) for unit in state["units"]],
        "work": [WORK[language].get(service, service) for service in state["services"]],
        "checks": _checks(state, standards, language),
        "photos": len(counted_photos(state)),
        "notes": len(state["notes"]),
        "declaration": DECLARATIONS[language],
    }
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def agreement_of(state: JsonObject, step: JsonObject) -> bytes:
    """The exact bytes of what a step asks the customer to agree to, in their language."""
    language, rule = state["customer"]["language"], step["rule"]
    answer = current_answer(state, step["step_id"], step["unit_id"], step["component"])
    told = [asked["text"][language] for asked in rule["evidence"] if asked["kind"] == "acknowledge"]
    written = [answer["value"]] if answer and any(asked["kind"] == "text" for asked in rule["evidence"]) else []
    agreement = {
        "v": 1,
        "type": "doorstep-acknowledgement",
        "language": language,
        "order_ref": state["order_ref"],
        "customer": state["customer"]["name"],
        "step_id": step["step_id"],
        "of": _unit_name(state, step),
        "title": rule["title"][language],
        "text": [*told, *written],
    }
    return json.dumps(agreement, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _unit_name(state: JsonObject, step: JsonObject) -> str | None:
    unit = find(state["units"], "unit_id", step["unit_id"])
    if unit is None:
        return None
    part = find(unit["components"], "component_id", step["component"])
    return str(unit["name"]) if part is None else f"{unit['name']} \u00b7 {part['name']}"


def _unit(state: JsonObject, unit: JsonObject) -> JsonObject:
    parts = [_stated(state, unit["unit_id"], part["component_id"], part) for part in unit["components"]]
    return _stated(state, unit["unit_id"], None, unit) | {"components": parts}


def _stated(state: JsonObject, unit_id: str, component: str | None, part: JsonObject) -> JsonObject:
    """A unit or component, with the serial that was read on site, else the order's."""
    of_part = [scan for scan in state["scans"] if (scan["unit_id"], scan["component"]) == (unit_id, component) and not scan["late"]]
    last = of_part[-1] if of_part else None
    read = last["serial"] if last and last["verdict"] != "wrong" else None
    return {"name": part["name"], "serial": read or part["serial"], "verdict": last and last["verdict"]}


def _checks(state: JsonObject, standards: Sequence[JsonObject], language: str) -> JsonObject:
    """How the steps came out; the acceptance itself is left out."""
    laid = [step for step in steps(state, standards) if not any(asked["kind"] == "signoff" for asked in step["rule"]["evidence"])]
    asked = [step for step in laid if step["rule"]["evidence"]]
    by = {verdict: [step for step in asked if step["verdict"] == verdict] for verdict in ("met", "missing", "excepted", "out_of_limits")}
    return {
        "asked": len(asked),
        "met": len(by["met"]),
        "open": len(by["missing"]),
        "excepted": [_excepted(state, step, language) for step in by["excepted"]],
        "out_of_limits": [_out_of_limits(state, step, language) for step in by["out_of_limits"]],
    }


def _excepted(state: JsonObject, step: JsonObject, language: str) -> JsonObject:
    answer = current_answer(state, step["step_id"], step["unit_id"], step["component"])
    exception = answer["exception"] if answer else {"reason": "", "note": None}
    reasons = step["rule"]["exception"]["reasons"] if step["rule"]["exception"] else []
    named = next((reason["title"][language] for reason in reasons if reason["reason"] == exception["reason"]), exception["reason"])
    of = _unit_name(state, step)
    return {"title": step["rule"]["title"][language], "of": of, "reason": named, "note": exception.get("note")}


def _out_of_limits(state: JsonObject, step: JsonObject, language: str) -> JsonObject:
    answer = current_answer(state, step["step_id"], step["unit_id"], step["component"])
    asked = next(asked for asked in step["rule"]["evidence"] if asked["kind"] == "reading")
    limits = f"{asked['min'] or ''}\u2013{asked['max'] or ''} {asked['unit']}"
    reading, of = f"{answer and answer['value']} {asked['unit']}", _unit_name(state, step)
    return {"title": step["rule"]["title"][language], "of": of, "reading": reading, "limits": limits}
