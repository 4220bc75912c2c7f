"""Reading requests: JSON with limits, every refusal an `invalid-body` with pointers."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import flask
import flask_smorest
import marshmallow as ma
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request

from app.api.errors import flatten
from app.api.fields import INTEGER_MAX, is_id, is_plain
from app.problems import InvalidBody, NotFound

NESTING_MAX = 32
ERRORS_MAX = 50
_UNKNOWN: dict[str, str | None] = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}


class Schema(ma.Schema):
    """A request body or a reply. A member nobody knows is refused, so that a misspelt one is not silently lost."""

    class Meta:
        unknown = ma.RAISE


class BodyParser(FlaskParser):
    """Reads what marshmallow then checks. No request makes it raise anything but `InvalidBody`."""

    DEFAULT_UNKNOWN_BY_LOCATION = _UNKNOWN

    def _raw_load_json(self, req: flask.Request) -> Any:
        if not is_json_request(req):
            return core.missing
        return read_json(req.get_data(cache=True))

    def handle_error(
        self,
        error: ma.ValidationError,
        req: flask.Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        found = error.messages if isinstance(error.messages, dict) else {"": error.messages}
        places = [place for parts in found.values() for place in flatten(parts, "#")]
        raise InvalidBody(errors=[place | {"pointer": place["pointer"].removesuffix("/_schema")} for place in places[:ERRORS_MAX]])


class Blueprint(flask_smorest.Blueprint):
    """A blueprint whose arguments are read by `BodyParser`, and whose addresses hold nothing but ids."""

    ARGUMENTS_PARSER = BodyParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before_request(_refuse_odd_addresses)


def read_json(raw: bytes) -> Any:
    """The JSON value in a request's bytes.

    Raises `InvalidBody` when it is none, nests deeper than 32, has a number that JavaScript could not hold exactly, or a key that
    cannot be kept.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_int=_integer, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _whole("The body is not JSON in UTF-8, or has a number that is not a whole one within ±(2^53−1).") from error
    if not _is_shallow(value, NESTING_MAX):
        raise _whole("The body nests too deep, or has a key that cannot be kept.")
    return value


def _refuse_odd_addresses() -> None:
    """What cannot be an id names nothing, and is not asked of the database."""
    if not all(is_id(value) for value in (flask.request.view_args or {}).values() if isinstance(value, str)):
        raise NotFound


def _whole(why: str) -> InvalidBody:
    return InvalidBody(errors=[{"pointer": "#", "detail": why}])


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > INTEGER_MAX:
        raise ValueError("integer out of range")
    return int(digits)


def _refuse(token: str) -> object:
    raise ValueError(f"no such number: {token[:20]}")


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether no value stands in more than `depth` objects and lists, and every key can be kept. Looks level by level."""
    level = [value]
    for _ in range(depth + 1):
        level = [inside for inside in level if isinstance(inside, dict | list)]
        if not level:
            return True
        if not all(is_plain(key) for inside in level if isinstance(inside, dict) for key in inside):
            return False
        level = [part for inside in level for part in (inside.values() if isinstance(inside, dict) else inside)]
    return False
