"""Several releases of the front end on one address: the built one, and others made of the same source with a few words changed."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request, Response

from app import pwa

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "app" / "pwa"
# The phone's pages alone: the office's would only take time.
_PHONE_ONLY = {
    "vite.config.ts": [
        ("'app.html', 'console.html', 'rescue.html', 'verify.html'", "'app.html', 'rescue.html'"),
        ("        { entry: 'src/sw/verify.ts', output: 'verify-sw.js', page: 'verify.html', address: '/verify' },\n", ""),
    ]
}

Changes = dict[str, list[tuple[str, str]]]
Fault = Callable[[Request, Callable[[], Response]], Response]


def build(folder: Path, changes: Changes) -> Path:
    """Another release: each text to be changed occurs once."""
    root = folder / "app" / "pwa"
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns("node_modules", "static", "*.test.ts", "*.test.tsx", "__pycache__"))
    (folder / "app" / "domain").mkdir()
    shutil.copy(ROOT / "app" / "domain" / "kinds.json", folder / "app" / "domain")
    (root / "node_modules").symlink_to(SOURCE / "node_modules")
    for name, pairs in [*_PHONE_ONLY.items(), *changes.items()]:
        text = (root / name).read_text("utf-8")
        for find, replace in pairs:
            assert text.count(find) == 1, (name, find)
            text = text.replace(find, replace)
        (root / name).write_text(text, "utf-8")
    command = [str(ROOT / "tools" / "with-node.sh"), "node_modules/.bin/vite", "build", "--logLevel", "error"]
    subprocess.run(command, cwd=root, check=True, timeout=180, stdout=subprocess.DEVNULL)
    return root / "static"


def build_id(release: Path) -> str:
    """The name that a release says."""
    return str(json.loads((release / "build.json").read_text("utf-8"))["build"])


@dataclass
class Releases:
    """One server. `fault` may answer instead of it; `seen` lists what was asked."""

    app: Flask
    patch: pytest.MonkeyPatch
    fault: Fault | None = None
    url: str = ""
    seen: list[str] = field(default_factory=list)

    def serve(self, release: Path) -> None:
        """From now on the server has this release and no other."""
        self.patch.setattr(pwa, "STATIC", release)

    @contextmanager
    def faulty(self, fault: Fault) -> Iterator[None]:
        """Let `fault` answer until the end of the block."""
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        self.seen.append(request.path)

        def answer() -> Response:
            return Response.from_app(self.app.wsgi_app, environ, buffered=True)

        return (self.fault(request, answer) if self.fault else answer())(environ, start)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: a browser ends many requests half way."""


@contextmanager
def serving(app: Flask, patch: pytest.MonkeyPatch) -> Iterator[Releases]:
    """Serve on loopback until the end of the block."""
    releases = Releases(app, patch)
    server = ThreadedWSGIServer("127.0.0.1", 0, releases, _Quiet)
    server.daemon_threads = True  # a hanging answer must not hold up the end
    server.block_on_close = False
    releases.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield releases
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def no_office(request: Request, answer: Callable[[], Response]) -> Response:
    """A gateway whose office is gone; the pages still come."""
    return Response(status=502) if request.path.startswith("/api/") else answer()


def no_network(_request: Request, _answer: Callable[[], Response]) -> Response:
    """Nothing comes through."""
    return Response(status=502)
