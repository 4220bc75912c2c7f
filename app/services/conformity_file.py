"""The report on conformity as a table for other programs: CSV (RFC 4180), written page by page, so that it may be of any length."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy.orm import Session

from app.domain.events import JsonObject
from app.services.conformity_report import Asked, crew_of, documents_by_digest, filter_of, order_refs, reason_titles
from app.services.jobs import stations_by_id, users_by_id
from app.store import conformity as store
from app.store.conformity import Conformity, Filter, Mark
from app.store.db import reading

BYTE_ORDER_MARK = "\ufeff"
LANGUAGES = ("en", "zh-Hans")
_ROWS_AT_ONCE = 500
_JOB = ("line", "job_id", "order_ref", "station", "crew", "standard_id", "standard", "version")
_COUNTS = ("met", "excepted", "broken", "left_out")
_RULE = ("step_id", "title", "unit_id", "component", "reason", "note", "requires", "why", "remedy")
# What spreadsheets take for the beginning of a formula, in the wide forms too, and what they skip before it.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ids on a page are called."""

    orders: Mapping[str, str | None]
    stations: Mapping[str, str]
    people: Mapping[str, str]
    documents: Mapping[str, JsonObject]


def lines(tenant_id: str, asked: Asked, language: str) -> Iterator[str]:
    """The file, some lines at a time: a summary of each job and standard, and behind it one line for each rule that was broken, excepted or
    left out. No database connection is held between two parts, so a slow reader holds none either; approvals meanwhile may come in.

    Raises `InvalidBody` at once, before the first part.
    """
    return _parts(filter_of(tenant_id, asked), asked, language)


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _parts(wanted: Filter, asked: Asked, language: str) -> Iterator[str]:
    zone = datetime.min.replace(tzinfo=asked.zone).strftime("%Z") or "UTC"
    yield BYTE_ORDER_MARK + _text([(*_JOB, f"visit_ended_at ({zone})", f"approved_at ({zone})", *_COUNTS, *_RULE)])
    after: Mark | None = None
    while True:
        with reading() as session:
            rows = store.page(session, wanted, after, _ROWS_AT_ONCE)
            names = _names(session, wanted.tenant_id, rows)
            session.expunge_all()
        if not rows:
            return
        yield _text(line for row in rows for line in _lines_of(row, names, asked, language))
        after = Mark(rows[-1].approved_at, rows[-1].job_id, rows[-1].standard_id)


def _names(session: Session, tenant_id: str, rows: Sequence[Conformity]) -> _Names:
    return _Names(
        order_refs(session, tenant_id, {row.job_id for row in rows}),
        stations_by_id(session, tenant_id, {row.station_id for row in rows if row.station_id}),
        users_by_id(session, tenant_id, {user_id for row in rows for user_id in crew_of(row.crew)}),
        documents_by_digest(session, tenant_id, {row.digest for row in rows}),
    )


def _lines_of(row: Conformity, names: _Names, asked: Asked, language: str) -> Iterator[list[Cell]]:
    document = names.documents.get(row.digest)
    beginning: list[Cell] = [
        row.job_id,
        names.orders.get(row.job_id),
        names.stations.get(row.station_id, row.station_id) if row.station_id else None,
        ", ".join(names.people.get(user_id, user_id) for user_id in crew_of(row.crew)),
        row.standard_id,
        _in(language, document["title"]) if document else None,
        row.version,
        _local(row.visit_ended_at, asked),
        _local(row.approved_at, asked),
    ]
    yield ["summary", *beginning, row.met, row.excepted, row.broken, row.left_out, *[None] * len(_RULE)]
    details = orjson.loads(row.details) if row.details is not None else {}
    for kind in ("broken", "excepted", "left_out"):
        for one in details.get(kind, ()):
            yield [kind, *beginning, *[None] * len(_COUNTS), *_rule_cells(one, document, language)]


def _rule_cells(one: JsonObject, document: JsonObject | None, language: str) -> list[Cell]:
    reason = one.get("reason")
    told = reason_titles(document, one["step_id"]).get(reason) if reason is not None else None
    remedy = one.get("remedy")
    return [
        one["step_id"],
        _in(language, one["title"]),
        one["unit_id"],
        one["component"],
        _in(language, told) if told else reason,
        one.get("note"),
        one.get("requires"),
        one.get("why"),
        _in(language, remedy["text"]) if remedy else None,
    ]


def _in(language: str, texts: Mapping[str, str]) -> str:
    """A text of a standard in a language, else in English, else as it is there."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _local(moment: datetime | None, asked: Asked) -> str | None:
    """A moment as spreadsheets read it, where the reader is; one at the ends of the calendar has no local time."""
    try:
        return None if moment is None else moment.astimezone(asked.zone).strftime("%Y-%m-%d %H:%M:%S")
    except OverflowError:
        return None


def _text(table: Iterable[Sequence[Cell]]) -> str:
    held = io.StringIO()
    csv.writer(held, lineterminator="\r\n").writerows([harmless(cell) for cell in line] for line in table)
    return held.getvalue()
