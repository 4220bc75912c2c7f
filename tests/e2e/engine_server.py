"""The phone's engine, built without its screens, on one address with the real application, over a line with faults."""

import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[2]
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


@dataclass
class EngineServer:
    """Serves the page and the API. `fault` may answer instead of the application, or swallow what it answered."""

    app: Flask
    folder: Path
    fault: "Callable[[Request, Callable[[], Response]], Response] | None" = None
    url: str = ""
    seen: list[str] = field(default_factory=list)

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        if not request.path.startswith("/api/"):
            return self._page(request.path)(environ, start)
        self.seen.append(f"{request.method} {request.path}")

        def answer() -> Response:
            return Response.from_app(self.app.wsgi_app, environ, buffered=True)

        return (self.fault(request, answer) if self.fault else answer())(environ, start)

    def _page(self, path: str) -> Response:
        file = self.folder / (path.lstrip("/") or "index.html")
        if not file.is_file():
            return Response(status=404)
        return Response(file.read_bytes(), content_type=_TYPES.get(file.suffix, "application/octet-stream"))


def build(folder: Path) -> None:
    """Bundle the engine with the front end's own tool."""
    command = [str(ROOT / "tools" / "with-node.sh"), "app/pwa/node_modules/.bin/vite", "build", "tests/e2e/engine"]
    subprocess.run(
        [*command, "--outDir", str(folder), "--emptyOutDir", "--target", "es2022", "--logLevel", "warn"], cwd=ROOT, check=True, timeout=120
    )


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: a browser ends many requests half way."""


@contextmanager
def serving(app: Flask, folder: Path) -> Iterator[EngineServer]:
    """Serve on loopback until the end of the block."""
    engine = EngineServer(app, folder)
    server = make_server("127.0.0.1", 0, engine, threaded=True, request_handler=_Quiet)
    # Only `localhost` and https are places that browsers trust with keys, locks and files.
    engine.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
