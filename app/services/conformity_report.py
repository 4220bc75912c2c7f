"""How jobs kept to their standards in a period: sums by crew, station, standard or job, what was broken most, and what is owed for it.

One pass over the period's rows in the order of their index, in which the rows of a job lie together. Time grows with the rows, by about
a second for 40,000 of them. Memory does not: what is kept are the sums of each station, person of a crew or standard, and of each rule with
at most 30 reasons; of jobs and remedies the 200 that are shown. Rows are fetched a thousand at a time.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import standard
from app.domain.events import JsonObject
from app.problems import InvalidBody
from app.services.jobs import stations_by_id, users_by_id
from app.store import conformity as store
from app.store.conformity import Filter
from app.store.db import reading
from app.store.jobs import JobView
from app.store.reference import StandardVersion

BY = ("crew", "station", "standard", "job")
DAYS_MAX = 366
GROUPS_MAX = 200
RULES_MAX = 50
REASONS_MAX = 30
REMEDIES_MAX = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: the jobs approved on the days from `first` to `last`, both included, where `utc_offset_minutes` holds."""

    first: date
    last: date
    utc_offset_minutes: int
    station_id: str | None = None
    standard_id: str | None = None

    @property
    def zone(self) -> timezone:
        """Where its days are."""
        return timezone(timedelta(minutes=self.utc_offset_minutes))


@dataclass(slots=True)
class Sums:
    """Of some jobs: how many, how many of them broke no rule, and what became of their rules."""

    jobs: int = 0
    conforming: int = 0
    met: int = 0
    excepted: int = 0
    broken: int = 0
    left_out: int = 0

    def add(self, rows: Iterable[Any]) -> None:
        """Count one job by its rows."""
        before = self.broken
        for row in rows:
            self.met += row.met
            self.excepted += row.excepted
            self.broken += row.broken
            self.left_out += row.left_out
        self.jobs += 1
        self.conforming += self.broken == before

    @property
    def gravity(self) -> tuple[int, int, int]:
        """What lists are ordered by, the worst first."""
        return self.broken, self.excepted, self.left_out


@dataclass(slots=True)
class RuleSums:
    """What became of one rule where it was not met."""

    digest: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    broken: int = 0
    excepted: int = 0
    left_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def gravity(self) -> tuple[int, int, int]:
        """As of `Sums`."""
        return self.broken, self.excepted, self.left_out


@dataclass(slots=True)
class _Tally:
    """All that one pass finds. The worst jobs are a heap of `(gravity, how many before, job_id, sums)`."""

    by: str
    total: Sums = field(default_factory=Sums)
    groups: dict[str | None, Sums] = field(default_factory=dict)
    jobs: list[tuple[tuple[int, int, int], int, str, Sums]] = field(default_factory=list)
    rules: dict[tuple[str, str], RuleSums] = field(default_factory=dict)
    owed: int = 0
    remedies: deque[JsonObject] = field(default_factory=lambda: deque(maxlen=REMEDIES_MAX))
    digests: dict[str, str] = field(default_factory=dict)
    """The digest that was used last of each standard."""

    def add(self, job_id: str, rows: Sequence[Any]) -> None:
        self.total.add(rows)
        if self.by == "job":
            self._add_job(job_id, rows)
        else:
            for key, of_key in _keyed(self.by, rows):
                self.groups.setdefault(key, Sums()).add(of_key)
        for row in rows:
            self.digests[row.standard_id] = row.digest
            if row.details is not None:
                self._add_details(row, orjson.loads(row.details))

    def _add_job(self, job_id: str, rows: Sequence[Any]) -> None:
        sums = Sums()
        sums.add(rows)
        heapq.heappush(self.jobs, (sums.gravity, self.total.jobs, job_id, sums))
        if len(self.jobs) > GROUPS_MAX:
            heapq.heappop(self.jobs)

    def _add_details(self, row: Any, details: JsonObject) -> None:
        for one in details["broken"]:
            self._rule(row, one).broken += 1
            if one["remedy"] is not None:
                self.owed += 1
                self.remedies.append({"job_id": row.job_id, "standard_id": row.standard_id} | one)
        for one in details["left_out"]:
            self._rule(row, one).left_out += 1
        for one in details["excepted"]:
            rule = self._rule(row, one)
            rule.excepted += 1
            # A phone may say any reason: what no standard knows must not fill the memory.
            if one["reason"] in rule.reasons or len(rule.reasons) < REASONS_MAX:
                rule.reasons[one["reason"]] += 1

    def _rule(self, row: Any, one: JsonObject) -> RuleSums:
        rule = self.rules.setdefault((row.standard_id, one["step_id"]), RuleSums())
        rule.digest, rule.title = row.digest, one["title"]
        return rule


