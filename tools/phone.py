"""`make phone`: serve to a real phone, over USB or over the local network by HTTPS.

A browser gives camera, offline mode and keys only to localhost and to HTTPS. Over USB, `adb reverse` makes the phone's
localhost this machine. Over the network, a certificate authority of our own signs a certificate for this machine's addresses;
a plain page on another port hands the authority to the phone and explains how to trust it.
"""

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from tools.phone_certificates import make_certificates
from tools.phone_network import lan_addresses, reverse_port, taken, usb_phone
from tools.phone_trust import trust_server

ROOT = Path(__file__).parent.parent
HTTPS_PORT = 8443
TRUST_PORT = 8081


def main() -> int:
    """Choose the way, serve until stopped, and return the exit code."""
    return _over_usb(int(os.environ.get("PORT", "8000"))) if usb_phone() else _over_network()


def _over_usb(port: int) -> int:
    if taken(port):
        return _stop(f"Port {port} is in use: stop what runs there, or choose another one with PORT=8001 make phone.")
    reverse_port(port)
    print(f"A phone is connected by USB: it reaches Doorstep at http://localhost:{port}.", flush=True)
    address = f"http://localhost:{port}"
    return _serve(address, {"PORT": str(port)}, [])


def _over_network() -> int:
    addresses = lan_addresses()
    if not addresses:
        return _stop("No phone is connected by USB and this machine is in no network: connect one of them, then try again.")
    for port in (HTTPS_PORT, TRUST_PORT):
        if taken(port):
            return _stop(f"Port {port} is in use: stop what runs there, then try again.")
    data = Path(os.environ.get("DOORSTEP_DATA", "var")).absolute()
    made = make_certificates(data / "phone", addresses)
    address = f"https://{addresses[0]}:{HTTPS_PORT}"
    trust = trust_server(made.authority, f"{address}/app/", TRUST_PORT)
    threading.Thread(target=trust.serve_forever, daemon=True).start()
    print(f"Once for each phone: open http://{addresses[0]}:{TRUST_PORT} on it, and follow the page.", flush=True)
    options = ["--bind", f"0.0.0.0:{HTTPS_PORT}", "--certfile", str(made.certificate), "--keyfile", str(made.key)]
    return _serve(address, {"PORT": str(HTTPS_PORT)}, options)


def _serve(address: str, environ: dict[str, str], options: list[str]) -> int:
    """Migrate, seed, serve, say how to get in."""
    environment = {**os.environ, **environ, "DOORSTEP_PUBLIC_URL": address}
    here = Path(sys.executable).parent
    flask = [str(here / "flask"), "--app", "wsgi"]
    for words in (["db", "upgrade"], ["seed", "demo"]):
        subprocess.run([*flask, *words], cwd=ROOT, env=environment, check=True)
    command = [str(here / "gunicorn"), "--config", "gunicorn.conf.py", *options, "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        if _answers(server, address):
            subprocess.run([*flask, "welcome"], cwd=ROOT, env=environment, check=True)
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        return 0


def _answers(server: "subprocess.Popen[bytes]", address: str) -> bool:
    """Wait for the server. Its certificate is not checked by this probe, which sends and believes nothing."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5, context=context):
                return True
        except OSError:
            time.sleep(0.2)
    return False


def _stop(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
