"""Push and pull in one call (PROTOCOL S)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app import clock
from app.domain.log import first_broken
from app.problems import ChainBroken
from app.services import lost_storage, pull, receipts, tickets
from app.services.append import Appended, Batch, append_all
from app.services.office import Office
from app.services.sealed import Phone, Request, phones_of
from app.services.standings import Read, read
from app.store import log, turns
from app.store.db import looking, table, writing
from app.store.devices import Device
from app.store.prepared import Bound, Prepared

_device = table(Device)


_NOTE_CONTACT = Prepared(
    update(_device)
    .where(_device.c.device_id == bindparam("of_device"))
    .values(
        last_contact_at=bindparam("now"),
        build=bindparam("new_build"),
        pending_events=bindparam("new_events"),
        pending_blobs=bindparam("new_blobs"),
        pending_bytes=bindparam("new_bytes"),
        pending_oldest_at=bindparam("new_oldest_at"),
    )
)


class _Visit:
    """One request while it is served, with others or alone; `phone` and `reply` are there when they have been found without an error."""

    phone: Phone
    reply: dict[str, Any]

    def __init__(self, request: Request) -> None:
        self.request = request
        self.ahead: Mapping[int, Read] = {}
        self.appended: Appended | None = None
        self.error: Exception | None = None


_LOOKS = turns.Line[Request, dict[str, Any] | None]()
_LINE = turns.Line[Request, dict[str, Any]]()


def sync(office: Office, request: Request) -> dict[str, Any]:
    """Store what a device sends and tell it what is new, the reply of PROTOCOL 3.

    A sync that brings nothing, within a minute of the last one, writes nothing. Raises `DeviceUnknown`, `ChallengeStale`, `SealInvalid`
    (the last two with a fresh challenge) and `ChainBroken`.
    """
    office.server_epoch()  # is read, or made, before anybody waits for the database
    if not request.links:
        reply = _LOOKS.serve(request, partial(_look, office))
        if reply is not None:
            return reply
    return _LINE.serve(request, partial(_serve, office))


def _look(office: Office, requests: Sequence[Request]) -> list[dict[str, Any] | Exception | None]:
    """As `_serve`, for requests that bring nothing; None for one whose contact is to be noted."""
    visits = [_Visit(request) for request in requests]
    with looking() as bound:
        _let_in(bound, office, visits)
        quiet = [visit for visit in visits if visit.error is None and not visit.phone.contact_is_due]
        _answer(bound, office, quiet, [visit.phone.stored for visit in quiet])
    return [visit.error or (None if visit.phone.contact_is_due else visit.reply) for visit in visits]


def _serve(office: Office, requests: Sequence[Request]) -> list[dict[str, Any] | Exception]:
    """Each request's reply or error. What they have in common, every statement above all, is done once for all of them."""
    visits = [_Visit(request) for request in requests]
    with looking() as bound:
        _let_in(bound, office, visits)
    _for_each(visits, _check)
    _push([visit for visit in visits if visit.error is None])
    answered = [visit for visit in visits if visit.error is None]
    with looking() as bound:
        stored = log.heads_of(bound, [(visit.request.device_id, visit.request.epoch) for visit in answered])
        heads = [stored.get((visit.request.device_id, visit.request.epoch), log.EMPTY) for visit in answered]
        _answer(bound, office, answered, heads)
    return [visit.error or visit.reply for visit in visits]


def _let_in(bound: Bound, office: Office, visits: Sequence[_Visit]) -> None:
    """Find out who calls."""
    phone_of = phones_of(bound, office, [visit.request for visit in visits])

    def let_in(visit: _Visit) -> None:
        visit.phone = phone_of(visit.request)

    _for_each(visits, let_in)


def _for_each(visits: Sequence[_Visit], do: Callable[[_Visit], None]) -> None:
    """Do something for each visit that has no error yet; one's error is nobody else's."""
    for visit in visits:
        if visit.error is None:
            try:
                do(visit)
            except Exception as error:  # noqa: BLE001  its own caller raises it again
                visit.error = error


