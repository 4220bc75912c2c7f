"""Who may call a route. Each view declares exactly one policy; an application with a view that has none does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request

from app.api.here import Caller, office
from app.problems import CrossSite, Forbidden, Unauthenticated
from app.services import accounts, callers
from app.store.db import end_transaction

SESSION_COOKIE = "__Host-doorstep"
_MARK = "doorstep_policy"
_SAFE = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """Which kinds of callers a route lets in; for the console, in which roles; for devices, whether those out of service may upload."""

    kinds: frozenset[str]
    roles: frozenset[str] = frozenset()
    uploading: bool = False


def public(view: View) -> View:
    """Anyone may call; the caller is `anyone`."""
    return _declare(view, Policy(frozenset({"anyone"})))


def device(*, uploading: bool = False) -> Callable[[View], View]:
    """A device with an access token. With `uploading`, one that is out of service may call too."""
    return lambda view: _declare(view, Policy(frozenset({"device"}), uploading=uploading))


def console(*roles: str) -> Callable[[View], View]:
    """A signed-in user of the console in one of these roles."""
    return lambda view: _declare(view, Policy(frozenset({"console"}), frozenset(roles)))


def device_or_console(*roles: str, uploading: bool = False) -> Callable[[View], View]:
    """A device with an access token, or a signed-in user in one of these roles. For `uploading` see `device`."""
    return lambda view: _declare(view, Policy(frozenset({"device", "console"}), frozenset(roles), uploading))


def platform_or_console(*roles: str) -> Callable[[View], View]:
    """A platform with its API key, or a signed-in user in one of these roles."""
    return lambda view: _declare(view, Policy(frozenset({"platform", "console"}), frozenset(roles)))


def of(app: Flask, endpoint: str) -> Policy | None:
    """The policy that an endpoint's view declares."""
    found: Policy | None = getattr(app.view_functions[endpoint], _MARK, None)
    return found


def register(app: Flask) -> None:
    """Enforce the policies before each request, and refuse to start when a view has none."""
    bare = sorted({rule.endpoint for rule in app.url_map.iter_rules() if of(app, rule.endpoint) is None})
    if bare:
        raise RuntimeError(f"These routes declare no policy: {', '.join(bare)}")
    app.before_request(_enforce)


def _declare(view: View, policy: Policy) -> View:
    setattr(view, _MARK, policy)
    return view


def _enforce() -> None:
    if request.endpoint is None:
        return
    policy: Policy = getattr(current_app.view_functions[request.endpoint], _MARK)
    g.caller = _admit(policy)


def _admit(policy: Policy) -> Caller:
    if "anyone" in policy.kinds:
        return Caller("anyone")
    bearer = _bearer()
    if bearer is not None:
        return _by_token(policy, bearer)
    if "console" in policy.kinds and SESSION_COOKIE in request.cookies:
        return _by_session(policy, request.cookies[SESSION_COOKIE])
    raise Unauthenticated


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def _by_token(policy: Policy, token: str) -> Caller:
    if "device" in policy.kinds:
        known = callers.device_of(office(), token)
        if known is None:
            raise Unauthenticated
        if known.upload_only and not policy.uploading:
            raise Forbidden
        return Caller("device", known.tenant_id, known.user_id, device_id=known.device_id, upload_only=known.upload_only)
    if "platform" in policy.kinds:
        platform = callers.platform_of(token)
        end_transaction()
        if platform is not None:
            return Caller("platform", platform[0], platform[1], platform[2])
    raise Unauthenticated


def _by_session(policy: Policy, token: str) -> Caller:
    user = accounts.user_of_session(token)
    end_transaction()
    if user is None:
        raise Unauthenticated
    if request.method not in _SAFE:
        refuse_cross_site()
    if user.role not in policy.roles:
        raise Forbidden
    return Caller("console", user.tenant_id, user.user_id, user.name, user.role, user.station_id)


def refuse_cross_site() -> None:
    """Let a change through only when Doorstep's own pages ask for it.

    The header cannot be set by another site without a preflight, which is never granted; Origin and Sec-Fetch-Site say
    the same where the browser sends them. Raises `CrossSite`.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    own = urlsplit(office().settings.public_url)
    foreign = origin is not None and urlsplit(origin)[:2] != own[:2] and urlsplit(origin).netloc != request.host
    if request.headers.get("X-Doorstep") != "1" or site not in ("same-origin", "none") or foreign:
        raise CrossSite
