"""The generated pages say what the code says today."""

from collections.abc import Mapping

import pytest

from zhidai.commands.docs import ROOT, pages

pytestmark = pytest.mark.xdist_group("docs")
"""Both need all pages made, which takes several seconds."""


@pytest.fixture(scope="module")
def made() -> Mapping[str, str]:
    return pages()


def test_every_generated_page_is_up_to_date(made: Mapping[str, str]):
    assert len(made) > 35

    stale = [name for name, text in made.items() if (ROOT / name).read_text() != text]

    assert stale == [], "run `make docs`"


def test_making_them_twice_gives_the_same_bytes(made: Mapping[str, str]):
    assert pages() == made
