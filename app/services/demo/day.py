"""The demo day: 24 jobs, when, for whom, and how far each of them has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

from app import clock
from app.services.demo.catalogue import AIR_CONDITIONERS, CITY, FRIDGES, HOMES, WASHERS, Appliance, phone_number
from app.services.demo.subject import Subject

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Slots are in the city's time; there is no summer time in it."""

_FIRST_HOUR = 8

DELIVER = ("deliver", "install")
SWAP = ("deliver", "install", "take_back")

# How far a job comes.
PLANNED, DISPATCHED, ON_THE_WAY, ON_SITE = "planned", "dispatched", "on_the_way", "on_site"
FINISHED, FAILED, RETURNED, SEALED = "finished", "failed", "returned", "sealed"


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One job of the day. `crew` counts in `INSTALLERS`; the first of it holds the phone. `hour` is when its slot of two hours begins.

    `answers` are the answers that differ from what a good visit gives, by the step's code; a list is an exception (reason, note).
    """

    number: int
    hour: int
    crew: tuple[int, ...]
    units: tuple[Appliance, ...]
    services: tuple[str, ...] = DELIVER
    reaches: str = DISPATCHED
    answers: Mapping[str, str | tuple[str, str | None]] = field(default_factory=dict)
    signs: str = "accepted"
    relation: str = "customer"
    says: str | None = None
    wrong_unit_first: bool = False
    blurred_plate: bool = False
    skips: tuple[str, ...] = ()

    def order_ref(self, day: date) -> str:
        """The shop's reference of the order behind it."""
        return f"YX-{day:%Y%m%d}-{self.number:02d}"

    def slot(self, day: date) -> tuple[datetime, datetime]:
        """The promised two hours, in UTC."""
        begins = datetime.combine(day, time(self.hour), ZONE).astimezone(UTC)
        return begins, begins + timedelta(hours=2)

    def serial(self, day: date, place: int) -> str:
        """The serial number of its unit at `place`."""
        return f"{self.units[place].serial_prefix}{day:%m%d}{self.number:02d}{place}{(self.number * 37 + place * 11) % 100:02d}"

    def part_serial(self, day: date, place: int, part: str) -> str:
        """The serial number of a part of its unit at `place`."""
        return f"{self.serial(day, place)}{part[0].upper()}"

    def subject(self, day: date, place: int) -> Subject:
        """What the photos of that unit show; of one in parts, the first part's plate."""
        unit = self.units[place]
        serial = self.part_serial(day, place, unit.components[0][0]) if unit.components else self.serial(day, place)
        return Subject(unit.category, unit.brand, unit.model, unit.gtin.rjust(14, "0"), serial, self.order_ref(day))

    def order(self, day: date) -> dict[str, object]:
        """The order as the web shop sends it."""
        home = HOMES[self.number - 1]
        begins, ends = self.slot(day)
        return {
            "order_ref": self.order_ref(day),
            "services": list(self.services),
            "customer": {"name": home.customer, "phone": phone_number(self.number), "language": home.language},
            "address": {
                "lines": [home.street, home.flat],
                "city": CITY,
                "postcode": None,
                "lat_e6": 30_238_000 + self.number * 1_300,
                "lon_e6": 120_136_000 + self.number * 900,
                "access": home.access,
            },
            "units": [self._unit(day, place) for place in range(len(self.units))],
            "slot": {"from": clock.stamp(begins), "to": clock.stamp(ends)},
            "note": None,
        }

    def _unit(self, day: date, place: int) -> dict[str, object]:
        unit = self.units[place]
        if not unit.components:
            return {"gtin": unit.gtin, "serial": self.serial(day, place)}
        parts = [{"name": name, "part": part, "serial": self.part_serial(day, place, part)} for part, name in unit.components]
        return {"gtin": unit.gtin, "components": parts}


def today() -> date:
    """The date in the demo's city; before its first slot begins, at eight, it is still the day before.

    So the jobs of the day are not all ahead for someone who looks at the demo from Europe or America in their afternoon.
    """
    return (clock.now().astimezone(ZONE) - timedelta(hours=_FIRST_HOUR)).date()


W1, W2, W3 = ((washer,) for washer in WASHERS)
F1, F2, F3 = ((fridge,) for fridge in FRIDGES)
A1, A2 = ((air_conditioner,) for air_conditioner in AIR_CONDITIONERS)
BOTH = (WASHERS[0], FRIDGES[0])

DAY: tuple[PlannedJob, ...] = (
    PlannedJob(1, 8, (0,), W1, SWAP, SEALED),
    PlannedJob(2, 8, (1,), F1, reaches=FINISHED, answers={"ARR-02": ("customer_waived", None)}),
    PlannedJob(3, 8, (3, 4), BOTH, SWAP, FINISHED, {
        "RF-INS-01": ("fixed_niche", "柜位两侧各 12 mm，已告知散热受影响"), "WM-INS-04": "52", "CLN-01": "kept",
    }, relation="family"),
    PlannedJob(4, 8, (2, 1), A1, SWAP, FINISHED, answers={
        "PRO-02": "marks_shown", "AC-PRE-03": "customer_insists", "AC-INS-08": "6.2",
    }, relation="family"),
    PlannedJob(5, 10, (0,), W3, reaches=RETURNED, blurred_plate=True),
    PlannedJob(6, 10, (5,), F2, reaches=FINISHED, answers={
        "BOX-01": "damaged", "UNP-02": "minor", "CLN-01": "kept",
    }, signs="refused", says="冰箱右门下方有凹痕，要求换机"),
    PlannedJob(7, 10, (4,), W1, reaches=FAILED),
    PlannedJob(8, 10, (1,), W1, reaches=FINISHED, wrong_unit_first=True, skips=("ARR-02",)),
    PlannedJob(9, 12, (3,), F3, reaches=ON_SITE),
    PlannedJob(10, 12, (2,), W3, SWAP, ON_SITE),
    PlannedJob(11, 14, (5,), F1, reaches=ON_THE_WAY),
    PlannedJob(12, 14, (0,), W2),
    PlannedJob(13, 14, (0, 2), A2, SWAP),
    PlannedJob(14, 14, (1,), BOTH, SWAP),
    PlannedJob(15, 14, (4, 3), A1),
    PlannedJob(16, 16, (0,), W1, SWAP),
    PlannedJob(17, 16, (1,), F1),
    PlannedJob(18, 16, (3, 4), F3, SWAP),
    PlannedJob(19, 16, (5,), W2, services=("deliver",)),
    PlannedJob(20, 18, (0, 1), A1),
    PlannedJob(21, 18, (), W1, reaches=PLANNED),
    PlannedJob(22, 18, (), A2, SWAP, PLANNED),
    PlannedJob(23, 18, (), W3, reaches=PLANNED),
    PlannedJob(24, 18, (), BOTH, reaches=PLANNED),
)  # fmt: skip
