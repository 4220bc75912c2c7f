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

from tools.phone_certificates import Certificates, make_certificates
from tools.phone_network import lan_addresses, usb_phone
from tools.phone_trust import trust_server

ROOT = Path(__file__).parent.parent
HTTPS_PORT = 8443
TRUST_PORT = 8081


def main() -> int:
    """Choose the way, serve until stopped, and return the exit code."""
    if usb_phone():
        port = os.environ.get("PORT", "8000")
        subprocess.run(["adb", "reverse", f"tcp:{port}", f"tcp:{port}"], check=True)
        print(f"A phone is connected by USB: it reaches Doorstep at http://localhost:{port}.")
        return _serve({"PORT": port}, [], f"http://127.0.0.1:{port}")
    addresses = lan_addresses()
    if not addresses:
        print("No phone is connected by USB and this machine is in no network: connect one of them, then try again.", file=sys.stderr)
        return 1
    data = Path(os.environ.get("DOORSTEP_DATA", "var")).absolute()
    certificates = make_certificates(data / "phone", addresses)
    trust = trust_server(certificates.authority, addresses[0], TRUST_PORT, HTTPS_PORT)
    threading.Thread(target=trust.serve_forever, daemon=True).start()
    print(f"Once for each phone: open http://{addresses[0]}:{TRUST_PORT} on it, and follow the page.")
    environ = {"PORT": str(HTTPS_PORT), "DOORSTEP_PUBLIC_URL": f"https://{addresses[0]}:{HTTPS_PORT}"}
    return _serve(environ, _https(certificates), f"https://{addresses[0]}:{HTTPS_PORT}")


def _https(certificates: Certificates) -> list[str]:
    return [
        "--bind",
        f"0.0.0.0:{HTTPS_PORT}",
        "--certfile",
        str(certificates.certificate),
        "--keyfile",
        str(certificates.key),
    ]


def _serve(environ: dict[str, str], options: list[str], probe: str) -> int:
    """Migrate, seed, serve, say how to get in."""
    environment = {**os.environ, **environ}
    here = Path(sys.executable).parent
    flask = [str(here / "flask"), "--app", "wsgi"]
    for words in (["db", "upgrade"], ["seed", "demo"]):
        subprocess.run([*flask, *words], cwd=ROOT, env=environment, check=True)
    command = [str(here / "gunicorn"), "--config", "gunicorn.conf.py", *options, "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        _wait(server, probe)
        subprocess.run([*flask, "welcome"], cwd=ROOT, env=environment, check=True)
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return server.wait()


def _wait(server: "subprocess.Popen[bytes]", probe: str) -> None:
    """Until the server answers; its own certificate is not checked by this probe, which sends and believes nothing."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"{probe}/readyz", timeout=5, context=context)
            return
        except OSError:
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
