"""The manual speaks of messages that there are, and its two languages of the same ones."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"`([a-z]+(?:-[a-z]+)*)`")


def codes_on(page: str) -> set[str]:
    """The codes of problems in the table of messages."""
    rows = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("| ")]
    return {code for row in rows for code in CODE.findall(row.split("|")[1])}


def codes_of_the_services() -> set[str]:
    sources = [*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]
    return {
        code
        for source in sources
        for code in re.findall(r'\bcode(?:: [\w\[\]]+)? = "([a-z-]+)"', source.read_text())
    }


def test_every_message_of_the_manual_is_one_that_a_service_gives():
    assert codes_on("docs/manual.zh-CN.md") <= codes_of_the_services()
    assert len(codes_on("docs/manual.zh-CN.md")) >= 8


def test_both_languages_explain_the_same_messages():
    assert codes_on("docs/manual.zh-CN.md") == codes_on("docs/manual.md")


def test_every_page_that_a_readme_or_guide_links_is_there():
    pages = [*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")]
    links = {
        (page, link)
        for page in pages
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    }

    assert len(links) > 20
    assert [
        f"{page.name}: {link}" for page, link in sorted(links) if not (page.parent / link).exists()
    ] == []
