"""A small plain page that hands this machine's certificate authority to a phone and explains how to trust it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust this Doorstep</title>
<style>body{{font:17px/1.5 system-ui;margin:24px;max-width:34em}}a.go{{display:block;padding:16px;margin:16px 0;border-radius:12px;
background:#163a5f;color:#fff;text-align:center;text-decoration:none}}li{{margin:8px 0}}</style></head><body>
<h1>Let this phone trust Doorstep</h1>
<p>A phone gives camera and offline mode only to pages it trusts. This is done once. Only this machine holds the key; remove the certificate when you have finished trying.</p>
<p lang="zh-Hans">手机只向受信任的页面开放相机和离线功能。只需做一次,试用结束后可删除证书。</p>
<a class="go" href="/doorstep.crt">1. Download the certificate · 下载证书</a>
<h2>2. Android</h2>
<ol><li>Settings &rsaquo; Security &rsaquo; Encryption &amp; credentials &rsaquo; Install a certificate &rsaquo; CA certificate.</li><li>Choose <b>doorstep.crt</b> from Downloads.</li></ol>
<h2>2. iPhone</h2>
<ol><li>Settings &rsaquo; Profile downloaded &rsaquo; Install.</li>
<li>Settings &rsaquo; General &rsaquo; About &rsaquo; Certificate trust settings: switch on <b>Doorstep</b>.</li></ol>
<a class="go" href="https://{address}:{port}/app/">3. Open Doorstep · 打开 Doorstep</a>
</body></html>
"""


def trust_server(authority: Path, address: str, port: int, https_port: int, bind: str = "0.0.0.0") -> ThreadingHTTPServer:  # noqa: S104
    """A server, not yet started, for the page and the authority's certificate."""
    page = _PAGE.format(address=address, port=https_port).encode()
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
