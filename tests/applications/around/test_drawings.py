"""The life cycles of what stands around a loan are drawn in the README as they are."""

from pathlib import Path

import pytest

from services.applications.domain import co_investment, enhancement

README = Path(__file__).parents[3] / "services/applications/README.md"


@pytest.mark.parametrize("drawn", [co_investment.LIFE_CYCLE, enhancement.LIFE_CYCLE])
def test_the_readme_draws_the_life_cycle_as_it_is(drawn):
    assert f"```mermaid\n{drawn.diagram()}\n```" in README.read_text(encoding="utf-8")
