"""Serves the built front end: the installer's app, the console, the page that verifies proofs and the one that rescues."""

import json
from pathlib import Path

from flask import Blueprint, Flask, Response, redirect, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import problems
from app.api import policy

STATIC = Path(__file__).parent / "static"
_A_YEAR_S = 31_536_000

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # unless a page says otherwise
}
HEADERS_OVER_TLS = HEADERS | {"Strict-Transport-Security": f"max-age={_A_YEAR_S}"}

pages = Blueprint("pages", __name__)


def register(app: Flask) -> None:
    """Add the pages, and the security headers to every response."""
    app.register_blueprint(pages)
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    said = {name.lower() for name, _ in response.headers}  # one look at all of them: asking for each is slow
    for name, value in HEADERS_OVER_TLS.items() if request.is_secure else HEADERS.items():
        if name.lower() not in said:
            response.headers.add(name, value)
    return response


@pages.get("/")
@policy.public
def home() -> AnyResponse:
    """Phones go to the app, everyone else to the console."""
    is_phone = any(word in request.headers.get("User-Agent", "") for word in ("Android", "iPhone", "iPad"))
    return redirect("/app/" if is_phone else "/console/")


@pages.get("/app/")
@pages.get("/app/<path:rest>")
@policy.public
def installer_app(rest: str = "") -> Response:
    """The installer's app: one page for all its addresses."""
    return _page("app.html")


@pages.get("/console/")
@pages.get("/console/<path:rest>")
@policy.public
def console(rest: str = "") -> Response:
    """The console: one page for all its addresses."""
    return _page("console.html")


@pages.get("/verify")
@policy.public
def verify() -> Response:
    """The page that checks a proof, without an account and offline after the first visit."""
    return _page("verify.html")


@pages.get("/rescue")
@policy.public
def rescue() -> Response:
    """The page that gets work out of a phone when the app does not open."""
    return _page("rescue.html")


@pages.get("/app/sw.js")
@policy.public
def app_worker() -> Response:
    """The app's service worker; its place is its scope."""
    return _page("sw.js")


@pages.get("/verify/sw.js")
@policy.public
def verify_worker() -> Response:
    """The verifying page's own small worker."""
    response = _page("verify-sw.js")
    response.headers["Service-Worker-Allowed"] = "/verify"
    return response


@pages.get("/rescue/sw.js")
@policy.public
def rescue_worker() -> Response:
    """The rescuing page's own small worker."""
    response = _page("rescue-sw.js")
    response.headers["Service-Worker-Allowed"] = "/rescue"
    return response


@pages.get("/static/<path:name>")
@policy.public
def static_file(name: str) -> Response:
    """Built files. Those in `assets/` have their hash in the name and never change."""
    response = _sent(name)
    lasting = name.startswith("assets/")
    response.headers["Cache-Control"] = f"public, max-age={_A_YEAR_S}, immutable" if lasting else "no-cache"
    return response


@pages.get("/build.json")
@policy.public
def build() -> dict[str, str]:
    """Which build of the front end is served. Raises `NotFound` when it is not built."""
    try:
        found: dict[str, str] = json.loads((STATIC / "build.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise problems.NotFound("The front end is not built.") from error
    return found


def _page(name: str) -> Response:
    """A page or worker: kept, but asked for anew each time, so that a new build is noticed."""
    try:
        response = _sent(name)
    except NotFound:
        return Response("The front end is not built. Run: make run\n", status=503, content_type="text/plain")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _sent(name: str) -> Response:
    """A built file, as the build compressed it for those who take that. Raises werkzeug's `NotFound`."""
    if request.accept_encodings.quality("gzip") > 0 and (STATIC / f"{name}.gz").is_file():
        response = send_from_directory(STATIC, f"{name}.gz")  # its name says both its type and its encoding
    else:
        response = send_from_directory(STATIC, name)
    response.headers.add("Vary", "Accept-Encoding")
    return response
