"""A device's log: the bytes that are hashed, linked and sealed (PROTOCOL L1 to L7, S2).

Nothing here reads a key or a clock. The same functions stand in `app/pwa/src/domain/log.ts`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

BODY_BYTES_MAX = 16_384
BATCH_EVENTS_MAX = 50
BATCH_BYTES_MAX = 262_144
SALT_BYTES = 16
ZERO_HASH = "0" * 64

# The last character of two or three holds bits that say nothing: they are 0.
_B64 = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?", re.ASCII).fullmatch
_TO_PLAIN_B64 = bytes.maketrans(b"-_", b"+/")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch


@dataclass(slots=True)
class Link:
    """One event as it travels: its place, the hash before it, its exact body and its own hash. Nobody changes one.

    What follows from the body is worked out once, when it is first asked for; both raise `UnicodeEncodeError` for a body with half a
    surrogate pair.
    """

    seq: int
    prev: str
    body: str
    salt: bytes
    hash: str
    sig: str | None = None
    blobs: tuple[str, ...] = ()
    _raw: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _digest: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def raw(self) -> bytes:
        """The body's bytes."""
        if self._raw is None:
            self._raw = self.body.encode("utf-8")
        return self._raw

    @property
    def digest(self) -> str:
        """The salted digest that stands for the body in its header (L2)."""
        if self._digest is None:
            self._digest = body_digest(self.salt, self.raw)
        return self._digest


def to_b64(raw: bytes) -> str:
    """Base64url without padding, the only binary text form on the wire."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_b64(text: str) -> bytes:
    """The bytes of a base64url text without padding.

    Raises `ValueError` when it is anything else, so that each byte string has one spelling.
    """
    if _B64(text) is None:
        raise ValueError("not base64url without padding")
    return binascii.a2b_base64(text.encode("ascii").translate(_TO_PLAIN_B64) + b"==")


def body_digest(salt: bytes, body: bytes) -> str:
    """The salted digest that stands for a body in its header (L2)."""
    return hashlib.sha256(b"doorstep-body-v1\n" + salt + body).hexdigest()


def header(device_id: str, epoch: int, seq: int, prev: str, digest: str) -> bytes:
    """The bytes whose hash is the event's hash (L3)."""
    return f"doorstep-event-v1\n{device_id}\n{epoch}\n{seq}\n{prev}\n{digest}\n".encode("ascii")


def header_hash(header_bytes: bytes) -> str:
    """Hex SHA-256 of a header."""
    return hashlib.sha256(header_bytes).hexdigest()


def seal_text(device_id: str, epoch: int, head_seq: int, head_hash: str, challenge: str) -> bytes:
    """What the device signs with each request: fresh by the challenge, and by the chain it covers every event before (S2)."""
    return lines("doorstep-sync-v1", device_id, epoch, head_seq, head_hash, challenge)


def lines(*parts: object) -> bytes:
    """ASCII lines with a final line feed, the form of everything that is hashed or signed."""
    return ("\n".join(str(part) for part in parts) + "\n").encode("ascii")


def first_broken(device_id: str, epoch: int, links: Iterable[Link]) -> int | None:
    """The `seq` of the first link that does not follow from its own bytes or its neighbour, or None (S4)."""
    before: Link | None = None
    for link in links:
        linked = before is None or (link.seq == before.seq + 1 and link.prev == before.hash)
        if not linked or not follows_from_bytes(device_id, epoch, link):
            return link.seq
        before = link
    return None


def follows_from_bytes(device_id: str, epoch: int, link: Link) -> bool:
    """Whether a link's hash is the hash of its header, and its `prev` is of L3's form."""
    if _SHA256(link.prev) is None or (link.seq == 1 and link.prev != ZERO_HASH):
        return False
    try:
        digest = link.digest
    except UnicodeEncodeError:  # half a surrogate pair has no bytes, so no hash is theirs
        return False
    return header_hash(header(device_id, epoch, link.seq, link.prev, digest)) == link.hash
