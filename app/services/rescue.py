"""Taking in a rescue file: what a phone held comes in by the same paths as if the phone had sent it (PROTOCOL 9).

What the phone's key vouched for, and what continues its log, goes into that log. All the rest goes into the rescue log. Bringing a file
again, or the phone sending the same itself, changes nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import clock
from app.domain.events import Unreadable, parse_body
from app.domain.log import BATCH_EVENTS_MAX, seal_text
from app.problems import CertificateInvalid, DeviceUnknown, NotFound, RescueFileInvalid
from app.services import rescue_log
from app.services.append import append
from app.services.keys import PublicKey, read_public_key, verifies
from app.services.office import Office
from app.services.readmit import readmit
from app.services.rescue_blobs import take_blobs
from app.services.rescue_file import Entry, RescueFile, opened
from app.services.rescue_log import Claim
from app.services.standings import Author
from app.store import log
from app.store.db import db, end_transaction, writing
from app.store.devices import Device
from app.store.jobs import JobView
from app.store.people import Tenant, User

Sealed = set[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class _Phone:
    """A phone of the tenant, as this database knows it."""

    device_id: str
    label: str
    user_id: str | None
    user_name: str
    key: PublicKey
    epoch_offered: int
    flags: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    """What became of the events of one job, or of those about no job."""

    came_in: int = 0
    known: int = 0
    look: dict[str, int] = field(default_factory=dict)

    def count(self, status: str, flags: Sequence[str]) -> None:
        """One more event."""
        self.known += status == "duplicate"
        self.came_in += status != "duplicate"
        for flag in flags if status != "duplicate" else ():
            self.look[flag] = self.look.get(flag, 0) + 1


def import_file(office: Office, tenant_id: str, path: Path, imported_by: str | None) -> dict[str, Any]:
    """Take in the rescue file at `path` for a tenant, and say what came in, what was known and what needs a look.

    Raises `RescueFileInvalid`, and whatever appending and uploading raise: what came in until then stays, and the file may be
    brought again.
    """
    with opened(path) as rescue:
        if rescue.manifest.tenant_id not in (None, tenant_id):
            raise RescueFileInvalid("This file is from a phone of another network.", reason="foreign")
        phones: dict[str, _Phone | None] = {}
        _let_in(office, tenant_id, rescue)
        sealed = _sealed(tenant_id, rescue, phones)
        jobs: dict[str | None, _Tally] = {}
        for entries in _stretches(rescue):
            phone = _phone(tenant_id, entries[0].place.device_id, phones)
            rest = entries if phone is None else _into_its_log(tenant_id, phone, entries, sealed, jobs)
            _into_rescue_log(office, tenant_id, phone, rest, sealed, jobs, imported_by)
        _keep_seals(tenant_id, rescue, phones)
        blobs = take_blobs(office, tenant_id, rescue)
        return _report(tenant_id, rescue, phones, jobs) | {"blobs": blobs}


def import_by_operator(office: Office, path: Path, tenant_id: str | None) -> dict[str, Any]:
    """As `import_file`, for the network that the file names when none is given.

    Raises `NotFound` when there is no such network.
    """
    if tenant_id is None:
        with opened(path) as rescue:
            tenant_id = rescue.manifest.tenant_id
    found = None if tenant_id is None else db.session.get(Tenant, tenant_id)
    end_transaction()
    if found is None or tenant_id is None:
        raise NotFound("The file does not say of which network it is, or that network is not here. Name one with --tenant.")
    return import_file(office, tenant_id, path, None)


def said(taken: Mapping[str, Any]) -> list[str]:
    """What `import_file` returned, in lines for an operator."""
    events, blobs = taken["events"], taken["blobs"]
    lines = [
        f"{events['came_in']} events came in, {events['known']} were known.",
        f"{blobs['came_in']} blobs came in, {blobs['known']} were known, {blobs['damaged']} are damaged in the file.",
    ]
    for job in taken["jobs"]:
        look = ", ".join(f"{count} {flag}" for flag, count in sorted(job["look"].items()))
        about = f"Job {job['job_id']}" if job["job_id"] else "No job of this network"
        lines.append(f"{about}: {job['came_in']} came in, {job['known']} known{', to look at: ' + look if look else ''}.")
    return lines


def _stretches(rescue: RescueFile) -> Iterator[Sequence[Entry]]:
    """Events of one device and epoch, at most a batch at a time, in order of seq."""
    for _, alike in groupby(rescue.entries(), key=lambda entry: (entry.place.device_id, entry.place.epoch)):
        while stretch := list(islice(alike, BATCH_EVENTS_MAX)):
            yield stretch


def _phone(tenant_id: str, device_id: str, known: dict[str, _Phone | None]) -> _Phone | None:
    """A phone of the tenant; one of another tenant is as unknown as one that nobody has."""
    if device_id not in known:
        query = select(Device, User).join(User, User.user_id == Device.user_id)
        found = db.session.execute(
            query.where(Device.device_id == device_id, Device.tenant_id == tenant_id, Device.kind == "phone")
        ).first()
        known[device_id] = None if found is None else _described(found[0], found[1])
        end_transaction()
    return known[device_id]


def _let_in(office: Office, tenant_id: str, rescue: RescueFile) -> None:
    """Let a phone in again that this database does not know, when the file shows its certificate and its key's word (E5)."""
    asked, device_id = rescue.manifest.readmission, rescue.manifest.device_id
    if asked is None or device_id is None or _phone(tenant_id, device_id, {}) is not None:
        return
    try:
        readmit(office, certificate=asked["certificate"], alg=asked["alg"], public_key=asked["public_key"], proof=asked["proof"])
    except (CertificateInvalid, DeviceUnknown, KeyError, TypeError, AttributeError, ValueError):
        return  # then what it recorded goes into the rescue log