def report(tenant_id: str, asked: Asked, by: str) -> JsonObject:
    """The whole report: `{total, groups, groups_in_all, rules, rules_in_all, remedies, remedies_in_all}`.

    A group is `{key, name, title, jobs, conforming, met, excepted, broken, left_out}`; `title` is a standard's, by language. By crew, a job
    counts for each who was in it; a job without a crew or a station has the key None. The worst come first, at most 200. A rule is
    `{standard_id, step_id, title, broken, excepted, left_out, reasons, reason_titles}`, the 50 broken most. A remedy is
    `{job_id, order_ref, standard_id, step_id, unit_id, component, title, why, remedy}`, the 200 of the newest approvals.
    Raises `InvalidBody` for a period that is none, or longer than 366 days.
    """
    wanted = filter_of(tenant_id, asked)
    tally = _Tally(by)
    with reading() as session:
        for job_id, rows in groupby(store.stream(session, wanted), key=attrgetter("job_id")):
            tally.add(job_id, list(rows))
        rules = heapq.nlargest(RULES_MAX, tally.rules.items(), key=lambda item: (item[1].gravity, item[0]))
        groups = _worst(tally)
        orders = order_refs(session, tenant_id, {one["job_id"] for one in tally.remedies})
        return {
            "total": asdict(tally.total),
            "groups": _named(session, tenant_id, tally, groups),
            "groups_in_all": tally.total.jobs if by == "job" else len(tally.groups),
            "rules": _told(session, tenant_id, rules),
            "rules_in_all": len(tally.rules),
            "remedies": [{"order_ref": orders.get(one["job_id"])} | one for one in reversed(tally.remedies)],
            "remedies_in_all": tally.owed,
        }


def filter_of(tenant_id: str, asked: Asked) -> Filter:
    """The rows of the days that are asked for. Raises `InvalidBody`."""
    if asked.first.year < 1970 or asked.last.year > 9998:
        raise InvalidBody(errors=[{"pointer": "#/from", "detail": "Days from 1970 on."}])
    if not 0 <= (asked.last - asked.first).days < DAYS_MAX:
        raise InvalidBody(errors=[{"pointer": "#/to", "detail": f"The last day, at most {DAYS_MAX} days with the first."}])
    since = datetime.combine(asked.first, time(), asked.zone)
    until = datetime.combine(asked.last, time(), asked.zone) + timedelta(days=1)
    return Filter(tenant_id, since, until, asked.station_id, asked.standard_id)


def order_refs(session: Session, tenant_id: str, job_ids: Iterable[str]) -> dict[str, str | None]:
    """The order references of jobs."""
    query = select(JobView.job_id, JobView.order_ref).where(JobView.tenant_id == tenant_id, JobView.job_id.in_(set(job_ids)))
    return {row.job_id: row.order_ref for row in session.execute(query)}


@lru_cache(maxsize=4_096)
def crew_of(text: str) -> tuple[str, ...]:
    """The user ids in a row's `crew`; the same few people are met again and again."""
    return tuple(orjson.loads(text))


def documents_by_digest(session: Session, tenant_id: str, digests: Iterable[str]) -> dict[str, JsonObject]:
    """Published standards by the digests of their versions; one query."""
    query = select(StandardVersion.digest, StandardVersion.document).where(StandardVersion.tenant_id == tenant_id)
    return {row.digest: _parsed(row.document) for row in session.execute(query.where(StandardVersion.digest.in_(set(digests))))}


def reason_titles(document: JsonObject | None, step_id: str) -> dict[str, Mapping[str, str]]:
    """What a standard calls the reasons for which one of its rules may be left undone."""
    rule: JsonObject = next((one for one in (document or {"rules": ()})["rules"] if one["code"] == step_id), {})
    return {one["reason"]: one["title"] for one in (rule.get("exception") or {}).get("reasons", ())}


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> JsonObject:
    return standard.read(raw)


def _keyed(by: str, rows: Sequence[Any]) -> Iterator[tuple[str | None, Sequence[Any]]]:
    """The groups that a job belongs to, each with those of its rows that count there."""
    if by == "standard":
        yield from ((row.standard_id, [row]) for row in rows)
    elif by == "station":
        yield rows[0].station_id, rows
    else:
        yield from ((user_id, rows) for user_id in dict.fromkeys(crew_of(rows[0].crew)) or (None,))


def _worst(tally: _Tally) -> list[tuple[str | None, Sums]]:
    if tally.by == "job":
        return [(job_id, sums) for _, _, job_id, sums in sorted(tally.jobs, reverse=True)]
    return heapq.nlargest(GROUPS_MAX, tally.groups.items(), key=lambda item: (item[1].gravity, item[1].jobs, item[0] or ""))


def _named(session: Session, tenant_id: str, tally: _Tally, groups: Sequence[tuple[str | None, Sums]]) -> list[JsonObject]:
    keys = {key for key, _ in groups if key is not None}
    names: Mapping[str, str | None] = {}
    titles: dict[str, Any] = {}
    match tally.by:
        case "crew":
            names = users_by_id(session, tenant_id, keys)
        case "station":
            names = stations_by_id(session, tenant_id, keys)
        case "job":
            names = order_refs(session, tenant_id, keys)
        case _:
            documents = documents_by_digest(session, tenant_id, (tally.digests[key] for key in keys))
            titles = {key: documents[tally.digests[key]]["title"] for key in keys if tally.digests[key] in documents}
    return [
        {"key": key, "name": None if key is None else names.get(key) or key, "title": titles.get(key or "")} | asdict(sums)
        for key, sums in groups
    ]


def _told(session: Session, tenant_id: str, rules: Sequence[tuple[tuple[str, str], RuleSums]]) -> list[JsonObject]:
    documents = documents_by_digest(session, tenant_id, (sums.digest for _, sums in rules))
    return [
        {
            "standard_id": standard_id,
            "step_id": step_id,
            "title": sums.title,
            "broken": sums.broken,
            "excepted": sums.excepted,
            "left_out": sums.left_out,
            "reasons": dict(sums.reasons.most_common()),
            "reason_titles": {
                reason: title for reason, title in reason_titles(documents.get(sums.digest), step_id).items() if reason in sums.reasons
            },
        }
        for (standard_id, step_id), sums in rules
    ]
