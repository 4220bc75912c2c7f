"""Reading a rescue file (PROTOCOL 9): one ZIP without compression, whose sizes are believed by nobody."""

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.domain.log import SALT_BYTES, Link, follows_from_bytes, from_b64
from app.problems import RescueFileInvalid

FILE_BYTES_MAX = 2**31 - 1
ENTRIES_MAX = 20_000
_DIRECTORY_BYTES_MAX = ENTRIES_MAX * 256
_MANIFEST_BYTES_MAX = 1 << 20
_EVENT_BYTES_MAX = 1 << 17
_INTEGER_MAX = 2**53 - 1
_END = struct.Struct("<4s4H2LH")
_LOCATOR_BYTES = 20
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_EVENT = re.compile(r"events/(\d{1,16})-(\d{1,16})-([0-9a-f]{64})\.json", re.ASCII)
_FACT = re.compile(r"facts/([0-9a-f]{64})\.json", re.ASCII)
_BLOB = re.compile(r"blobs/([0-9a-f]{64})", re.ASCII)
_BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event says that it stands: the log of a device in an epoch, its number there, its hash."""

    device_id: str
    epoch: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the file, `raw` being its text.

    `link` is None when it is no event, when its hash does not follow from its bytes, or when it is a fact that has no place in the log
    yet: then `raw` is the fact's body.
    """

    place: Place
    link: Link | None
    raw: str
    blobs: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The event's body; what cannot be read of a damaged one."""
        return self.raw if self.link is None else self.link.body


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `rescue.json` says. Every member but the seals may be missing: the phone may no longer know."""

    made_at: str | None
    build: str | None
    device_id: str | None
    tenant_id: str | None
    user_id: str | None
    seals: Sequence[Mapping[str, Any]]
    readmission: Mapping[str, Any] | None


@dataclass(frozen=True)
class RescueFile:
    """An open rescue file whose directory was checked. Contents are read one at a time."""

    archive: zipfile.ZipFile
    manifest: Manifest
    events: Sequence[zipfile.ZipInfo]
    facts: Sequence[zipfile.ZipInfo]
    blobs: Mapping[str, zipfile.ZipInfo]

    def entries(self) -> Iterator[Entry]:
        """All events in order of epoch and seq, then the facts that have no place yet."""
        for info in self.events:
            yield self._entry(info)
        for info in self.facts:
            yield _placeless(self.manifest.device_id or "unknown", 0, 0, self._text(info), ())

    def blob(self, sha256: str) -> IO[bytes]:
        """A blob's bytes, to be read piece by piece. Reading raises `ValueError` or `OSError` where the file is damaged."""
        return self.archive.open(self.blobs[sha256])

    def _entry(self, info: zipfile.ZipInfo) -> Entry:
        epoch, seq, _ = _named(info)
        raw = self._text(info)
        owner = self.manifest.device_id or "unknown"
        try:
            event = json.loads(raw)
            owner = event["device_id"] if _is_id(event.get("device_id")) else owner
            link = _link(event)
            intact = event["epoch"] == epoch and link.seq == seq and follows_from_bytes(owner, epoch, link)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return _placeless(owner, epoch, seq, raw, ())
        if not intact:
            return _placeless(owner, epoch, seq, raw, link.blobs)
        return Entry(Place(owner, epoch, seq, link.hash), link, raw, link.blobs)

    def _text(self, info: zipfile.ZipInfo) -> str:
        try:
            return self.archive.read(info).decode("utf-8")
        except _BROKEN:
            return f"{info.filename} is damaged"


@contextmanager
def opened(path: Path) -> Iterator[RescueFile]:
    """Open a rescue file.

    Raises `RescueFileInvalid` when it is none, was cut short, or is larger than one may be.
    """
    try:
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            yield _checked(archive, path.stat().st_size)
    except zipfile.BadZipFile as error:
        raise RescueFileInvalid("The file is not a whole rescue file. Make it again on the phone.", reason="cut") from error


def _check_end(path: Path) -> None:
    """The directory's size, before anything is made of it: it must be a small one, as the page writes it, at the very end of the file."""
    size = path.stat().st_size
    if size < _END.size or size > FILE_BYTES_MAX:
        raise RescueFileInvalid("The file is too small or too large to be a rescue file.", reason="odd")
    with path.open("rb") as file:
        file.seek(max(0, size - _END.size - _LOCATOR_BYTES))
        tail = file.read()
    mark, _, _, _, entries, directory, begins, comment = _END.unpack(tail[-_END.size :])
    if mark != b"PK\x05\x06" or comment or b"PK\x06\x07" in tail[: -_END.size]:
        raise RescueFileInvalid("The file was cut short or is not a rescue file. Make it again on the phone.", reason="cut")
    if entries > ENTRIES_MAX or directory > _DIRECTORY_BYTES_MAX or begins + directory + _END.size != size:
        raise RescueFileInvalid("The file's directory is not that of a rescue file.", reason="odd")


