"""A line to an S3-compatible store that fails in a chosen way."""

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("down", "slow", "503", "wrong bytes read", "wrong bytes written", "unheard", "cut short")


@dataclass
class Line:
    """What the line does to requests of the given `methods` whose path has `part` in it; nothing while `fault` is None.

    `asked` counts the requests that met the fault.
    """

    url: str = ""
    fault: str | None = None
    methods: tuple[str, ...] = ("GET", "HEAD", "PUT", "POST", "DELETE")
    part: str = ""
    slow_s: float = 60.0
    asked: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    def fails(self, method: str, path: str) -> str | None:
        """The fault that a request meets."""
        if self.fault is None or method not in self.methods or self.part not in path:
            return None
        self.asked += 1
        return self.fault

    @contextmanager
    def failing(self, fault: str, methods: tuple[str, ...] = ("GET", "HEAD", "PUT", "POST", "DELETE"), part: str = "") -> Iterator[None]:
        """Fail until the end of the block."""
        self.fault, self.methods, self.part, self.asked = fault, methods, part, 0
        self.let_go.clear()
        try:
            yield
        finally:
            self.fault = None
            self.let_go.set()


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line to the store at `server`, on loopback, that works until it is told to fail."""
    line = Line()
    target = urlsplit(server).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = line.fails(self.command, self.path)
            if fault == "slow":
                line.let_go.wait(line.slow_s)
            if fault in ("down", "slow"):
                self.close_connection = True
                return
            if fault == "503":
                self._answer(503, {}, b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")
                return
            if fault == "wrong bytes written":
                body = _changed(body)
            with contextlib.closing(http.client.HTTPConnection(target, timeout=30)) as store:
                store.request(self.command, self.path, body, dict(self.headers))
                found = store.getresponse()
                content = found.read()
            if fault == "unheard":
                self.close_connection = True
                return
            self._answer(found.status, dict(found.getheaders()), _changed(content) if fault == "wrong bytes read" else content, fault)

        def _answer(self, status: int, headers: dict[str, str], content: bytes, fault: str | None = None) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            announced = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", announced)
            self.end_headers()
            if fault == "cut short":
                content = content[: len(content) // 2]
                self.close_connection = True
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._pass_on
            raise AttributeError(name)

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.daemon_threads = True
    line.url = f"http://127.0.0.1:{served.server_port}"
    serving = threading.Thread(target=served.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield line
    finally:
        line.let_go.set()
        served.shutdown()
        serving.join()
        served.server_close()


def _changed(content: bytes) -> bytes:
    """The same number of bytes, one of them another."""
    return bytes([content[0] ^ 1]) + content[1:] if content else content
