"""What the running request can reach: the office it works in and who is calling."""

from dataclasses import dataclass

from flask import current_app, g

from app.services.office import Office


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as plain values.

    `kind` is `anyone`, `device`, `console` or `platform`. `upload_only` marks a device that may hand in and nothing else.
    """

    kind: str
    tenant_id: str = ""
    user_id: str = ""
    name: str = ""
    role: str = ""
    station_id: str | None = None
    device_id: str = ""
    upload_only: bool = False


def office() -> Office:
    """The office of the running application."""
    found: Office = current_app.extensions["doorstep"]
    return found


def caller() -> Caller:
    """Who is calling; the route's policy has let them in."""
    found: Caller = g.caller
    return found
