"""HTTP over a plain socket, so that a request can also be cut short, or its reply never be read."""

from __future__ import annotations

import http.client
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TIMEOUT_S = 60


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    def slug(self) -> str:
        """The problem's slug, for replies that are problems."""
        kind = self.headers.get("content-type", "")
        assert kind.startswith("application/problem+json"), (self.status, kind, self.body[:200])
        slug: str = self.json()["type"].rpartition("/")[2]
        return slug


@dataclass(frozen=True)
class Line:
    """The way to one server."""

    host: str
    port: int

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Reply:
        """One request, and its reply read to the end."""
        with self._connected() as sock:
            sock.sendall(self._head(method, path, headers, len(body)) + body)
            return read_reply(sock, method)

    def cut(self, method: str, path: str, headers: Mapping[str, str], body: bytes, sent: int, *, reset: bool = False) -> None:
        """Announce the whole body, send `sent` bytes of it and close the connection, politely or by a reset."""
        with self._connected() as sock:
            sock.sendall(self._head(method, path, headers, len(body)) + body[:sent])
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def unheard(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Send everything and hang up before the reply is read. The server may or may not have done its work then."""
        with self._connected() as sock:
            sock.sendall(self._head(method, path, headers, len(body)) + body)
            sock.shutdown(socket.SHUT_WR)

    def _connected(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=_TIMEOUT_S)

    def _head(self, method: str, path: str, headers: Mapping[str, str] | None, length: int) -> bytes:
        fields = {"Host": f"{self.host}:{self.port}", "Connection": "close", **(headers or {})}
        if method not in ("GET", "HEAD"):
            fields["Content-Length"] = str(length)
        return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode()


def read_reply(sock: socket.socket, method: str) -> Reply:
    """The reply that comes on a connection, to its end."""
    response = http.client.HTTPResponse(sock, method=method)
    response.begin()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, found, response.read())