def _check(visit: _Visit) -> None:
    """What can be checked before the transaction: the chain, and what each body says. Raises `ChainBroken`."""
    request, phone = visit.request, visit.phone
    broken = first_broken(request.device_id, request.epoch, request.links)
    if broken is not None:
        raise ChainBroken(seq=broken)
    visit.ahead = {link.seq: read(phone.author, link) for link in request.links if link.seq > phone.stored.seq}


def _answer(bound: Bound, office: Office, visits: Sequence[_Visit], heads: Sequence[log.Head]) -> None:
    """Tell how far each device's log is stored, which `heads` say, and what is new for it, in that same state of the database."""
    askings = [
        pull.Asking(visit.phone.author, visit.request.have, head.seq, visit.phone.may_pull)
        for visit, head in zip(visits, heads, strict=True)
    ]
    for visit, head, pulled in zip(visits, heads, pull.pull(bound, askings), strict=True):
        visit.reply = _reply(office, visit.phone, visit.appended, head, pulled)


def _reply(office: Office, phone: Phone, appended: Appended | None, head: log.Head, pulled: dict[str, Any]) -> dict[str, Any]:
    author = phone.author
    moved = appended is not None and any(result.status not in ("gap", "duplicate") for result in appended.results)
    resent = appended is not None and any(result.status == "duplicate" for result in appended.results)
    return {
        "server_epoch": office.server_epoch(),
        "server_time": clock.stamp(clock.now()),
        "challenge": tickets.challenge(office, author.device_id),
        "access_token": tickets.access_token(office, tickets.Access(author.device_id, not phone.may_pull)),
        "acked_seq": head.seq,
        "results": appended.results if appended else [],
        **pulled,
        "directives": [{"new_epoch": appended.new_epoch}] if appended and appended.new_epoch else [],
        "receipt": receipts.log_receipt(office, author.tenant_id, author.device_id, author.epoch, head) if moved or resent else None,
    }


def _push(visits: Sequence[_Visit]) -> None:
    """Store what these bring: in one transaction if all goes well, and what the same device sent meanwhile in the next one."""
    waiting = list(visits)
    while waiting:
        first_of_each: dict[str, _Visit] = {}
        for visit in waiting:
            first_of_each.setdefault(visit.request.device_id, visit)
        together = list(first_of_each.values())
        waiting = [visit for visit in waiting if first_of_each[visit.request.device_id] is not visit]
        for visit, stored in zip(together, turns.write_together(writing, together, _store), strict=True):
            if isinstance(stored, Exception):
                visit.error = stored
            else:
                visit.appended = stored


def _store(session: Session, visits: Sequence[_Visit]) -> list[Appended]:
    now = clock.now()
    batches = [Batch(visit.phone.author, visit.request.links, visit.ahead) for visit in visits]
    found = append_all(session, batches, now)
    log.insert_seals(session, [_seal_row(visit, now) for visit in visits if visit.request.links])
    for at, (visit, appended) in enumerate(zip(visits, found, strict=True)):
        lost_storage.note(session, visit.phone.author, visit.request.links, appended.results, now)
        if _lacks_the_prefix(visit.request, appended.head.seq):
            found[at] = replace(appended, new_epoch=log.offer_epoch(session, visit.request.device_id))
    _NOTE_CONTACT.run_many(session, [_contact_row(visit.request, now) for visit in visits])
    return found


def _lacks_the_prefix(request: Request, acked_seq: int) -> bool:
    """Whether a batch lies beyond a gap that its device cannot fill, by what it says to hold (S16)."""
    if not request.links or request.links[0].seq <= acked_seq + 1:
        return False
    return bool(request.pending["events"] < request.links[-1].seq - acked_seq)


def _seal_row(visit: _Visit, now: datetime) -> dict[str, Any]:
    request, last = visit.request, visit.request.links[-1]
    place = {"device_id": request.device_id, "epoch": request.epoch, "seq": last.seq, "hash": last.hash}
    evidence = {"challenge": request.challenge, "seal": request.seal, "received_at": now}
    return {"tenant_id": visit.phone.author.tenant_id, **place, **evidence}


def _contact_row(request: Request, now: datetime) -> dict[str, Any]:
    said = {f"new_{name}": request.pending[name] for name in ("events", "blobs", "bytes", "oldest_at")}
    return {"of_device": request.device_id, "now": now, "new_build": request.build, **said}