def _checked(archive: zipfile.ZipFile, size: int) -> RescueFile:
    infos = archive.infolist()
    for info in infos:
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.compress_size != info.file_size:
            raise RescueFileInvalid(f"{info.filename[:80]} is compressed or encrypted.", reason="odd")
    names = {info.filename for info in infos}
    if len(names) != len(infos) or sum(info.file_size for info in infos) > size:
        raise RescueFileInvalid("The file holds an entry twice.", reason="odd")
    events = [info for info in infos if _EVENT.fullmatch(info.filename)]
    facts = [info for info in infos if _FACT.fullmatch(info.filename)]
    blobs = {found[1]: info for info in infos if (found := _BLOB.fullmatch(info.filename))}
    if len(events) + len(facts) + len(blobs) + 1 != len(infos) or "rescue.json" not in names:
        raise RescueFileInvalid("The file holds something that does not belong into a rescue file.", reason="odd")
    if any(info.file_size > _EVENT_BYTES_MAX for info in (*events, *facts)):
        raise RescueFileInvalid("The file holds an event that is larger than one may be.", reason="odd")
    return RescueFile(archive, _manifest(archive), sorted(events, key=_named), facts, blobs)


def _placeless(owner: str, epoch: int, seq: int, raw: str, blobs: tuple[str, ...]) -> Entry:
    """An entry under its own hash, so that it takes no whole event's place."""
    return Entry(Place(owner, epoch, seq, hashlib.sha256(raw.encode("utf-8")).hexdigest()), None, raw, blobs)


def _named(info: zipfile.ZipInfo) -> tuple[int, int, str]:
    found = _EVENT.fullmatch(info.filename)
    assert found is not None  # noqa: S101  only such names are asked
    return int(found[1]), int(found[2]), found[3]


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    info = archive.getinfo("rescue.json")
    if info.file_size > _MANIFEST_BYTES_MAX:
        raise RescueFileInvalid("rescue.json is too large.", reason="odd")
    try:
        found = json.loads(archive.read(info).decode("utf-8"))
        if found["doorstep_rescue"] != 1:
            raise RescueFileInvalid("The file was made by a newer app than this office knows. Update the office.", reason="newer")
    except (ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile) as error:
        raise RescueFileInvalid("rescue.json cannot be read.", reason="odd") from error
    ids = {name: found.get(name) if _is_id(found.get(name)) else None for name in ("device_id", "tenant_id", "user_id")}
    texts = {name: found[name][:64] if isinstance(found.get(name), str) else None for name in ("made_at", "build")}
    seals = found.get("seals")
    readmission = found.get("readmission")
    return Manifest(
        **texts,
        **ids,
        seals=[seal for seal in seals if _is_seal(seal)] if isinstance(seals, list) else [],
        readmission=readmission if isinstance(readmission, dict) else None,
    )


def _link(event: Mapping[str, Any]) -> Link:
    """The event as it travels. Raises `ValueError` and `KeyError` for any other form than that of PROTOCOL 3."""
    salt = from_b64(_text(event["salt"], 22))
    sig = event.get("sig")
    blobs = event.get("blobs") or []
    well_formed = _is_count(event["seq"]) and len(salt) == SALT_BYTES and len(blobs) <= 8 and all(_is_digest(name) for name in blobs)
    if not (well_formed and _is_digest(event["prev"]) and _is_digest(event["hash"])):
        raise ValueError("not an event")
    return Link(
        event["seq"], event["prev"], _text(event["body"]), salt, event["hash"], None if sig is None else _text(sig, 200), tuple(blobs)
    )


def _text(value: object, length_max: int = _EVENT_BYTES_MAX) -> str:
    if not isinstance(value, str) or len(value) > length_max:
        raise ValueError("not a text of that length")
    value.encode("utf-8")  # half a surrogate pair has no bytes; ValueError
    return value


def _is_seal(seal: object) -> bool:
    if not isinstance(seal, dict):
        return False
    texts = all(isinstance(seal.get(name), str) and seal[name].isascii() and len(seal[name]) <= 200 for name in ("challenge", "seal"))
    return texts and _is_count(seal.get("epoch")) and _is_count(seal.get("seq")) and _is_digest(seal.get("hash"))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _INTEGER_MAX
