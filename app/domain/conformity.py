"""Whether a job was done as its standards ask: which rules were met, which were left undone for a reason, which were broken."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.events import JsonObject


@dataclass(slots=True)
class Conformity:
    """What became of one standard's rules at one job. Rules that only inform, and ask for nothing, are not counted."""

    standard_id: str
    met: int = 0
    excepted: list[JsonObject] = field(default_factory=list)
    """Steps left undone for one of the rule's reasons: `{step_id, unit_id, component, title, reason, note, requires}`."""
    broken: list[JsonObject] = field(default_factory=list)
    """Steps that had to be done and were not, or whose reading lies outside: `{step_id, unit_id, component, title, why, remedy}`."""
    left_out: list[JsonObject] = field(default_factory=list)
    """Steps that should have been done and were not: `{step_id, unit_id, component, title}`."""

    @property
    def conforms(self) -> bool:
        """Whether no rule was broken."""
        return not self.broken


def of_job(laid: Iterable[JsonObject], answers: Iterable[JsonObject]) -> list[Conformity]:
    """Each standard's part of a checklist (`checklist.steps`), in order of their first steps; `answers` are the state's."""
    current = {(one["step_id"], one["unit_id"], one["component"]): one for one in answers if one["current"]}
    found: dict[str, Conformity] = {}
    for step in laid:
        rule = step["rule"]
        if not rule["evidence"] or rule["severity"] == "info":
            continue
        part = found.setdefault(step["standard_id"], Conformity(step["standard_id"]))
        place = {name: step[name] for name in ("step_id", "unit_id", "component")} | {"title": rule["title"]}
        match step["verdict"]:
            case "met":
                part.met += 1
            case "excepted":
                exception = current[step["step_id"], step["unit_id"], step["component"]]["exception"]
                requires = (rule.get("exception") or {}).get("requires")
                part.excepted.append(place | {"reason": exception["reason"], "note": exception.get("note"), "requires": requires})
            case "out_of_limits":
                part.broken.append(place | {"why": "out_of_limits", "remedy": rule.get("remedy")})
            case _ if rule["severity"] == "must":
                part.broken.append(place | {"why": "missing", "remedy": rule.get("remedy")})
            case _:
                part.left_out.append(place)
    return list(found.values())
