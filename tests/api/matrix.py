"""Who calls, on what, by which ids: the parts of the isolation matrix. Routes are never listed here, only what their arguments mean."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.api import policy
from app.services import drafts, enrol, review
from app.services import standards as standards_service
from app.standards import shipped
from app.store.db import Base, db, writing
from tests import builders
from tests.builders import PASSWORD, Json, Network
from tests.phone import Phone, enrolled

# Arguments that name no object: any allowed value will do.
FIXED = {"size": "thumb", "rest": "jobs", "name": "app.js", "slug": "not-found"}
MALFORMED = ("..", "\0", "\ud800", "x" * 300, "'; --", "%2e%2e%2f", "é", " ")


@dataclass(frozen=True)
class Ids:
    """One tenant's objects by the names that routes and bodies use for them."""

    job_id: str
    finding_id: str
    unit_id: str
    photo_id: str
    sha256: str
    digest: str
    device_id: str
    user_id: str
    station_id: str
    draft_id: str

    def with_one(self, name: str, value: str) -> "Ids":
        """The same with one id exchanged."""
        return dataclasses.replace(self, **{name: value})


NOWHERE = Ids(
    job_id="01a20000-0000-7000-8000-000000000000",
    finding_id="01a20000-0000-7000-8000-000000000001",
    unit_id="ZZZZZ-ZZZZZ",
    photo_id="01a20000-0000-7000-8000-000000000002",
    sha256="0" * 64,
    digest="1" * 64,
    device_id="01a20000-0000-7000-8000-000000000003",
    user_id="01a20000-0000-7000-8000-000000000004",
    station_id="01a20000-0000-7000-8000-000000000005",
    draft_id="01a20000-0000-7000-8000-000000000006",
)
ID_NAMES = tuple(member.name for member in dataclasses.fields(Ids))

# What a request to a route must carry so that it is refused for its ids and not for its form.
BODIES: dict[str, Callable[[Ids], Json]] = {
    "devices.post_enrol": lambda ids: {},
    "devices.post_readmit": lambda ids: {},
    "orders.post_cancel": lambda ids: {"reason": "called off"},
    "orders.post_dispatch": lambda ids: {"crew": [ids.user_id], "station_id": ids.station_id},
    "orders.post_order": lambda ids: builders.order(),
    "people.post_enrolment_code": lambda ids: {"user_id": ids.user_id},
    "phones.post_confirm": lambda ids: {},
    "phones.post_revoke": lambda ids: {},
    "phones.post_seen": lambda ids: {"device_id": ids.device_id, "until": "2026-11-22T00:00:00.000Z"},
    "phones.put_condition": lambda ids: {"copies": 2, "persisted": True, "room_bytes": None, "mode": "tab", "clock_off_ms": 0},
    "review.post_approve": lambda ids: {"rev": 1},
    "review.post_close": lambda ids: {"verdict": "withdrawn"},
    "review.post_finding": lambda ids: {"photo_id": ids.photo_id, "reason": "blurred"},
    "session.delete_session": lambda ids: {},
    "session.post_session": lambda ids: {"login": "nobody.here", "password": PASSWORD},
    "standards.delete_withdraw": lambda ids: {},
    "standards.post_draft": lambda ids: {"document": "{}"},
    "standards.post_draft_publish": lambda ids: {"rev": 1},
    "standards.post_standard": lambda ids: {"digest": ids.digest},
    "standards.post_withdraw": lambda ids: {"why": "wrong"},
    "standards.put_draft": lambda ids: {"rev": 1, "document": "{}"},
    "standards.delete_draft": lambda ids: {},
    "sync.post_sync": lambda ids: {},
}
_PERIOD = {"from": "2026-01-01", "to": "2026-12-31", "utc_offset_minutes": "0", "standard_id": "washing_machine"}
QUERIES: dict[str, Callable[[Ids], dict[str, str]]] = {
    "conformity.get_conformity": lambda ids: {"station_id": ids.station_id, **_PERIOD},
    "conformity.get_conformity_file": lambda ids: {"station_id": ids.station_id, **_PERIOD},
    "jobs.get_jobs": lambda ids: {"station_id": ids.station_id},
    "labels.get_labels": lambda ids: {"job_id": ids.job_id},
}
SENDS_BYTES = ("blobs.patch_blob", "rescue.post_rescue")
# What nothing can follow: no draft, and at last nobody who is signed in.
LAST = ("standards.delete_draft", "session.delete_session")


@dataclass
class Caller:
    """Somebody of one tenant, or nobody. `kind` is as in the policies."""

    name: str
    kind: str
    role: str
    network: Network
    headers: dict[str, str]
    upload_only: bool = False

    def may(self, allowed: policy.Policy, method: str) -> bool:
        """Whether a route's policy lets this caller in. A device out of service hands in and asks how far it got, and fetches nothing."""
        if "anyone" in allowed.kinds:
            return True
        if self.upload_only and (method == "GET" or not allowed.uploading):
            return False
        return self.kind in allowed.kinds and (self.kind != "console" or self.role in allowed.roles)


