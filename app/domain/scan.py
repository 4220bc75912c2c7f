"""What a scanned or typed code means, and whether it belongs to a job (PROTOCOL F11).

The same functions stand in `app/pwa/src/domain/scan.ts`; `tests/vectors/scan` holds both to it. Scanned text is hostile: it
is never followed, and what comes out of here has been matched against narrow patterns.
"""

import re
from collections.abc import Iterator

from app.domain.events import JsonObject
from app.domain.gs1 import FNC1, elements, gtin14, link_elements
from app.domain.job_state import find
from app.domain.serial import is_serial, normal_serial

RAW_LENGTH_MAX = 512
# Why a code is of no use, and why one names only a model. The screens have a sentence for each.
UNUSABLE_REASONS = (
    "empty",
    "too_long",
    "hidden_characters",
    "web_address",
    "command",
    "bad_gs1",
    "bad_check_digit",
    "odd_serial",
    "other_text",
)
MODEL_REASONS = ("model_barcode", "energy_label", "no_serial")
# Why `match` says what it says, besides the reasons above.
MATCH_REASONS = (
    "label",
    "serial",
    "gtin",
    "other_unit",
    "other_serial",
    "other_model",
    "not_in_job",
    "model_only",
    "several_units",
    "nothing_to_compare",
)

# Controls but FNC1, halves of pairs, and marks that change what is seen without being seen.
_HIDDEN = re.compile(
    "[\x00-\x1c\x1e\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_URL = re.compile(r"https?://([A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(/[^?#]*)?(?:[?#].*)?", re.ASCII | re.IGNORECASE)
_COMMAND = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_LABEL = re.compile(r"/l/([A-Za-z0-9_.:-]{1,64})", re.ASCII)
_GS1_PREFIX = re.compile(r"\](?:d2|C1|Q3|e0|J1)", re.ASCII)
_GS1_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9\-./_]{0,19}", re.ASCII)
_BRACKETED = re.compile(r"\([0-9]{2,4}\)", re.ASCII)
_MODEL_SYMBOLOGIES = ("EAN13", "EAN8", "UPCA", "ITF14")
_ENERGY_LABEL_HOST = "eprel.ec.europa.eu"


def parse(raw: str, symbology: str) -> JsonObject:
    """What a code says: `{kind, gtin, serial, unit_id, reason}`.

    `kind` is `label` (ours), `unit` (GTIN and serial), `serial`, `model` (no serial in it; `reason` is one of `MODEL_REASONS`) or
    `unusable` (`reason` is one of `UNUSABLE_REASONS`). `gtin` has 14 digits, `serial` is in normal form.
    `symbology` is the decoder's name for it (`QRCode`, `EAN-13`, …) or `typed`.
    """
    if len(raw) > RAW_LENGTH_MAX:
        return _unusable("too_long")
    text = raw.strip(" \t\r\n")
    if text == "":
        return _unusable("empty")
    if _HIDDEN.search(text):
        return _unusable("hidden_characters")
    decoder = re.sub("[^A-Z0-9]", "", normal_serial(symbology))
    if decoder == "UPCE":  # its digits are a squeezed GTIN, which nobody prints on an appliance
        return _parsed("model", reason="model_barcode")
    if decoder in _MODEL_SYMBOLOGIES:
        return _barcode(text)
    if FNC1 in text or _GS1_PREFIX.match(text) or _BRACKETED.match(text):
        return _gs1(elements(_GS1_PREFIX.sub("", text, count=1)))
    if text[:8].lower().startswith(("http://", "https://")):
        return _address(text)
    return _text(text)


def match(parsed: JsonObject, state: JsonObject, unit_id: str | None = None) -> JsonObject:
    """Whether a parsed code belongs to a unit of the job: `{verdict, unit_id, component, why, expected, belongs_to}`.

    With `unit_id` the code is compared with that unit, else with all of the job's. `verdict` is `match`, `wrong` or `unknown`;
    `why` is one of `MATCH_REASONS` or the code's own reason; `expected` is the serial that was looked for; `belongs_to` is the
    other unit of the job whose code this is, when it is `wrong` for that.
    """
    aimed = [unit for unit in state["units"] if unit_id is None or unit["unit_id"] == unit_id]
    if parsed["kind"] == "unusable":
        return _verdict("unknown", unit_id, parsed["reason"])
    if parsed["kind"] == "label":
        return _match_label(parsed, state, aimed, unit_id)
    if parsed["serial"] is not None:
        for unit, component, serial in _serials(aimed):
            if normal_serial(serial) == parsed["serial"]:
                return _verdict("match", unit["unit_id"], "serial", component=component, expected=serial)
        other = next((unit for unit, _, serial in _serials(state["units"]) if normal_serial(serial) == parsed["serial"]), None)
        if other is not None:
            return _verdict("wrong", unit_id, "other_unit", expected=_expected(aimed), belongs_to=other["unit_id"])
    return _match_model(parsed, aimed, unit_id)


def _unusable(reason: str) -> JsonObject:
    return _parsed("unusable", reason=reason)


