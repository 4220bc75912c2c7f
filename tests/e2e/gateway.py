"""The network between a phone and the office: it passes everything on, is dead, or lies as a hotel's Wi-Fi or a proxy does."""

import contextlib
import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What belongs to one connection and is not passed on.
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@dataclass(frozen=True)
class Lie:
    """An answer that did not come from the office, for every path that begins with `about`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    about: str = "/api/"


@dataclass
class Gateway:
    """Stands before a server on a port of its own. `dead` closes each connection without a word.

    `body_max` is the longest body that it takes, as some proxies have it. `swallows` makes the next chunk that continues an
    upload vanish after that share of its bytes: nothing more is read, and nothing is answered until the phone gives up.
    """

    upstream_port: int
    dead: bool = False
    lie: Lie | None = None
    body_max: int | None = None
    swallows: float | None = None
    told: list[str] = field(default_factory=list)
    # Offsets and lengths of the chunks that were passed on.
    chunks: list[tuple[int, int]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """What a phone opens."""
        return f"http://localhost:{self.port}"

    @contextmanager
    def cut(self) -> Iterator[None]:
        """No connection reaches the office until the end of the block."""
        self.dead = True
        try:
            yield
        finally:
            self.dead = False

    @contextmanager
    def lying(self, lie: Lie) -> Iterator[list[str]]:
        """Lie until the end of the block; gives the list of the requests that were lied to."""
        self.told = []
        self.lie = lie
        try:
            yield self.told
        finally:
            self.lie = None


@contextmanager
def before(upstream_port: int) -> Iterator[Gateway]:
    """A gateway before the server on that port of loopback."""
    gateway = Gateway(upstream_port)

    class Handler(_Handler):
        pass

    Handler.gateway = gateway
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        gateway.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield gateway
        finally:
            listening.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.command == "PATCH" and self.gateway.swallows is not None and self.headers["Upload-Offset"] != "0":
            self._swallow(int(length * self.gateway.swallows))
            return
        body = self.rfile.read(length)
        if self.gateway.dead:
            self.close_connection = True
            return
        if self.gateway.body_max is not None and length > self.gateway.body_max:
            self.gateway.told.append(f"{self.command} {self.path}")
            self._give(413, [("Content-Type", "text/html")], b"<h1>413 Request Entity Too Large</h1>")
            return
        if self.command == "PATCH":
            self.gateway.chunks.append((int(self.headers["Upload-Offset"]), length))
        lie = self.gateway.lie
        if lie is not None and self.path.startswith(lie.about):
            self.gateway.told.append(f"{self.command} {self.path}")
            self._give(lie.status, list(lie.headers.items()), lie.body)
            return
        office = http.client.HTTPConnection("127.0.0.1", self.gateway.upstream_port, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            office.request(self.command, self.path, body=body, headers=headers)
            reply = office.getresponse()
            self._give(reply.status, reply.getheaders(), reply.read())
        except OSError:
            self.close_connection = True
        finally:
            office.close()

    def _swallow(self, length: int) -> None:
        """Take the beginning of an upload, and then be silent until the phone closes."""
        self.gateway.swallows = None
        self.gateway.told.append(f"swallowed {self.path}")
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.rfile.read(length)
            while self.rfile.read(65_536):
                pass

    def _give(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        try:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in _OF_THE_CONNECTION:
                    self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except OSError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the server behind has its own log."""
