"""What the bench has gunicorn serve: Doorstep, and beside it one route that lets a phone in and then does nothing."""

from app.api import policy
from app.factory import create_app

EMPTY = "/bench/empty"


@policy.device()
def empty() -> tuple[str, int]:
    """No content, for a device with a good access token."""
    return "", 204


app = create_app()
app.add_url_rule(EMPTY, view_func=empty)
