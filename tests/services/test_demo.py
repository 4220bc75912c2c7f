"""`flask seed demo`: a whole day through the services, once a day, complete and verifiable (on SQLite)."""

import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import func, select

from app import clock
from app.config import Settings
from app.domain import checklist
from app.domain.events import JsonObject
from app.factory import create_app
from app.services import accounts, build, callers, doctor, enrol, media, phones, standards, statements
from app.services.demo import catalogue, day, kept, seed
from app.services.job_view import state_of
from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db
from app.store.events import EventRow
from app.store.jobs import JobView
from app.store.people import Station, User

# Two in the afternoon in the demo's city.
NOON = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Office]:
    """An office in whose database the demo was seeded once, on a Tuesday afternoon."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "doorstep.db").write_bytes(migrated_sqlite.read_bytes())
    settings = Settings.from_env({"DOORSTEP_DATA": str(folder), "DOORSTEP_SECRET_KEY": "a key for tests only"})
    app = create_app(settings)
    with app.app_context(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOON)
        made: Office = app.extensions["doorstep"]
        assert seed.seed_demo(made) == "The demo day 2026-11-24 is planned: 24 jobs."
        yield made
        db.session.remove()
        db.engine.dispose()


def views(office: Office, date: str = "20261124") -> dict[int, JobView]:
    """The jobs of a day by their number in the plan."""
    rows = db.session.scalars(select(JobView).where(JobView.order_ref.like(f"YX-{date}-%")))
    return {int((row.order_ref or "").rpartition("-")[2]): row for row in rows}


def states(office: Office) -> dict[int, JsonObject]:
    return {number: state_of(view) for number, view in views(office).items()}


def tenant_id(office: Office) -> str:
    return views(office)[1].tenant_id


def latest_fact(office: Office, date: str) -> str:
    """When the last fact of a day is claimed to have happened."""
    found = [state_of(view) for view in views(office, date).values()]
    facts = [record for state in found for name in ("answers", "photos", "scans", "signoffs") for record in state[name]]
    ended = [visit["ended"] for state in found for visit in state["visits"] if visit["ended"]]
    assert len(facts) > 200
    assert len(ended) == 8
    return max(str(record["at"]) for record in [*facts, *ended])


def codes_on(office: Office, sha256: str) -> set[str]:
    """What a scanner reads on a stored photo."""
    with Image.open(office.blobs.path(tenant_id(office), sha256)) as image:
        return {found.text for found in zxingcpp.read_barcodes(image)}


def rows_of(table: type) -> int:
    return db.session.scalars(select(func.count()).select_from(table)).one()


@pytest.mark.parametrize(
    ("now", "date"),
    [
        (datetime(2026, 11, 24, 0, 0, tzinfo=UTC), "2026-11-24"),
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), "2026-11-24"),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), "2026-11-24"),
        (datetime(2026, 11, 25, 0, 0, tzinfo=UTC), "2026-11-25"),
    ],
)
def test_a_day_begins_with_its_first_slot(now: datetime, date: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    assert day.today().isoformat() == date
    assert min(plan.slot(day.today())[0] for plan in day.DAY) <= now


def test_the_day_has_24_jobs_as_planned(office: Office) -> None:
    stages = {number: view.stage for number, view in views(office).items()}
    assert stages == {plan.number: plan.reaches for plan in day.DAY}
    assert Counter(stages.values()) == {
        "planned": 4,
        "dispatched": 9,
        "on_the_way": 1,
        "on_site": 2,
        "finished": 5,
        "failed": 1,
        "returned": 1,
        "sealed": 1,
    }


def test_the_network_is_there(office: Office) -> None:
    roles = Counter(db.session.scalars(select(User.role).where(User.tenant_id == tenant_id(office))))
    assert roles == {"installer": 6, "supervisor": 2, "admin": 1}
    assert rows_of(Station) == 2


def test_nothing_is_missing_nor_wrong(office: Office) -> None:
    """Logs verify, blobs are there, views equal their events: what `jobs refold --check`, `log verify` and `doctor` look at."""
    assert doctor.faults(office) == []
    assert {view.blobs_missing for view in views(office).values()} == {0}
    assert set(db.session.scalars(select(EventRow.flags))) == {"[]"}


def test_only_the_wrong_unit_is_an_anomaly(office: Office) -> None:
    found = {number: [one["code"] for one in state["anomalies"]] for number, state in states(office).items() if state["anomalies"]}
    assert found == {8: ["wrong_unit"]}
    assert [scan["verdict"] for scan in states(office)[8]["scans"]] == ["wrong", "match"]


def test_finished_visits_lack_nothing_that_must_be(office: Office) -> None:
    for plan in day.DAY:
        if plan.reaches in ("finished", "returned", "sealed"):
            state = states(office)[plan.number]
            laid = checklist.steps(state, standards.pinned(db.session(), tenant_id(office), state))
            missing = {(step["step_id"], *step["missing"]) for step in checklist.blocking(laid)}
            assert missing == ({("IDN-01", "finding")} if plan.reaches == "returned" else set())


def test_verdicts_and_exceptions_are_of_several_kinds(office: Office) -> None:
    pins = states(office)[3]
    laid = checklist.steps(pins, standards.pinned(db.session(), tenant_id(office), pins))
    verdicts = {step["step_id"]: step["verdict"] for step in laid}
    assert verdicts["RF-INS-01"] == "excepted"
    assert verdicts["WM-INS-04"] == "out_of_limits"
    outcomes = {number: state["signoffs"][-1]["outcome"] for number, state in states(office).items() if state["signoffs"]}
    assert Counter(outcomes.values()) == {"accepted": 6, "refused": 1}


def test_the_customer_saw_what_was_signed(office: Office) -> None:
    statement, strokes = statements.of_last_signoff(office, tenant_id(office), states(office)[4])
    assert statement is not None
    assert strokes is not None
    assert (statement["customer"], statement["language"]) == ("Emma Clarke", "en")
    assert statement["checks"]["open"] == 0
    assert statement["photos"] == len(states(office)[4]["photos"])
    assert all(len(point) == 3 for stroke in strokes["strokes"] for point in stroke)


def test_photos_are_real_ones_of_their_unit(office: Office) -> None:
    state = states(office)[1]
    plate = next(photo for photo in state["photos"] if photo["role"] == "rating_plate")
    assert state["units"][0]["serial"] in codes_on(office, plate["sha256"])
    blobs = [photo["sha256"] for one in states(office).values() for photo in one["photos"]]
    assert len(blobs) == len(set(blobs)) > 50


def test_the_returned_photo_is_the_unreadable_one(office: Office) -> None:
    state = states(office)[5]
    (finding,) = state["findings"]
    photo = next(photo for photo in state["photos"] if photo["photo_id"] == finding["photo_id"])
    assert (photo["role"], finding["reason"], finding["status"]) == ("rating_plate", "blurred", "open")
    assert photo["quality"]["sharpness"] < 40
    assert codes_on(office, photo["sha256"]) == set()


def test_the_office_can_show_every_photo(office: Office) -> None:
    for photo in states(office)[6]["photos"]:
        with Image.open(media.derived(office, tenant_id(office), photo["sha256"], "view")) as image:
            assert image.width > image.height


def test_nothing_was_recorded_in_the_future(office: Office) -> None:
    assert latest_fact(office, "20261124") <= clock.stamp(NOON)


def test_the_password_is_kept_for_the_owner_only_and_signs_in(office: Office) -> None:
    found = seed.access(office)
    assert found is not None
    file = office.settings.data / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for login in found.logins:
        _, who = accounts.sign_in(office, login, found.password, "127.0.0.1")
        assert who.tenant_name == catalogue.TENANT
    assert callers.platform_of(found.platform_key) is not None
    assert "#enrol=" in enrol.make_code_for_login(office, found.installer).url


def test_no_phone_calls_for_a_look(office: Office) -> None:
    """Somebody who looks at the demo for the first time is not alarmed: its phones run what is served, and say how they are."""
    page = phones.page(tenant_id(office), phones.Wanted(build=build.served()))
    assert len(page["devices"]) > 3
    assert {(one["build"], *one["looks"]) for one in page["devices"]} == {(build.served() or "demo",)}
    assert page["counts"]["look"] == 0
    assert all(one["condition"]["copies"] == 2 for one in page["devices"])


def test_a_second_run_keeps_everything(office: Office) -> None:
    before = (rows_of(EventRow), rows_of(JobView), rows_of(Blob), rows_of(User), seed.access(office))
    assert seed.seed_demo(office) == "The demo day 2026-11-24 is planned already."
    assert (rows_of(EventRow), rows_of(JobView), rows_of(Blob), rows_of(User), seed.access(office)) == before


def test_an_interrupted_run_goes_on_where_it_was(office: Office) -> None:
    """As after a kill between the last verdict and the note that the day is planned: nothing is done twice."""
    memory = kept.read(office)
    assert memory is not None
    memory.planned_day = None
    kept.write(office, memory)
    before = (rows_of(EventRow), rows_of(JobView), rows_of(Blob), rows_of(User))
    assert seed.seed_demo(office) == "The demo day 2026-11-24 is planned: 24 jobs."
    assert (rows_of(EventRow), rows_of(JobView), rows_of(Blob), rows_of(User)) == before


def test_the_next_day_is_planned_anew_beside_the_old_one(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Last, for it changes the office. The same people and phones work on the second day."""
    before = {view.job_id: view.rev for view in views(office).values()}
    users, known = rows_of(User), seed.access(office)
    early = NOON + timedelta(hours=18, minutes=5)  # five past eight: no visit of the day can have begun on time
    monkeypatch.setattr(clock, "now", lambda: early)
    assert seed.seed_demo(office) == "The demo day 2026-11-25 is planned: 24 jobs."
    assert {view.job_id: view.rev for view in views(office).values()} == before
    assert {number: view.stage for number, view in views(office, "20261125").items()} == {plan.number: plan.reaches for plan in day.DAY}
    assert (rows_of(User), seed.access(office)) == (users, known)
    assert latest_fact(office, "20261125") <= clock.stamp(early)
    assert doctor.faults(office) == []


def test_a_database_without_the_demo_gives_no_access(settings: Settings) -> None:
    """Also when the data folder still remembers a demo, because only the database was emptied."""
    app = create_app(settings)
    with app.app_context():
        fresh: Office = app.extensions["doorstep"]
        assert seed.access(fresh) is None
        kept.write(fresh, kept.Kept(password="p", tenant_id="gone", platform_key="k"))
        assert seed.access(fresh) is None
        db.session.remove()
        db.engine.dispose()
