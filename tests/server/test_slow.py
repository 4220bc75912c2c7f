"""Phones at 1 KB/s occupy a thread each and nothing else: no database connection, and nobody healthy waits for them."""

import os
import time

from tests.live import Live
from tests.server.caller import begun, chunk_headers, phone_at
from tests.simulation import slow_phones
from tests.stranger.line import read_reply

SLOW = 100  # more than the database connections that both workers may open together
SECONDS = 5
BYTES_A_SECOND = 1_000


def test_slow_uploads_and_batches_make_no_healthy_phone_wait(live: Live) -> None:
    """All that is asked beside the slow ones is answered, while they are all still sending; how fast is for `slow_phones` to tell."""
    waits = slow_phones.run(live, SLOW, SECONDS)
    assert waits.failures == []
    assert (waits.slow_open, len(waits.healthy_ms) > 4) == (SLOW, True)


def test_a_slow_upload_arrives_in_the_end(live: Live) -> None:
    world = live.world()
    phone = phone_at(live, world)
    content = os.urandom(3 * BYTES_A_SECOND)
    sha256 = phone.photo(world.job(world.wang), content)
    phone.sync()
    with begun(live, "PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content), content, 0) as sock:
        for start in range(0, len(content), BYTES_A_SECOND):
            sock.sendall(content[start : start + BYTES_A_SECOND])
            time.sleep(1)
        assert read_reply(sock, "PATCH").status == 200
