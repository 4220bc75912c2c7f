"""`POST /api/v1/rescue` under the real server: streamed, larger than any other request, and never half taken in."""

import os
import socket
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import builders
from tests import rescue_file as files
from tests.builders import HEADERS, Network
from tests.live import Live

MEGABYTE = 1 << 20


@pytest.fixture
def network(app: Flask) -> Network:
    return builders.network(app)


def file_of(network: Network, path: Path, *blobs: bytes) -> bytes:
    """The rescue file of a phone that has done a whole job, and sent nothing of it."""
    job_id = network.job("wang")
    phone = network.phone()
    phone.sync()
    done = builders.work(phone, job_id, network.documents(job_id))
    for content in blobs:
        phone.photo(job_id, content)
    about = files.manifest(phone, network.tenant_id)
    return files.write(path, about, files.events(phone) | files.blobs([*done, *blobs])).read_bytes()


@pytest.mark.parametrize("login", ["qian", "adam"])
def test_supervisors_and_admins_bring_a_file_in(login: str, network: Network, tmp_path: Path) -> None:
    client = network.signed_in(login)
    content = file_of(network, tmp_path / "a.zip")
    taken = client.post("/api/v1/rescue", data=content, content_type="application/zip", headers=HEADERS)
    assert taken.status_code == 200, taken.text
    (job,) = taken.get_json()["jobs"]
    assert (job["look"], job["known"], job["blobs_missing"], job["customer_name"]) == ({}, 0, 0, "陈静")
    assert taken.get_json()["blobs"]["came_in"] == network.view(job["job_id"]).blobs_named
    assert network.view(job["job_id"]).stage == "finished"


@pytest.mark.parametrize("login", ["dora", "edit"])
def test_others_may_not(login: str, network: Network, tmp_path: Path) -> None:
    content = file_of(network, tmp_path / "a.zip")
    refused = network.signed_in(login).post("/api/v1/rescue", data=content, content_type="application/zip", headers=HEADERS)
    assert (refused.status_code, refused.get_json()["type"]) == (403, "/problems/forbidden")


def test_what_is_no_rescue_file_is_told_apart(network: Network, client: FlaskClient) -> None:
    signed_in = network.signed_in("qian")
    refused = signed_in.post("/api/v1/rescue", data=b"PK nonsense", content_type="application/zip", headers=HEADERS)
    assert (refused.status_code, refused.get_json()["type"]) == (422, "/problems/rescue-file-invalid")
    huge = signed_in.post("/api/v1/rescue", headers=HEADERS, environ_overrides={"CONTENT_LENGTH": str(2**31)})
    assert (huge.status_code, huge.get_json()["type"]) == (413, "/problems/request-too-large")


def test_many_megabytes_come_in_whole_or_not_at_all(live: Live, tmp_path: Path) -> None:
    """A file of 10 MB over a socket: cut in the middle it changes nothing; whole it comes in."""
    network = builders.network(live.app, f"rescue{live.dialect[:2]}")
    content = file_of(network, tmp_path / "a.zip", *(os.urandom(5 * MEGABYTE) for _ in range(2)))
    cookie = network.signed_in("qian").get_cookie("__Host-doorstep")
    assert cookie is not None
    head = (
        "POST /api/v1/rescue HTTP/1.1\r\nHost: localhost\r\nX-Doorstep: 1\r\nConnection: close\r\n"
        f"Cookie: __Host-doorstep={cookie.value}\r\nContent-Type: application/zip\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode()
    assert b" 422 " in said(live.server.port, head + content[: len(content) // 2])
    assert network.state(next(iter(network.phone().jobs)))["photos"] == []
    answer = said(live.server.port, head + content)
    assert b" 200 " in answer, answer[:2_000]
    assert b'"damaged":0' in answer.replace(b" ", b"")
    spool = live.office.settings.data / "blobs" / "spool"
    assert list(spool.iterdir()) == []


def said(port: int, request: bytes) -> bytes:
    """The answer's first line and body to bytes after which the caller is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer
