"""A crew of the demo at work: it goes through the checklist of its job as the standards ask, and records what it finds."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from PIL import Image, ImageFilter, ImageStat

from app import ids
from app.domain import scan
from app.domain.checklist import steps
from app.domain.events import JsonObject
from app.domain.standard import PHASES, VALUE_KINDS
from app.services.demo.day import PlannedJob
from app.services.demo.dice import Dice, dice
from app.services.demo.phone import Phone
from app.services.demo.pictures import PHOTO_SIZE, photo
from app.services.demo.statement import agreement_of, text_of
from app.services.demo.subject import Subject

# What a good visit measures, per step: lowest and highest, in the rule's unit and decimals.
USUAL_READINGS = {
    "WM-PRE-02": ("222", "234"),
    "RF-PRE-02": ("222", "234"),
    "WM-INS-04": ("78", "95"),
    "WM-INS-05": ("0.1", "0.6"),
    "RF-INS-01": ("22", "60"),
    "RF-INS-02": ("52", "80"),
    "RF-INS-03": ("105", "180"),
    "RF-INS-04": ("0.1", "0.5"),
    "RF-TST-01": ("32", "55"),
    "AC-INS-02": ("0.1", "0.8"),
    "AC-INS-04": ("3500", "3500"),
    "AC-INS-06": ("6", "6"),
    "AC-INS-07": ("8", "8"),
    "AC-INS-08": ("3.2", "4.6"),
    "AC-INS-09": ("-0.1", "-0.098"),
    "AC-INS-10": ("10", "15"),
    "AC-INS-12": ("0.02", "0.04"),
    "AC-INS-14": ("20", "90"),
    "AC-TST-02": ("3.8", "5.6"),
    "AC-TST-03": ("9.5", "13.5"),
}
# Drawn with four bolts, so four are counted.
USUAL_CHOICES = {"WM-INS-01": "4"}
TEXTS = {
    "TBK-04": "OLD-LINE 2012，编码 12045877",
    "SIT-02": "已告知用户该位置潮湿，用户坚持",
    "AC-PRE-04": "Advised against this wall: the bed is in the draught and the drain has little fall. The customer wants it here.",
}
# An old unit is of the kind that the new one replaces.
OLD_KIND = "TBK-03"

Place = tuple[str | None, str | None, str | None]
"""A step, its unit and its component."""


class Visit:
    """One visit of a phone's owner to a planned job. Time passes with every step."""

    def __init__(
        self, phone: Phone, job_id: str, plan: PlannedJob, subjects: Sequence[Subject], standards: Sequence[JsonObject], begins: datetime
    ) -> None:
        self.phone, self.job_id, self.plan, self.standards, self.at = phone, job_id, plan, standards, begins
        self.job = phone.jobs[job_id]
        self.subjects: dict[str, Subject] = dict(zip((unit["unit_id"] for unit in self.job.state["units"]), subjects, strict=True))
        self.rng = dice(subjects[0].seed)

    def depart(self) -> None:
        """Leave for the customer, with the units in the van."""
        self._hand_over("station", "crew")
        self._pass(5, 9)
        self._record("visit.departed", {"visit_id": self.job.state["visit_id"]})

    def arrive(self) -> None:
        """Be there, and say where that is."""
        self._pass(8, 15)
        self._record("visit.arrived", {"visit_id": self.job.state["visit_id"]})

    def work(self, until: str) -> None:
        """Do what is missing, in working order, up to and with the phase `until`."""
        while True:
            last = PHASES.index(until)
            todo = [step for step in steps(self.job.state, self.standards) if PHASES.index(step["rule"]["phase"]) <= last]
            step = next((step for step in todo if set(step["missing"]) - {"signoff"} and step["step_id"] not in self.plan.skips), None)
            if step is None:
                return
            self._pass(0, 2)
            self._do(step)

    def sign(self) -> None:
        """Hand over the phone: the customer reads the statement and accepts, or refuses."""
        self._pass(2, 4)
        statement = text_of(self.job.state, self.standards, self.job.people)
        signed = self._signed("statement", statement, _strokes(self.rng) if self.plan.signs == "accepted" else None)
        self._record("signoff.recorded", signed | {"outcome": self.plan.signs, "reason": self.plan.says})

    def finish(self) -> None:
        """Leave. What the customer refused is not complete."""
        self._pass(1, 2)
        outcome = "completed" if self.plan.signs == "accepted" else "partial"
        if outcome == "completed":
            self._hand_over("crew", "customer")
        self._record("visit.completed", {"visit_id": self.job.state["visit_id"], "outcome": outcome, "note": self.plan.says})

    def fail_at_the_door(self) -> None:
        """Nobody opens: photograph the door, and go."""
        self._pass(10, 15)
        self._photograph("front_door", (None, None, None), 1)
        note = "拨打三次无人接听，等候15分钟"
        self._record("visit.failed", {"visit_id": self.job.state["visit_id"], "reason": "nobody_home", "note": note})

    def scan(self, place: Place, raw: str) -> None:
        """Read a code, and record what it says about the unit."""
        step_id, unit_id, _ = place
        parsed = scan.parse(raw, "QRCode")
        matched = scan.match(parsed, self.job.state, unit_id)
        data = {
            "unit_id": unit_id,
            "component": matched["component"],
            "step_id": step_id,
            "raw": raw,
            "symbology": "QRCode",
            "method": "camera",
        }
        self._record("unit.scanned", data | {"gtin": parsed["gtin"], "serial": parsed["serial"], "verdict": matched["verdict"]})

    def _hand_over(self, giver: str, taker: str) -> None:
        unit_ids = [unit["unit_id"] for unit in self.job.state["units"]]
        self._record("custody.handed_over", {"unit_ids": unit_ids, "from": giver, "to": taker, "condition": "intact", "note": None})

    def _do(self, step: JsonObject) -> None:
        rule, place = step["rule"], (step["step_id"], step["unit_id"], step["component"])
        given = self.plan.answers.get(rule["code"])
        if isinstance(given, tuple):
            self._answer(place, None, None, {"reason": given[0], "note": given[1]})
            return
        for asked in rule["evidence"]:
            if asked["kind"] in VALUE_KINDS:
                unit = asked["unit"] if asked["kind"] == "reading" else None
                self._answer(place, self._value(rule["code"], asked, given), unit, None)
        if "scan" in step["missing"]:
            self._identify(place)
        for asked in rule["evidence"]:
            if asked["kind"] == "photo":
                for take in range(1, asked["min"] + 1):
                    self._photograph(asked["role"], place, take)
        if "acknowledge" in step["missing"]:
            self._agree(step)

    def _identify(self, place: Place) -> None:
        subject = self._seen(*place[1:])
        if self.plan.wrong_unit_first:
            self.scan(place, _link(subject.gtin, f"{subject.serial[:-1]}X"))
            self._record("note.added", {"text": "车上两台同型号，拿错一台，已换回。"})
            self._pass(4, 6)
        self.scan(place, _link(subject.gtin, subject.serial))

    def _value(self, code: str, asked: JsonObject, given: str | None) -> bool | str | list[str]:
        match asked["kind"]:
            case "confirm":
                return True
            case "reading":
                low, high = USUAL_READINGS[code]
                return given or f"{self.rng.uniform(float(low), float(high)):.{asked['decimals']}f}"
            case "text":
                return given or TEXTS.get(code, "已当面告知用户")
            case "date":
                return given or self.at.date().isoformat()
            case "multi":
                return [str(option["value"]) for option in asked["options"]]
        usual = self._seen().category if code == OLD_KIND else USUAL_CHOICES.get(code)
        return given or usual or str(asked["options"][0]["value"])

    def _answer(self, place: Place, value: bool | str | list[str] | None, unit: str | None, exception: JsonObject | None) -> None:
        step_id, unit_id, component = place
        at = {"step_id": step_id, "unit_id": unit_id, "component": component}
        self._record("step.answered", at | {"value": value, "unit": unit, "exception": exception, "finding_id": None})

    def _agree(self, step: JsonObject) -> None:
        """The customer reads what this step asks of them, and signs."""
        self._pass(1, 2)
        text = agreement_of(self.job.state, step)
        place = {name: step[name] for name in ("step_id", "unit_id", "component")}
        self._record("step.acknowledged", place | self._signed("text", text, _strokes(self.rng)))

    def _signed(self, what: str, text: bytes, strokes: bytes | None) -> JsonObject:
        """Members of a fact about something that the customer read, and signed by strokes or did not."""
        customer = self.job.state["customer"]
        return {
            f"{what}_sha256": self.phone.keep(text),
            f"{what}_size": len(text),
            "strokes_sha256": self.phone.keep(strokes) if strokes else None,
            "strokes_size": len(strokes) if strokes else None,
            "typed_name": None,
            "name": customer["name"] if self.plan.relation == "customer" else _relative(customer),
            "relation": self.plan.relation,
            "language": customer["language"],
            "finding_id": None,
        }

    def _seen(self, unit_id: str | None = None, component: str | None = None) -> Subject:
        """What a step's photos show; of the job's own steps, the first unit's place."""
        subject = self.subjects[unit_id] if unit_id else next(iter(self.subjects.values()))
        if component is None:
            return subject
        unit = next(unit for unit in self.job.state["units"] if unit["unit_id"] == unit_id)
        return replace(subject, serial=next(part["serial"] for part in unit["components"] if part["component_id"] == component))

    def _photograph(self, role: str, place: Place, take: int) -> None:
        self._pass(0, 1)
        step_id, unit_id, component = place
        subject = self._seen(unit_id, component)
        jpeg = photo(role, subject, take)
        if role == "rating_plate" and self.plan.blurred_plate:
            jpeg = _blurred(jpeg)
        wide, high = PHOTO_SIZE
        self._record(
            "photo.captured",
            {
                "photo_id": ids.uuid7(),
                "role": role,
                "step_id": step_id,
                "unit_id": unit_id,
                "component": component,
                "sha256": self.phone.keep(jpeg),
                "size": len(jpeg),
                "mime": "image/jpeg",
                "w": wide,
                "h": high,
                "source": "camera",
                "quality": measured(jpeg)
                | {"override": "光线不好，已尽力" if self.plan.blurred_plate and role == "rating_plate" else None},
                "finding_id": None,
            },
        )

    def _record(self, kind: str, data: Mapping[str, object]) -> None:
        address = self.job.state["address"]
        where = None
        if self.job.state["stage"] != "dispatched":
            near = {name: address[name] + self.rng.randint(-90, 90) for name in ("lat_e6", "lon_e6")}
            where = near | {"acc_m": self.rng.randint(6, 30)}
        self.phone.record(self.job_id, kind, data, self.at, where)

    def _pass(self, least: int, most: int) -> None:
        self.at += timedelta(seconds=self.rng.randint(least * 60, most * 60) + self.rng.randint(5, 40))


