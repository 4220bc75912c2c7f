"""How gunicorn serves Doorstep, here and in production; `--bind` on the command line wins."""

import gc
import os
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# Two processes use two cores. The many threads are for slow phones: an upload at 1 KB/s occupies a thread and nothing else,
# because bytes are read without a database connection. 400 threads hold 300 slow uploads without a healthy request waiting.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 200
backlog = 1024

# A worker that has not answered its master for this long is replaced. Threads that read slowly do not count against it.
timeout = 60
graceful_timeout = 20
keepalive = 15

# Only the proxies that the operator names are believed about who is calling.
forwarded_allow_ips = "*" if int(os.environ.get("DOORSTEP_TRUSTED_PROXIES", "0")) else "127.0.0.1"

# Requests carry no personal data in their addresses, but a log of them would still say who was where: off.
accesslog = None
errorlog = "-"
loglevel = "warning"


def post_worker_init(_worker: Any) -> None:
    """What was made while starting stays for good: the garbage collector need not look at it again and again, nor as often as it does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
