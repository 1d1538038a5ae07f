"""The manual draws the lives of agreements as they are."""

from pathlib import Path

import pytest

from services.risk_pool.domain import agreement, run_off, top_up
from shared.life_cycle import LifeCycle

README = Path(__file__).parents[3] / "services/risk_pool/README.md"


@pytest.mark.parametrize("drawn", [agreement.LIFE_CYCLE, top_up.LIFE_CYCLE, run_off.LIFE_CYCLE])
def test_the_manual_draws_agreements_as_they_are(drawn: LifeCycle):
    manual = README.read_text(encoding="utf-8")

    assert f"```mermaid\n{drawn.diagram()}\n```" in manual
