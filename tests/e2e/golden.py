"""Records what the built release sends, byte for byte, into tests/vectors/golden/<build>/: `python -m tests.e2e.golden`.

Run it for each release that goes out. tests/api/test_golden.py sends it to every later server.
"""

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade
from playwright.sync_api import Request, sync_playwright
from sqlalchemy import select

from app import pwa
from app.config import Settings
from app.factory import create_app
from app.store.db import db
from app.store.devices import Device
from tests.e2e.releases import build_id, no_office
from tests.e2e.roaming import Roaming, roaming

GOLDEN = Path(__file__).parents[1] / "vectors" / "golden"
_SENT = ("/api/v1/sync", "/api/v1/blobs/")


def record() -> Path:
    """A visit as the built release records and sends it; the folder of what it sent."""
    release = pwa.STATIC
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        sync_playwright() as playwright,
        roaming(playwright, _migrated(Path(folder)), Path(folder), patch, release) as phone,
    ):
        sent: list[dict[str, Any]] = []
        phone.browser.context.on("request", lambda request: _note(request, sent))
        phone.server.fault = no_office
        _work(phone)
        sent.clear()
        phone.server.fault = None
        phone.installer.deliver()
        into = GOLDEN / build_id(release)
        into.mkdir(parents=True, exist_ok=True)
        golden = {"build": build_id(release), **_known(phone), "requests": sent}
        (into / "visit.json").write_text(json.dumps(golden, indent=1) + "\n", "utf-8")
        return into


def _work(phone: Roaming) -> None:
    """Facts with text, with an answer, with a blob."""
    installer = phone.installer
    installer.arrive(phone.job_id)
    installer.note(phone.job_id, "Golden 记录 \u2028 \U0001f6aa")
    installer.open_step(phone.job_id, "CAL-01")
    installer.by("choice-reached").click()
    installer.save_step()
    installer.visit(phone.job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
    installer.take_photo()


def _note(request: Request, sent: list[dict[str, Any]]) -> None:
    path = request.url.split("/", 3)[3]
    if not f"/{path}".startswith(_SENT) or request.method == "GET":
        return
    kept = ("content-type", "content-digest", "upload-offset", "upload-length")
    headers = {name: value for name, value in request.headers.items() if name in kept}
    body = base64.b64encode(request.post_data_buffer or b"").decode()
    sent.append({"method": request.method, "path": f"/{path}", "headers": headers, "body": body})


def _known(phone: Roaming) -> dict[str, Any]:
    """What the office knew of that phone and its job."""
    with phone.app.app_context():
        device = db.session.scalars(select(Device).where(Device.kind == "phone")).one()
        state = phone.network.state(phone.job_id)
        about = {"device_id": device.device_id, "user_id": device.user_id, "alg": device.alg, "public_key": json.loads(device.public_key)}
        expected = {"notes": [note["text"] for note in state["notes"]], "answers": len(state["answers"]), "photos": len(state["photos"])}
        db.session.rollback()
        return {"device": about, "job_id": phone.job_id, "visit_id": state["visit_id"], "expected": expected}


def _migrated(folder: Path) -> Path:
    """A migrated database to copy."""
    path = folder / "empty.db"
    app = create_app(Settings.from_env({"DOORSTEP_DATA": str(folder / "empty"), "DOORSTEP_DATABASE_URL": f"sqlite:///{path}"}))
    with app.app_context():
        upgrade()
        db.session.execute(select(1))
        db.session.rollback()
        db.engine.dispose()
    return path


if __name__ == "__main__":
    print(record())
