"""`make phone`: the certificates are ones that a careful client accepts, and the trust page hands out the authority."""

import http.server
import ssl
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.gunicorn import free_port
from tools.phone_certificates import make_certificates
from tools.phone_network import lan_addresses
from tools.phone_trust import trust_server


def test_a_client_that_trusts_the_authority_accepts_the_server(tmp_path: Path) -> None:
    made = make_certificates(tmp_path, ["127.0.0.1"])
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"https://127.0.0.1:{server.server_address[1]}/"
        trusting = ssl.create_default_context(cafile=str(made.authority))
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT
        with urllib.request.urlopen(url, context=trusting, timeout=10) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(url, timeout=10)
    finally:
        server.shutdown()
        server.server_close()


def test_the_authority_is_kept_and_its_key_is_private(tmp_path: Path) -> None:
    first = make_certificates(tmp_path, ["10.0.0.1"]).authority.read_bytes()
    again = make_certificates(tmp_path, ["10.0.0.2"])
    assert again.authority.read_bytes() == first
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {0o600}


def test_the_trust_page_hands_out_the_authority(tmp_path: Path) -> None:
    made = make_certificates(tmp_path, ["127.0.0.1"])
    port = free_port()
    server = trust_server(made.authority, "https://127.0.0.1:8443/app/", port, bind="127.0.0.1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert b'href="https://127.0.0.1:8443/app/"' in page.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/doorstep.crt", timeout=10) as file:
            assert (file.read(), file.headers["Content-Type"]) == (made.authority.read_bytes(), "application/x-x509-ca-cert")
    finally:
        server.shutdown()
        server.server_close()


def test_addresses_are_private_and_not_loopback() -> None:
    assert all(not address.startswith("127.") for address in lan_addresses())