def _described(device: Device, user: User) -> _Phone:
    standing = {
        "user_disabled": user.disabled_at is not None,
        "device_revoked": device.revoked_at is not None,
        "readmitted": device.readmitted_at is not None and device.confirmed_at is None,
    }
    flags = tuple(flag for flag, holds in standing.items() if holds)
    key = read_public_key(device.alg, json.loads(device.public_key))
    return _Phone(device.device_id, device.label, device.user_id, user.name, key, device.epoch_offered, flags)


def _sealed(tenant_id: str, rescue: RescueFile, phones: dict[str, _Phone | None]) -> Sealed:
    """The hashes of the events that a seal of the file's phone reaches over the links between them."""
    device_id = rescue.manifest.device_id
    phone = _phone(tenant_id, device_id, phones) if device_id else None
    if phone is None:
        return set()
    before = {
        (entry.place.device_id, entry.place.epoch, entry.place.hash): entry.link.prev
        for entry in rescue.entries()
        if entry.link is not None
    }
    sealed: Sealed = set()
    for seal in rescue.manifest.seals:
        text = seal_text(phone.device_id, seal["epoch"], seal["seq"], seal["hash"], seal["challenge"])
        at = (phone.device_id, seal["epoch"], seal["hash"])
        if not verifies(phone.key, seal["seal"], text):
            continue
        while at in before and at not in sealed:
            sealed.add(at)
            at = (*at[:2], before[at])
    return sealed


def _of(entry: Entry) -> tuple[str, int, str]:
    return entry.place.device_id, entry.place.epoch, entry.place.hash


