"""A document says a thing once: no chapter stands in it twice."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_chapter_stands_twice(document: str):
    headings = Counter(re.findall(r"^#{1,4} .+$", (ROOT / document).read_text(), re.MULTILINE))
    assert [heading for heading, times in headings.items() if times > 1] == []
