"""Every kind, anomaly and rule of the domain has a vector, and the table of kinds is what both languages were written for."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from app.domain import events, facts, job_state
from tests.domain.vectors import canonical, read_all

REPOSITORY = Path(__file__).parents[2]
# Said of a device and a server together, so shown by tests of sync and not by a vector.
RULES_WITHOUT_VECTORS = {"L8"}
# Changes with the table. A change to a kind's data is a new version of that kind (K4): raise its `kv`, write the upcast in
# both languages with vectors, raise `fold_v` if a fold changes, then put the digest that this test tells here.
TABLE_DIGEST = "055185d6cbe49c3d324a63247918c66ca84a0b98d39387acceab03b8216ad8af"


def test_k4_the_table_of_kinds_changes_only_on_purpose() -> None:
    table = {"types": events.TYPES, "kinds": events.KINDS}
    assert hashlib.sha256(canonical(table).encode()).hexdigest() == TABLE_DIGEST


def test_k1_the_table_is_well_formed() -> None:
    for kind, row in events.KINDS.items():
        assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", kind)
        assert set(row) == {"kv", "by", "data"}
        assert isinstance(row["kv"], int)
        assert row["kv"] >= 1
        assert row["by"] in ("fact", "decision")
        assert (row["by"] == "decision") == kind.startswith(("job.", "finding."))
        for type_ in row["data"].values():
            assert_type(type_)
    for fields in events.TYPES.values():
        for type_ in fields.values():
            assert_type(type_)


def assert_type(type_: str) -> None:
    """A type is of the grammar that `events.data_problem` reads."""
    inner = type_.removesuffix("?")
    listed = re.fullmatch(r"list<([^<>?]+)>:[1-9][0-9]*", inner)
    if listed:
        inner = listed[1]
    name, _, limits = inner.partition(":")
    forms = {"text": "[1-9][0-9]*", "int": "-?[0-9]+:-?[0-9]+", "enum": r"[\w./-]+(\|[\w./-]+)+"}
    scalar = name in ("id", "sha256", "time", "bool", "value", *forms)
    assert scalar != (name in events.TYPES), type_
    assert re.fullmatch(forms.get(name, ""), limits), type_
    if name == "int":
        low, high = map(int, limits.split(":"))
        assert -events.INTEGER_MAX <= low < high <= events.INTEGER_MAX


def test_k1_every_kind_has_a_fold_vector() -> None:
    seen = {wire["kind"] for _, vector in read_all("fold") for wire in vector["events"] if not wire.get("redacted")}
    assert set(events.KINDS) - seen == set()


def test_f1_every_anomaly_has_a_fold_vector() -> None:
    seen = {anomaly["code"] for _, vector in read_all("fold") for anomaly in vector["state"].get("anomalies", ())}
    assert set(job_state.ANOMALY_CODES) - seen == set()


def test_f1_the_anomalies_are_those_that_the_fold_knows() -> None:
    source = "".join((Path(facts.__file__).parent / f"{name}.py").read_text() for name in ("job", "facts", "decisions"))
    written = set(re.findall(r'add_anomaly\(state, event, "(\w+)"', source)) | {"late", "cancelled"}
    assert written == set(job_state.ANOMALY_CODES)


def test_every_rule_has_a_vector() -> None:
    protocol = (REPOSITORY / "docs/PROTOCOL.md").read_text()
    stated = set(re.findall(r"^- \*\*([LFK][0-9]+)\*\*", protocol, re.MULTILINE))
    assert {"L1", "F12", "K4"} <= stated
    shown = {
        rule
        for folder in ("fold", "chain", "events", "checklist", "scan", "upcast")
        for _, vector in read_all(folder)
        for rule in vector["rules"]
    }
    assert shown <= stated
    assert stated - shown == RULES_WITHOUT_VECTORS


@pytest.mark.parametrize("folder", ["fold", "chain", "events", "checklist", "scan", "upcast"])
def test_vectors_are_ascii_json(folder: str) -> None:
    """Invisible characters stand as escapes, so that a vector says what it holds; half pairs could not be stored otherwise."""
    for name, vector in read_all(folder):
        path = REPOSITORY / f"tests/vectors/{name}.json"
        assert path.read_text("ascii"), name
        assert json.loads(json.dumps(vector)) == vector
        assert vector["rules"], name


def test_events_reject_files_are_named_by_their_reason() -> None:
    for name, vector in read_all("events/reject"):
        assert name.rsplit("/", 1)[1] == vector["reason"]


def test_f3_every_flag_of_the_protocol_has_a_fold_vector() -> None:
    protocol = (REPOSITORY / "docs/PROTOCOL.md").read_text()
    stated = re.search(r"\*\*S15\*\* (.*)", protocol)
    assert stated is not None
    flags = set(re.findall(r"`([a-z_]+)`", stated[1])) - {"device_time"}
    seen = {flag for _, vector in read_all("fold") for wire in vector["events"] for flag in wire.get("flags", ())}
    assert {"unknown_kind", "clock_skew"} <= flags
    assert flags - seen == set()
