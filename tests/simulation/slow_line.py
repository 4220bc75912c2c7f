"""Photos over a slow line that is cut again and again: `python -m tests.simulation.slow_line`.

5 MB at 20 KB/s with 100 cuts: everything arrives, and each byte goes over the line 1.2 times at most. What counts is what the
line carried of photos, whether it was used or not; headers are counted beside it.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app import clock
from app.services import enrol
from tests.simulation import engine_town, fault_line
from tests.simulation.fault_line import Gone, Message, read_head, read_message
from tests.simulation.oracle import judge
from tests.simulation.quick_server import starter

SENT_AT_MOST = 1.2
_PIECE_BYTES = 512
_TOGETHER_S = 0.01

Json = dict[str, Any]


@dataclass
class SlowLine:
    """Carries `rate` bytes a second from the phone to the server, and breaks after each of the distances in `cuts`."""

    upstream_port: int
    rate: int
    cuts: list[int]
    port: int = 0
    carried: int = 0
    photo_bytes: int = 0
    cut: int = 0
    _since_cut: int = 0
    _free_at: float = 0.0
    _late: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the phone, until it ends or is cut."""
        try:
            while True:
                writer.write((await self._one(reader)).encoded())
                await writer.drain()
        except (Gone, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader) -> Message:
        head = await read_head(reader)
        office, upstream = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        try:
            upstream.write(await self._carry(head.encoded(close=True), photo=False))
            left = int(head.value(b"content-length") or 0)
            while left:
                piece = await reader.readexactly(min(left, _PIECE_BYTES))
                upstream.write(await self._carry(piece, photo=head.first.startswith(b"PATCH ")))
                left -= len(piece)
            await upstream.drain()
            return await read_message(office, is_reply_to=head)
        finally:
            upstream.close()

    async def _carry(self, piece: bytes, *, photo: bool) -> bytes:
        """Take the time that the line needs for it. Raises `Gone` when the line breaks on the way."""
        now = time.monotonic()
        self._free_at = max(now, self._free_at) + len(piece) / self.rate
        if self._free_at - now > _TOGETHER_S:
            await asyncio.sleep(self._free_at - now)
        self.carried += len(piece)
        self.photo_bytes += len(piece) if photo else 0
        self._since_cut += len(piece)
        if self.cuts and self._since_cut >= self.cuts[0]:
            self.cuts.pop(0)
            self._since_cut = 0
            self.cut += 1
            raise Gone
        return piece


def run(folder: Path, *, photo_bytes: int, photos: int, rate: int, cuts: int, seed: int) -> Json:
    """Send so many bytes in so many photos; the result in the form that a soak's report wants."""
    began = time.monotonic()
    draw = random.Random(f"slow {seed}")
    # The cuts fall into what has to be sent at the least, so that all of them happen.
    distances = [int(photo_bytes / cuts * draw.uniform(0.5, 1.4)) for _ in range(cuts)]
    with (
        starter() as start,
        engine_town.town(engine_town.migrated(folder), start) as there,
        fault_line.listening(SlowLine(there.line.upstream_port, rate, distances)) as line,
    ):
        people = there.world
        code = enrol.make_code(people.office, people.tenant_id, people.wang, people.supervisor).code
        order = {"seed": seed, "address": f"http://127.0.0.1:{line.port}", "code": code, "job_id": people.job(people.wang)}
        order |= {"now_ms": int(clock.now().timestamp() * 1000), "photos": photos, "bytes": photo_bytes}
        script = engine_town.built(folder, "slow.ts")
        command = [*engine_town.NODE, str(script), json.dumps(order)]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60 + 4 * photo_bytes / rate)
        assert said.returncode == 0, said.stderr[-2_000:]
        findings = judge(people.office, people.tenant_id, json.loads(said.stdout)["outcomes"])
    named = photo_bytes // photos * photos
    sent, with_headers = line.photo_bytes / named, line.carried / named
    failures = list(findings.failures)
    if sent > SENT_AT_MOST:
        failures.append({"seed": seed, "why": f"each byte was sent {sent:.3f} times"})
    if line.cut < cuts:
        failures.append({"seed": seed, "why": f"only {line.cut} of {cuts} cuts happened"})
    return {
        "what": "slow_line",
        "cuts": line.cut,
        "facts": findings.facts,
        "bytes": named,
        "sent_times": round(sent, 3),
        "sent_times_with_headers": round(with_headers, 3),
        "faults": {"cut": line.cut},
        "lost": findings.lost,
        "duplicated": findings.duplicated,
        "holes": findings.holes,
        "seeds": [seed, seed],
        "seconds": round(time.monotonic() - began, 1),
        "failures": failures,
    }


def main(arguments: Sequence[str]) -> int:
    """Print the result as one line of JSON; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.slow_line", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="cuts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bytes", type=int, default=5_000_000)
    parser.add_argument("--rate", type=int, default=20_000, help="bytes a second")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="doorstep-slow-") as folder:
        photos = max(2, options.bytes // 250_000)
        result = run(Path(folder), photo_bytes=options.bytes, photos=photos, rate=options.rate, cuts=options.count, seed=options.seed)
    print(json.dumps(result))
    return int(bool(result["failures"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