def measured(jpeg: bytes) -> JsonObject:
    """Sharpness and brightness as the phone measures them, on a picture of 480 pixels."""
    image = Image.open(io.BytesIO(jpeg))
    image.draft("L", (480, 360))
    grey = image.convert("L").resize((480, 360))
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, -1, 0, -1, 4, -1, 0, -1, 0), scale=1, offset=128))
    return {"sharpness": round(ImageStat.Stat(edges).var[0]), "brightness": round(ImageStat.Stat(grey).mean[0])}


def _relative(customer: JsonObject) -> str:
    """Somebody of the customer's family, by the family name."""
    name = str(customer["name"])
    return f"Alex {name.rsplit(maxsplit=1)[-1]}" if customer["language"] == "en" else f"{name[:1]}先生"


def _blurred(jpeg: bytes) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg)).filter(ImageFilter.GaussianBlur(14)).save(out, "JPEG", quality=85)
    return out.getvalue()


def _link(gtin: str, serial: str) -> str:
    """What the QR code of a rating plate says: a GS1 Digital Link."""
    return f"https://id.doorstep.example/01/{gtin}/21/{serial}"


def _strokes(rng: Dice) -> bytes:
    """A signature drawn on the pad: three strokes of a hand in no hurry (PROTOCOL G3)."""
    strokes, t = [], 0
    for stroke in range(3):
        x, y = 90 + stroke * 150, rng.randint(90, 150)
        line = []
        for _ in range(rng.randint(14, 22)):
            line.append([x, y, t])
            x, y, t = x + rng.randint(-4, 16), min(220, max(20, y + rng.randint(-26, 26))), t + rng.randint(14, 22)
        strokes.append(line)
        t += rng.randint(150, 300)
    return json.dumps({"v": 1, "w": 600, "h": 240, "strokes": strokes}, separators=(",", ":")).encode("ascii")
