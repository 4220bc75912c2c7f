"""Unit labels: codes that a scanner reads back, on a page that tells nothing about the customer."""

import re
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.domain import scan
from app.services.labels import qr_svg
from tests import builders
from tests.builders import Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def dora(north: Network) -> FlaskClient:
    return north.signed_in("dora")


def painted(svg: str) -> Image.Image:
    """The drawing as a scanner sees it: its runs of dark modules, eight pixels each."""
    root = ET.fromstring(svg)
    assert {name.rpartition("}")[2] for name in (element.tag for element in root.iter())} == {"svg", "path"}
    side = int(root.get("viewBox", "").split()[2])
    picture = Image.new("L", (side, side), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", root[1].get("d", "")):
        picture.paste(0, (int(x), int(y), int(x) + int(width), int(y) + 1))
    return picture.resize((side * 8, side * 8))


def scanned(svg: str) -> str:
    [code] = zxingcpp.read_barcodes(painted(svg))
    text: str = code.text
    return text


@pytest.mark.parametrize("text", ["x", "http://localhost/l/ABCDE-23456", "a" * 500, "日本語 text"])
def test_a_code_is_read_back_as_it_was_written(text: str) -> None:
    assert scanned(qr_svg(text)) == text


def test_a_label_is_its_units_address_and_nothing_else(dora: FlaskClient, north: Network) -> None:
    job_id = north.take_in()
    [unit] = north.state(job_id)["units"]
    response = dora.get(f"/api/v1/jobs/{job_id}/labels/{unit['unit_id']}.svg")
    assert response.status_code == 200
    assert response.content_type == "image/svg+xml; charset=utf-8"
    assert "style" not in response.text
    text = scanned(response.text)
    assert text == f"http://localhost/l/{unit['unit_id']}"
    parsed = scan.parse(text, "QRCode")
    assert (parsed["kind"], parsed["unit_id"]) == ("label", unit["unit_id"])
    assert scan.match(parsed, north.state(job_id))["verdict"] == "match"


def test_the_page_has_a_label_for_each_unit_and_nothing_about_the_customer(dora: FlaskClient, north: Network) -> None:
    job_id = north.take_in(order_ref="<b>&", units=[{"gtin": builders.WASHER}, {"gtin": builders.FRIDGE, "components": [{"name": "Door"}]}])
    page = dora.get(f"/console/labels?job_id={job_id}")
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    for unit in north.state(job_id)["units"]:
        assert f'src="/api/v1/jobs/{job_id}/labels/{unit["unit_id"]}.svg"' in page.text
        assert unit["name"] in page.text
    assert "&lt;b&gt;&amp;" in page.text
    assert not re.search(r"style=|<style|<script|https?://", page.text)
    for secret in ("陈静", "13800000001", "Garden Road", "Hangzhou"):
        assert secret not in page.text
    with dora.get("/console/labels.css") as styles:
        assert (styles.status_code, styles.mimetype) == (200, "text/css")


def test_the_page_speaks_the_readers_language(dora: FlaskClient, north: Network) -> None:
    job_id = north.take_in()
    for accepted, language, word in (
        ("zh-CN,zh;q=0.9", "zh-Hans", "机器标签"),
        ("de", "en", "Unit labels"),
        ("en-GB", "en", "Unit labels"),
    ):
        page = dora.get(f"/console/labels?job_id={job_id}", headers={"Accept-Language": accepted}).text
        assert f'<html lang="{language}">' in page
        assert word in page


def test_foreign_unknown_and_odd_labels_are_not_there(app: Flask, dora: FlaskClient, north: Network) -> None:
    south = builders.network(app, "south")
    job_id, own = south.take_in(), north.take_in()
    [unit] = south.state(job_id)["units"]
    for address in (
        f"/console/labels?job_id={job_id}",
        f"/api/v1/jobs/{job_id}/labels/{unit['unit_id']}.svg",
        f"/api/v1/jobs/{own}/labels/{unit['unit_id']}.svg",
        f"/api/v1/jobs/{own}/labels/%00.svg",
    ):
        assert dora.get(address).status_code == 404, address
    assert dora.get("/console/labels").status_code == 422
    assert dora.get("/console/labels?job_id=%00").status_code == 422


def test_labels_are_for_those_who_are_signed_in(client: FlaskClient, north: Network) -> None:
    job_id = north.take_in()
    assert client.get(f"/console/labels?job_id={job_id}").status_code == 401