def _parsed(
    kind: str, gtin: str | None = None, serial: str | None = None, unit_id: str | None = None, reason: str | None = None
) -> JsonObject:
    return {"kind": kind, "gtin": gtin, "serial": serial, "unit_id": unit_id, "reason": reason}


def _barcode(text: str) -> JsonObject:
    if re.fullmatch("[0-9]{6,14}", text) is None:
        return _unusable("other_text")
    gtin = gtin14(text)
    return _unusable("bad_check_digit") if gtin is None else _parsed("model", gtin=gtin, reason="model_barcode")


def _gs1(found: dict[str, str] | None) -> JsonObject:
    if found is None or "01" not in found:
        return _unusable("bad_gs1")
    gtin = gtin14(found["01"])
    if gtin is None:
        return _unusable("bad_check_digit")
    if "21" not in found:
        return _parsed("model", gtin=gtin, reason="no_serial")
    serial = normal_serial(found["21"])
    return _unusable("odd_serial") if _GS1_SERIAL.fullmatch(serial) is None else _parsed("unit", gtin=gtin, serial=serial)


def _address(text: str) -> JsonObject:
    url = _URL.fullmatch(text)
    if url is None:
        return _unusable("web_address")
    if url[1].lower() == _ENERGY_LABEL_HOST:
        return _parsed("model", reason="energy_label")
    path = url[2] or "/"
    label = _LABEL.fullmatch(path)
    if label is not None:
        return _parsed("label", unit_id=label[1])
    found = link_elements(path)
    return _unusable("web_address") if found is None else _gs1(found)


def _text(text: str) -> JsonObject:
    if re.match(r"www\.", text, re.ASCII | re.IGNORECASE):
        return _unusable("web_address")
    found = elements(text) if text.startswith("01") else None
    if found is not None and "21" in found and gtin14(found["01"]) is not None:
        return _gs1(found)
    if _COMMAND.match(text):
        return _unusable("command")
    serial = normal_serial(text)
    return _parsed("serial", serial=serial) if is_serial(serial) else _unusable("other_text")


def _verdict(
    verdict: str, unit_id: str | None, why: str, component: str | None = None, expected: str | None = None, belongs_to: str | None = None
) -> JsonObject:
    return {"verdict": verdict, "unit_id": unit_id, "component": component, "why": why, "expected": expected, "belongs_to": belongs_to}


def _match_label(parsed: JsonObject, state: JsonObject, aimed: list[JsonObject], unit_id: str | None) -> JsonObject:
    if find(aimed, "unit_id", parsed["unit_id"]) is not None:
        return _verdict("match", parsed["unit_id"], "label")
    if find(state["units"], "unit_id", parsed["unit_id"]) is not None:
        return _verdict("wrong", unit_id, "other_unit", expected=_expected(aimed), belongs_to=parsed["unit_id"])
    return _verdict("wrong", unit_id, "not_in_job", expected=_expected(aimed))


def _match_model(parsed: JsonObject, aimed: list[JsonObject], unit_id: str | None) -> JsonObject:
    """Compare by model, which settles it only for units whose serial nobody knows beforehand."""
    expected = _expected(aimed)
    gtin, typed_gtin = parsed["gtin"], gtin14(parsed["serial"] or "")
    is_model = parsed["kind"] == "model" or (typed_gtin is not None and any(gtin14(unit["gtin"]) == typed_gtin for unit in aimed))
    open_units = [unit for unit in aimed if not _is_numbered(unit)]
    if not open_units:
        if is_model:
            return _verdict("unknown", unit_id, "model_only", expected=expected)
        return _verdict("wrong", unit_id, "not_in_job" if unit_id is None or not aimed else "other_serial", expected=expected)
    same = [unit for unit in open_units if gtin is not None and gtin14(unit["gtin"]) == gtin]
    if len(same) == 1:
        return _verdict("match", same[0]["unit_id"], "gtin")
    if same:
        return _verdict("unknown", unit_id, "several_units")
    # The parts of a set have GTINs of their own, so only a unit in one piece is told apart by its GTIN.
    if gtin is not None and all(gtin14(unit["gtin"]) is not None and not unit["components"] for unit in open_units):
        return _verdict("wrong", unit_id, "other_model", expected=expected)
    return _verdict("unknown", unit_id, "model_only" if is_model else "nothing_to_compare", expected=expected)


def _serials(units: list[JsonObject]) -> Iterator[tuple[JsonObject, str | None, str]]:
    """Each known serial of the units, with its unit and component."""
    for unit in units:
        if unit["serial"] is not None:
            yield unit, None, unit["serial"]
        for part in unit["components"]:
            if part["serial"] is not None:
                yield unit, part["component_id"], part["serial"]


def _is_numbered(unit: JsonObject) -> bool:
    """Whether the serial of each label on a unit is known: those of its components, or its own when it has none."""
    labels = unit["components"] or [unit]
    return all(label["serial"] is not None for label in labels)


def _expected(units: list[JsonObject]) -> str | None:
    return next((serial for _, _, serial in _serials(units)), None) if len(units) == 1 else None
