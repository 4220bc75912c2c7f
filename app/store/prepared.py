"""Statements made ready once, for the paths that every phone walks all day.

A `Prepared` is a statement in SQLAlchemy's words, turned into a database's own text when it is first needed there. Running it goes
straight to the driver: what SQLAlchemy does anew for each run costs several times what the database does. It runs on a connection, or
on a session's own and in its transaction. What the session holds unsaved must be flushed before, and objects that it has loaded do not
notice what is written here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import Boolean, Dialect, Executable, LargeBinary, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.store.db import UtcTime

Row = tuple[Any, ...]
Bound = Session | Connection
Values = Mapping[str, Any]
_Processor = Callable[[Any], Any]


class Prepared:
    """One statement with named values. Errors are SQLAlchemy's, as from the session itself."""

    def __init__(self, statement: Executable) -> None:
        self._statement = cast(ClauseElement, statement)
        self._ready: dict[str, _Ready] = {}

    def rows(self, bound: Bound, values: Values) -> list[Row]:
        """All rows that it finds."""
        ready, cursor = self._run(bound, values)
        return ready.read(cursor.fetchall())

    def first(self, bound: Bound, values: Values) -> Row | None:
        """The first row that it finds."""
        ready, cursor = self._run(bound, values)
        row = cursor.fetchone()
        return None if row is None else ready.read([row])[0]

    def run(self, bound: Bound, values: Values) -> None:
        """Run it for what it changes."""
        self._run(bound, values)

    def run_many(self, bound: Bound, rows: Sequence[Values]) -> None:
        """Run it once for each of some values."""
        connection = bound if isinstance(bound, Connection) else bound.connection()
        ready = self._of(connection.dialect)
        given = ready.given_many(rows)
        try:
            cast(Any, connection.connection.driver_connection).cursor().executemany(ready.text, given)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, ready.text, connection.dialect) from error

    def _run(self, bound: Bound, values: Values) -> "tuple[_Ready, Any]":
        connection = bound if isinstance(bound, Connection) else bound.connection()
        ready = self._of(connection.dialect)
        try:
            return ready, cast(Any, connection.connection.driver_connection).execute(ready.text, ready.given(values))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, ready.text, connection.dialect) from error

    def _of(self, dialect: Dialect) -> "_Ready":
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _made_ready(self._statement, dialect)
        return ready


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement's text for one driver, its own constants, the order of its values where they have one, and what to do to some
    values and columns."""

    text: str
    constants: Values
    order: Sequence[str] | None
    going_in: Mapping[str, _Processor]
    coming_out: Mapping[int, _Processor]

    def given(self, values: Values) -> Any:
        """Values as the driver takes them."""
        if self.going_in or self.constants:
            values = {**self.constants, **values, **{name: process(values[name]) for name, process in self.going_in.items()}}
        return values if self.order is None else [values[name] for name in self.order]

    def given_many(self, rows: Sequence[Values]) -> list[Any]:
        """As `given`, for a statement without constants and rows that often share a value: each object is turned only once."""
        names = self.order or list(rows[0])
        columns = [[row[name] for row in rows] for name in names]
        for at, name in enumerate(names):
            process = self.going_in.get(name)
            if process is not None:
                turned = {key: process(value) for key, value in {id(value): value for value in columns[at]}.items()}
                columns[at] = [turned[id(value)] for value in columns[at]]
        together = list(zip(*columns, strict=True))
        return together if self.order is not None else [dict(zip(names, row, strict=True)) for row in together]

    def read(self, rows: list[Row]) -> list[Row]:
        """Rows as Python's values."""
        if not self.coming_out:
            return rows
        return [tuple(self.coming_out[at](value) if at in self.coming_out else value for at, value in enumerate(row)) for row in rows]


def _made_ready(statement: ClauseElement, dialect: Dialect) -> _Ready:
    compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
    going_in = {
        str(name): cast(_Processor, process)
        for name, process in compiled._bind_processors.items()
        if not isinstance(compiled.binds[str(name)].type, LargeBinary)  # both drivers take bytes as they are
    }
    columns: Sequence[TypeEngine[Any]] = [column.type for column in compiled._result_columns]
    processors = {
        at: kind.dialect_impl(dialect).result_processor(dialect, None)
        for at, kind in enumerate(columns)
        if isinstance(kind, UtcTime | Boolean)
    }
    coming_out = {at: process for at, process in processors.items() if process is not None}
    constants = {str(name): bind.value for name, bind in compiled.binds.items() if not bind.required}
    return _Ready(str(compiled), constants, compiled.positiontup if compiled.positional else None, going_in, coming_out)


def _told(error: Exception, text: str, dialect: Dialect) -> Exception:
    """A driver's error as SQLAlchemy tells it, without the values, because errors are logged."""
    told: Exception = DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)
    return told


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column's value is one of a list that is given under `name`, however long it is."""
    return _Among(column, name)


class _List(TypeDecorator[Sequence[Any]]):
    """A list as one value: an array for PostgreSQL, JSON for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        given = list(value or ())
        return given if dialect.name == "postgresql" else orjson.dumps(given).decode()


class _Among(ColumnElement[bool]):
    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.given = bindparam(name, type_=_List(column.type))

    def self_group(self, against: Any = None) -> "_Among":
        """It is a condition already: compared with 1, as SQLAlchemy would for SQLite, it could not be looked up in an index."""
        return self


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY({compiler.process(element.given, **kw)})"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, given = compiler.process(element.column, **kw), compiler.process(element.given, **kw)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608  SQLAlchemy's own text for both
