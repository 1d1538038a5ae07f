"""The look: the same colours by name by day and by night, none elsewhere; icons that exist; the switch."""

import re
from pathlib import Path

from services.console.rendering.environment import STATIC
from services.console.rendering.navigation import ENTRIES
from tests.console.house import House

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
