"""Phones that speak to a running gunicorn over sockets, one connection a request, from any thread."""

import base64
import hashlib
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from json import dumps
from typing import Any, TypeVar, cast

from flask.testing import FlaskClient

from tests.live import Live
from tests.phone import Phone, enrolled
from tests.stranger.line import Line, Reply
from tests.world import World

T = TypeVar("T")


@dataclass
class _Response:
    """A reply with the members of a test client's response that `Phone` reads."""

    reply: Reply

    @property
    def status_code(self) -> int:
        return self.reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return _AnyCase(self.reply.headers)

    def get_json(self) -> Any:
        return self.reply.json()

    def get_data(self, as_text: bool = False) -> str | bytes:
        return self.reply.body.decode() if as_text else self.reply.body


class _AnyCase(dict[str, str]):
    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())


@dataclass(frozen=True)
class _Socket:
    """The part of a test client that `Phone` uses, over a socket."""

    line: Line

    def open(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> _Response:
        return _Response(self.line.ask(method, path, headers, body))

    def post(self, path: str, *, data: str | None = None, json: Any = None, content_type: str = "application/json") -> _Response:
        text = data if data is not None else dumps(json)
        return self.open("POST", path, {"Content-Type": content_type}, text.encode())

    def patch(self, path: str, *, data: bytes, headers: Mapping[str, str]) -> _Response:
        return self.open("PATCH", path, headers, data)


def line_to(live: Live) -> Line:
    """A line to the server."""
    return Line("localhost", live.server.port)


def phone_at(live: Live, world: World, user_id: str | None = None) -> Phone:
    """A phone enrolled over the socket."""
    return phone_with(live, world.code(user_id))


def phone_with(live: Live, code: str) -> Phone:
    """As `phone_at`, with a code that is there already."""
    return enrolled(cast(FlaskClient, _Socket(line_to(live))), code)


def turned_to(live: Live, phone: Phone) -> Phone:
    """The same phone, speaking to another server."""
    return replace(phone, client=cast(FlaskClient, _Socket(line_to(live))))


def bearer(phone: Phone) -> dict[str, str]:
    """The header that a phone's token travels in."""
    return {"Authorization": f"Bearer {phone.token}"}


def chunk_headers(phone: Phone, content: bytes, offset: int, chunk: bytes) -> dict[str, str]:
    """The headers of one chunk of a blob."""
    digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
    place = {"Upload-Offset": str(offset), "Upload-Length": str(len(content))}
    return bearer(phone) | place | {"Content-Digest": f"sha-256=:{digest}:"}


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """A request's head."""
    fields = {"Host": "localhost", "Connection": "close", **headers}
    return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode()


def begun(live: Live, method: str, path: str, headers: Mapping[str, str], body: bytes, sent: int) -> socket.socket:
    """A connection on which the whole body was announced and a part of it sent."""
    sock = socket.create_connection(("localhost", live.server.port), timeout=60)
    sock.sendall(head(method, path, {**headers, "Content-Length": str(len(body))}) + body[:sent])
    return sock


def held(live: Live, phone: Phone, sha256: str) -> int:
    """How many bytes of a blob the server says it holds."""
    reply = line_to(live).ask("HEAD", f"/api/v1/blobs/{sha256}", bearer(phone))
    assert reply.status == 200
    return int(reply.headers["upload-offset"])


def all_at_once(calls: list[Callable[[], T]]) -> list[T]:
    """Run all calls in threads that begin at the same moment; what they return, in order."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
