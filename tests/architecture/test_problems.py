"""docs/PROBLEMS.md and app/problems.py say the same, and the phone does what the page says."""

import re
from collections.abc import Iterator
from pathlib import Path

from app import problems
from app.problems import Problem

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(
    r"^\| `(?P<slug>[a-z-]+)` \| (?P<status>\d{3}) \| (?P<meaning>[^|]+) \| (?P<phone>[^|]+) \| (?P<office>[^|]+) \|$", re.MULTILINE
)
DISPOSITION = re.compile(r"^  '?(?P<slug>[a-z-]+)'?: '(?P<disposition>[a-z_]+)',$", re.MULTILINE)


def declared() -> Iterator[type[Problem]]:
    waiting = Problem.__subclasses__()
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        yield one


def rows() -> list[re.Match[str]]:
    return list(ROW.finditer((ROOT / "docs" / "PROBLEMS.md").read_text("utf-8")))


def test_each_problem_has_one_row_and_each_row_a_problem() -> None:
    in_code = sorted((one.slug, one.status) for one in declared())
    on_page = sorted((row["slug"], int(row["status"])) for row in rows())
    assert len(in_code) > 20
    assert on_page == in_code


def test_no_row_is_of_another_form() -> None:
    page = (ROOT / "docs" / "PROBLEMS.md").read_text("utf-8")
    assert len(re.findall(r"^\| `", page, re.MULTILINE)) == len(rows())


def test_all_problems_are_declared_in_one_file() -> None:
    assert {one.__module__ for one in declared()} == {problems.__name__}


def test_slugs_are_used_once_and_say_their_class() -> None:
    slugs = [one.slug for one in declared()]
    assert len(slugs) == len(set(slugs))
    assert all(one.title and one.__doc__ for one in declared())


def test_s14_the_page_says_what_the_phone_does() -> None:
    source = (ROOT / "app" / "pwa" / "src" / "sync" / "disposition.ts").read_text("utf-8")
    known = {found["slug"]: found["disposition"] for found in DISPOSITION.finditer(source)}
    assert known["challenge-stale"] == "resign"
    on_page = {row["slug"]: word[1] for row in rows() if (word := re.match(r"`([a-z_]+)`", row["phone"]))}
    assert known.keys() <= {row["slug"] for row in rows()}
    assert {slug: word for slug, word in on_page.items() if word != "retry"} == known
