"""Taking in what a caller still sends when the answer is known already.

A server that answers and closes while bytes are on their way resets the connection, and the caller may never read the answer. A
phone that sends 4 MiB to the wrong offset would then see a dead network for ever.
"""

import contextlib
from typing import IO

from flask import Flask, Response, request
from werkzeug.wsgi import LimitedStream

from app.store.db import end_transaction

UNREAD_BYTES_MAX = 32 * 1024 * 1024
_PIECE_BYTES = 65_536


def register(app: Flask) -> None:
    """Read the rest of every request's body before its answer goes out."""
    app.after_request(_take_in)


def _take_in(response: Response) -> Response:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        with contextlib.suppress(Exception):  # whoever hangs up, or sends nonsense, waits for no answer
            rest = _rest()
            if rest.tell() != request.content_length:
                _read_away(rest)
    return response


def _rest() -> IO[bytes] | LimitedStream:
    """The unread part of the body; of one that is over the limit, nothing was read yet."""
    length, limit = request.content_length, request.max_content_length
    if length is not None and limit is not None and length > limit:
        return LimitedStream(request.environ["wsgi.input"], length)
    return request.stream


def _read_away(stream: IO[bytes] | LimitedStream) -> None:
    end_transaction()  # bytes may come slowly: no database connection waits for them
    left = UNREAD_BYTES_MAX
    while left > 0 and (piece := stream.read(_PIECE_BYTES)):
        left -= len(piece)
