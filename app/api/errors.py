"""Every error becomes problem+json here, and only here."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, json, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from app import ids, problems
from app.problems import Problem
from app.store.db import give_up, is_busy, is_full, is_gone

_log = structlog.get_logger("doorstep")

_BY_STATUS: dict[int, type[Problem]] = {
    401: problems.Unauthenticated,
    403: problems.Forbidden,
    404: problems.NotFound,
    405: problems.MethodNotAllowed,
    413: problems.RequestTooLarge,
    429: problems.TooManyRequests,
}


def register(app: Flask) -> None:
    """Take over all error handling of the application."""
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_defect)


def respond(problem: Problem) -> Response:
    """A problem as a response. Retry-After goes along when the problem says how long to wait."""
    body = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        **({"detail": problem.detail} if problem.detail else {}),
        **problem.members,
    }
    response = Response(json.dumps(body), status=problem.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if "retry_after_s" in problem.members:
        response.headers["Retry-After"] = str(problem.members["retry_after_s"])
    if problem.status == HTTPStatus.CONFLICT and "offset" in problem.members:
        response.headers["Upload-Offset"] = str(problem.members["offset"])
    return response


def _on_problem(problem: Problem) -> Response:
    give_up()
    return respond(problem)


def _on_http_exception(error: HTTPException) -> Response:
    give_up()
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=dict(error.get_headers()))
    kind = _kind_of(error.code or 500)
    response = respond(kind(**_members(kind, error)))
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
    return response


def _kind_of(status: int) -> type[Problem]:
    """The problem for a status that a library chose. Whatever is the caller's fault stays so, were it only a Range that cannot be met."""
    fallback = problems.InvalidBody if status < HTTPStatus.INTERNAL_SERVER_ERROR else problems.Internal
    return _BY_STATUS.get(status, fallback)


def _members(kind: type[Problem], error: HTTPException) -> dict[str, Any]:
    """The pointers of what the schemas found, in one flat list."""
    found = getattr(error, "data", {}).get("messages") if kind is problems.InvalidBody else None
    if not isinstance(found, dict):
        return {}
    places = [place for parts in found.values() for place in flatten(parts, "#")]
    return {"errors": places[:50]}


def flatten(messages: Any, pointer: str) -> list[dict[str, str]]:
    """Nested messages of a schema as a flat list of pointers and details."""
    if isinstance(messages, dict):
        return [found for name, part in messages.items() for found in flatten(part, f"{pointer}/{name}")]
    texts = messages if isinstance(messages, list) else [messages]
    return [{"pointer": pointer, "detail": str(text)} for text in texts]


def _on_defect(error: Exception) -> Response:
    give_up()
    if is_busy(error):
        return respond(problems.Unavailable("The database is busy.", retry_after_s=2))
    if is_gone(error):
        return respond(problems.Unavailable("The database does not answer.", retry_after_s=5))
    if is_full(error):
        return respond(problems.StorageFullProblem(retry_after_s=60))
    if isinstance(error, ParseException):
        return respond(problems.InvalidBody("The body's chunked coding is broken."))
    reference = ids.token(6)
    _log.error("defect", reference=reference, method=request.method, endpoint=request.endpoint, exc_info=error)
    return respond(problems.Internal(reference=reference))