@dataclass(frozen=True)
class Call:
    """One rule by one method."""

    rule: Rule
    method: str

    @property
    def endpoint(self) -> str:
        """The view's name."""
        return str(self.rule.endpoint)

    def id_names(self) -> list[str]:
        """The ids that a request names: in its address, its query, its body."""
        marked = Ids(*(f"<{name}>" for name in ID_NAMES))
        carried = json.dumps([self._body(marked), self._query(marked)])
        return [name for name in ID_NAMES if name in self.rule.arguments or f"<{name}>" in carried]

    def path(self, ids: Ids) -> str:
        """The address with these ids."""
        values = {name: FIXED.get(name) or getattr(ids, name) for name in self.rule.arguments}
        return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: quote(values[found[1]], safe="", errors="surrogatepass"), self.rule.rule)

    def send(self, client: FlaskClient, caller: Caller, ids: Ids) -> TestResponse:
        """Make the request."""
        path = self.path(ids)
        headers = dict(caller.headers)
        query = "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name, value in self._query(ids).items())
        if self.endpoint in SENDS_BYTES:
            headers |= {"Upload-Offset": "0", "Upload-Length": "5", "Content-Digest": f"sha-256=:{'A' * 43}=:"}
            return client.open(path, method=self.method, data=b"bytes", headers=headers, buffered=True)
        body = None if self.method in ("GET", "HEAD") else self._body(ids)
        return client.open(path, method=self.method, json=body, query_string=query, headers=headers, buffered=True)

    def _body(self, ids: Ids) -> Json:
        return BODIES[self.endpoint](ids) if self.method not in ("GET", "HEAD") and self.endpoint not in SENDS_BYTES else {}

    def _query(self, ids: Ids) -> dict[str, str]:
        return QUERIES[self.endpoint](ids) if self.endpoint in QUERIES else {}


def calls(app: Flask) -> list[Call]:
    """Every rule by every method, those that end something last."""
    found = [Call(rule, method) for rule in app.url_map.iter_rules() for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    return sorted(found, key=lambda call: (LAST.index(call.endpoint) if call.endpoint in LAST else -1, call.rule.rule, call.method))


def furnished(network: Network) -> Ids:
    """A network with one of everything: a sealed job with its proof, a closed finding, an open job with a photo, a standard and a draft
    of its own."""
    office, tenant_id, boss = network.office, network.tenant_id, network.people["sun"]
    _own_standard(network)
    job_id = network.finished()
    photo = next(one for one in network.state(job_id)["photos"] if one["role"] == "rating_plate")
    finding_id = review.open_finding(office, tenant_id, boss, job_id, {"photo_id": photo["photo_id"], "reason": "other"})
    review.close_finding(office, tenant_id, boss, job_id, finding_id, verdict="withdrawn")
    review.approve(office, tenant_id, boss, job_id, rev=network.view(job_id).rev)
    open_job, content = network.job("wang", "li"), builders.picture()
    for phone in (network.phone("wang"), network.phone("li")):
        phone.sync()
        phone.photo(open_job, content)
        phone.sync()
    builders.deliver(phone, [content])
    spare = enrolled(network.app.test_client(), enrol.make_code(office, tenant_id, network.people["zhao"], None).code)
    return Ids(
        job_id=job_id,
        finding_id=finding_id,
        unit_id=network.state(job_id)["units"][0]["unit_id"],
        photo_id=photo["photo_id"],
        sha256=hashlib.sha256(content).hexdigest(),
        digest=_own_standard(network),
        device_id=spare.device_id,
        user_id=network.people["li"],
        station_id=network.stations[1],
        draft_id=drafts.begin(tenant_id, network.people["edit"], json.dumps({"title": f"Of {network.name}"}), None)["draft_id"],
    )


def callers(network: Network) -> Iterator[Caller]:
    """Everybody who may call on behalf of a tenant."""
    phone, retired = network.phone("wang"), network.phone("li")
    retired.sync()
    enrol.revoke(network.tenant_id, retired.device_id)
    yield Caller(f"{network.name} device", "device", "", network, _bearer(phone))
    yield Caller(f"{network.name} revoked device", "device", "", network, _bearer(retired), upload_only=True)
    yield Caller(f"{network.name} platform", "platform", "", network, {"Authorization": f"Bearer {network.platform_key}"})
    for login, role in (("qian", "supervisor"), ("dora", "dispatcher"), ("edit", "editor")):
        cookie = network.signed_in(login).get_cookie(policy.SESSION_COOKIE)
        assert cookie is not None
        headers = {"Cookie": f"{policy.SESSION_COOKIE}={cookie.value}", "X-Doorstep": "1"}
        yield Caller(f"{network.name} {role}", "console", role, network, headers)


def rows(tenant_id: str) -> str:
    """A hash of all rows of a tenant."""
    db.session.rollback()
    found = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        if "tenant_id" in table.columns:
            for row in sorted(repr(tuple(row)) for row in db.session.execute(select(table).where(table.c.tenant_id == tenant_id))):
                found.update(f"{table.name}{row}\n".encode())
    db.session.rollback()
    return found.hexdigest()


def _bearer(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


def _own_standard(network: Network) -> str:
    """A version of a standard that no other tenant has; its digest."""
    document = json.loads(shipped()[0])
    document["title"] = dict.fromkeys(document["title"], f"Of {network.name}")
    document["version"] = f"2026.1-{network.name}"
    raw = json.dumps(document, ensure_ascii=False).encode()
    with writing() as session:
        standards_service.publish(session, network.tenant_id, raw)
    return hashlib.sha256(raw).hexdigest()


def said(response: TestResponse) -> tuple[Any, ...]:
    """What a caller can learn from an answer: status, form, place and body, without the reference that is new each time."""
    body: Any = response.get_data()
    if response.mimetype == "application/problem+json" and body:
        body = json.loads(body)
        body.pop("reference", None)
    return response.status_code, response.content_type, response.headers.get("Upload-Offset"), body
