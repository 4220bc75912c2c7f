"""A small plain page that hands this machine's certificate authority to a phone and explains how to trust it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

_PAGE = Path(__file__).with_suffix(".html")


def trust_server(authority: Path, app: str, port: int, bind: str = "0.0.0.0") -> ThreadingHTTPServer:
    """A server, not yet started, for the page and the authority's certificate; `app` is the address that the page leads to."""
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(app=app).encode()
    certificate = authority.read_bytes()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/doorstep.crt":
                self._send("application/x-x509-ca-cert", certificate)
            else:
                self._send("text/html; charset=utf-8", page)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the terminal shows the enrolment link."""

        def _send(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return ThreadingHTTPServer((bind, port), Answer)
