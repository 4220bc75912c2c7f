"""The server dies without warning in the middle of everything; whatever it acknowledged is there when it comes back (PROTOCOL S5, B5)."""

import os
import threading
from http.client import HTTPException

from app.config import Settings
from app.services import doctor
from app.store.db import db
from tests.gunicorn import serving, stop
from tests.live import Live, running
from tests.phone import Phone
from tests.server.caller import bearer, begun, chunk_headers, held, line_to, phone_at

CHUNK = 100_000


def test_s5_b5_a_killed_server_keeps_what_it_acknowledged_and_goes_on(settings: Settings) -> None:
    with running(settings) as live, live.app.app_context():
        world = live.world()
        job_id = world.job(world.wang)
        phone = phone_at(live, world)
        for number in range(1_000):
            phone.record(job_id, "note.added", {"text": f"note {number}"})
        content = os.urandom(8 * CHUNK)
        sha256 = phone.photo(job_id, content)
        sender = phone_at(live, world)
        other = sender.photo(job_id, content[::-1])
        sender.sync()
        assert sender.patch(other, content[::-1], 0, content[::-1][:CHUNK]).status_code == 204

        pushing = threading.Thread(target=_push_until_it_dies, args=(phone,))
        pushing.start()
        chunk = content[::-1][CHUNK : 2 * CHUNK]
        hanging = begun(live, "PATCH", f"/api/v1/blobs/{other}", chunk_headers(sender, content[::-1], CHUNK, chunk), chunk, CHUNK // 2)
        while phone.acked < 100:
            pushing.join(0.01)
        stop(live.server.process, kill=True)
        pushing.join()
        hanging.close()
        acked = phone.acked
        assert 100 <= acked < 1_000, "the server was killed while events were on their way"

        with serving(live.server.environ, migrated=True) as again:
            risen = Live(again, live.app, live.dialect)
            phone.sync()
            assert phone.acked == len(phone.events) >= acked
            assert held(risen, sender, other) == CHUNK, "of the chunk that was on its way nothing was appended"
            for name, blob, owner in ((other, content[::-1], sender), (sha256, content, phone)):
                while (offset := held(risen, owner, name)) < len(blob):
                    assert owner.patch(name, blob, offset, blob[offset : offset + CHUNK]).status_code in (200, 204)
                assert line_to(risen).ask("GET", f"/api/v1/blobs/{name}", bearer(owner)).body == blob
            texts = [one["text"] for one in _state(phone, job_id)["notes"]]
            assert texts == [f"note {number}" for number in range(1_000)]
            risen.check_views_and_logs()
            db.session.rollback()
            assert doctor.faults(live.office) == []


def _push_until_it_dies(phone: Phone) -> None:
    try:
        while phone.acked < len(phone.events):
            phone.take(phone.post(phone.request(phone.events[phone.acked : phone.acked + 10])).get_json())
    except (OSError, HTTPException):  # the connection, or an answer that was half written
        return


def _state(phone: Phone, job_id: str) -> dict[str, list[dict[str, str]]]:
    state: dict[str, list[dict[str, str]]] = phone.jobs[job_id]["state"]
    return state
