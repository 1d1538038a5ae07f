"""The look: the same colours by name by day and by night, none elsewhere; icons that exist; the switch."""

import re
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from httpcore._synchronization import current_async_library

from services.console.rendering.environment import HERE, STATIC
from services.console.rendering.formats import browser, business_number, is_amount
from services.console.rendering.navigation import ENTRIES
from tests.console.house import House

_CELL = re.compile(
    r"<(?:td|th)(?P<given>[^<>]*)>\s*(?:<strong>)?\{\{[^{}]*\|\s*(?:yuan|count)\s*\}\}"
)
"""A cell of a table that begins with an amount or a number of things."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgb\(")
OF_PAPER = {"#fff", "#444", "#000"}
"""On paper there is ink, and what one writes on."""


def named(*files: Path) -> set[str]:
    """The colours that sheets give by name."""
    text = "".join(file.read_text() for file in files)
    return set(re.findall(r"(--[a-z0-9-]+):\s*(?:#|rgb|0 -)", text))


def loose(text: str) -> list[str]:
    """Colours that stand in rules without a name, where night cannot reach them."""
    rules = re.sub(r"--[a-z0-9-]+:[^;]*;", "", text)
    return [one for one in _COLOUR.findall(rules) if one not in OF_PAPER]


def test_day_and_night_have_the_same_colours_by_name():
    night = STATIC / "night.css"
    day = named(*(file for file in STATIC.glob("*.css") if file != night))
    assert len(day) > 45
    assert day == named(night)


def test_no_rule_has_a_colour_of_its_own():
    sheets = {file.name: loose(file.read_text()) for file in STATIC.glob("*.css")}
    assert {"look.css", "console.css", "case.css"} <= sheets.keys()
    assert {name: found for name, found in sheets.items() if found} == {}
    assert loose(":root {\n --ink: #111;\n}\n.tag { color: #b00020; }") == ["#b00020"]


def test_every_entry_of_the_navigation_has_its_icon():
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text()))
    assert {entry.name for entry in ENTRIES} | {"find", "auto", "night", "day"} <= drawn


def test_an_amount_in_a_table_stands_at_the_right_of_its_cell():
    cells = {
        file.name: [found["given"] for found in _CELL.finditer(file.read_text())]
        for file in (HERE / "templates").glob("*.html")
    }
    assert sum(map(len, cells.values())) > 150
    loose = {name: [one for one in given if "number" not in one] for name, given in cells.items()}
    assert {name: given for name, given in loose.items() if given} == {}


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("1,234,567.80", True),
        ("-0.10", True),
        ("2.50%", False),
        ("2026-01-20", False),
        ("12", False),
    ],
)
def test_what_wants_its_unit_is_an_amount_and_nothing_else(value, is_one):
    assert is_amount(value) is is_one


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
         "Version/17.5 Mobile/15E148 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 MicroMessenger/8.0", "微信 · Android"),
        ("python-httpx/0.28.1", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_by_its_name_and_system(said, name):
    assert browser(said) == name


def test_a_booking_is_told_by_the_number_that_people_know():
    assert business_number("recovery:DL-R-2026-0001:bank:guarantor") == "DL-R-2026-0001"
    assert business_number("payment:YX-K-2025-0028") == "YX-K-2025-0028"
    assert business_number("reserve:01a22beb-e7d5-749d-aa18-1843abf2ece9") == "—"


def test_the_way_to_the_services_asks_the_disk_for_nothing(monkeypatch):
    import_module("services.console.upstream.client")
    asked: list[str] = []
    finder = SimpleNamespace(find_spec=lambda name, *_: asked.append(name))
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    assert current_async_library() == "asyncio"
    assert asked == []


async def test_a_person_chooses_night_day_or_what_the_browser_wants(house: House):
    async with house.logged_in("reviewer-lin") as person:
        page = await person.opens("/cases")
        sheets = [given for tag, given in page.tags if tag == "link" and "media" in given]
        assert [one["media"] for one in sheets] == ["screen and (prefers-color-scheme: dark)"]
        night = await person.sends(page, "/look", look="night", back="/cases")
        assert night.path == "/cases"
        assert [given["media"] for tag, given in night.tags if "media" in given] == ["screen"]
        day = await person.sends(night, "/look", look="day")
        assert [given for tag, given in day.tags if "media" in given] == []
