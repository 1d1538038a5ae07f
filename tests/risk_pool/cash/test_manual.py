"""The manual draws the life of a cash entry as it is."""

from pathlib import Path

from services.risk_pool.domain.cash_entry import LIFE_CYCLE

README = Path(__file__).parents[3] / "services/risk_pool/README.md"


def test_the_manual_draws_a_cash_entry_as_it_is():
    manual = README.read_text(encoding="utf-8")

    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in manual
