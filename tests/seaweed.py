"""A SeaweedFS of the tests' own, which speaks S3: on loopback, in a new folder, stopped at the end. It reports nothing to its makers."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tests.gunicorn import free_port

ACCESS = {"AWS_ACCESS_KEY_ID": "doorstep-tests", "AWS_SECRET_ACCESS_KEY": "only for tests"}
BUCKET = "doorstep"
_READY_WITHIN_S = 60
_GRPC_ABOVE = 10_000  # SeaweedFS takes, beside each of its ports, the one that many higher


@contextmanager
def running() -> Iterator[str]:
    """The address of a fresh server with an empty bucket, `BUCKET`, for those who have `ACCESS`."""
    folder = Path(tempfile.mkdtemp(prefix="doorstep-s3-", dir="/tmp"))
    rights = [{"name": "tests", "credentials": [_credentials()], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]
    (folder / "s3.json").write_text(json.dumps({"identities": rights}), "utf-8")
    ports = {name: _port_with_twin() for name in ("master", "volume", "filer", "s3")}
    log = (folder / "log").open("ab")
    process = subprocess.Popen(_command(folder, ports), cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{ports['s3']}"
        _wait_until_ready(url, process, folder / "log")
        os.environ.update(ACCESS)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def blobs_url(server: str, prefix: str) -> str:
    """What `DOORSTEP_BLOBS_URL` is for a folder of the bucket."""
    return f"s3://{BUCKET}/{prefix}?endpoint={server}&region=us-east-1"


def _command(folder: Path, ports: dict[str, int]) -> list[str]:
    weed = Path(sys.executable).with_name("weed")
    return [
        str(weed),
        "mini",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        f"-bucket={BUCKET}",
        f"-s3.config={folder / 's3.json'}",
        *(f"-{name}.port={port}" for name, port in ports.items()),
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-webdav=false",
        "-admin.ui=false",
    ]


def _credentials() -> dict[str, str]:
    return {"accessKey": ACCESS["AWS_ACCESS_KEY_ID"], "secretKey": ACCESS["AWS_SECRET_ACCESS_KEY"]}


def _port_with_twin() -> int:
    """A free port whose twin for internal calls is free too."""
    while True:
        port = free_port()
        with contextlib.suppress(OSError, OverflowError), socket.socket() as twin:
            twin.bind(("127.0.0.1", port + _GRPC_ABOVE))
            return port


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """The bucket is made some time after the port is open."""
    store = S3Store(
        BUCKET,
        endpoint=url,
        region="us-east-1",
        access_key_id=ACCESS["AWS_ACCESS_KEY_ID"],
        secret_access_key=ACCESS["AWS_SECRET_ACCESS_KEY"],
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(BaseError):
            obstore.put(store, "ready", b"ready")
            return
        time.sleep(0.1)
    raise AssertionError("SeaweedFS did not become ready: " + log.read_text()[-2_000:])