def _into_its_log(
    tenant_id: str, phone: _Phone, entries: Sequence[Entry], sealed: Sealed, jobs: dict[str | None, _Tally]
) -> Sequence[Entry]:
    """Append to a phone's own log what continues it and is sealed. What is left: beyond a hole, of another branch, unsealed or damaged."""
    epoch = entries[0].place.epoch
    if not 1 <= epoch <= phone.epoch_offered:
        return entries
    with writing() as session:
        head = log.lock_head(session, tenant_id, phone.device_id, epoch)
        stored = log.hashes_at(session, phone.device_id, epoch, [entry.place.seq for entry in entries if entry.place.seq <= head.seq])
        run, rest = [], []
        for entry in entries:
            place, link = entry.place, entry.link
            if place.seq in stored and stored[place.seq].hash == place.hash:
                _count(jobs, entry, "duplicate", ())
            elif _of(entry) in sealed and link and (link.seq, link.prev) == (head.seq + 1, head.hash):
                run.append(link)
                head = log.Head(link.seq, link.hash)
            else:
                rest.append(entry)
        if run:
            author = Author(tenant_id, phone.device_id, epoch, phone.user_id, phone.key, flags=phone.flags)
            appended = append(session, author, run, clock.now())
    by_hash = {entry.place.hash: entry for entry in entries}
    for result in appended.results if run else ():
        _count(jobs, by_hash[result.hash], result.status, result.flags)
    return rest


def _into_rescue_log(
    office: Office,
    tenant_id: str,
    phone: _Phone | None,
    entries: Sequence[Entry],
    sealed: Sealed,
    jobs: dict[str | None, _Tally],
    imported_by: str | None,
) -> None:
    if not entries:
        return
    user_id, key = (phone.user_id, phone.key) if phone else (None, None)
    claims = [Claim(entry, user_id, key, _of(entry) in sealed) for entry in entries]
    results = rescue_log.keep(office, tenant_id, claims, imported_by)
    for entry, result in zip(entries, results, strict=True):
        _count(jobs, entry, result.status if result else "duplicate", result.flags if result else ())


def _count(jobs: dict[str | None, _Tally], entry: Entry, status: str, flags: Sequence[str]) -> None:
    try:
        job_id = parse_body(entry.body)["job_id"]
    except Unreadable:
        job_id = None
    jobs.setdefault(job_id, _Tally()).count(status, flags)


def _keep_seals(tenant_id: str, rescue: RescueFile, phones: dict[str, _Phone | None]) -> None:
    """Keep the seals that verify and whose event stands in its place, as those that came with a request."""
    phone = phones.get(rescue.manifest.device_id or "")
    for seal in rescue.manifest.seals if phone else ():
        assert phone is not None  # noqa: S101  the loop is empty without one
        place = {"device_id": phone.device_id, "epoch": seal["epoch"], "seq": seal["seq"], "hash": seal["hash"]}
        text = seal_text(phone.device_id, seal["epoch"], seal["seq"], seal["hash"], seal["challenge"])
        with writing() as session:
            stored = log.hashes_at(session, phone.device_id, seal["epoch"], [seal["seq"]]).get(seal["seq"])
            if stored and stored.hash == seal["hash"] and verifies(phone.key, seal["seal"], text):
                evidence = {"challenge": seal["challenge"], "seal": seal["seal"], "received_at": clock.now()}
                log.insert_seals(session, [{"tenant_id": tenant_id} | place | evidence])


def _report(tenant_id: str, rescue: RescueFile, phones: dict[str, _Phone | None], jobs: dict[str | None, _Tally]) -> dict[str, Any]:
    views = {
        view.job_id: view
        for view in db.session.scalars(
            select(JobView).where(JobView.tenant_id == tenant_id, JobView.job_id.in_([one for one in jobs if one]))
        )
    }
    phone = phones.get(rescue.manifest.device_id or "")
    said = [
        {
            "job_id": job_id if job_id in views else None,
            "customer_name": views[job_id].customer_name if job_id in views else None,
            "order_ref": views[job_id].order_ref if job_id in views else None,
            "blobs_missing": views[job_id].blobs_missing if job_id in views else 0,
            "came_in": tally.came_in,
            "known": tally.known,
            "look": tally.look,
        }
        for job_id, tally in jobs.items()
    ]
    end_transaction()
    return {
        "made_at": rescue.manifest.made_at,
        "phone": {"device_id": phone.device_id, "label": phone.label, "user_name": phone.user_name} if phone else None,
        "events": {"came_in": sum(one["came_in"] for one in said), "known": sum(one["known"] for one in said)},
        "jobs": said,
    }
