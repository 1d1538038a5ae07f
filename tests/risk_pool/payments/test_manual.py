"""The manual draws the lives of payees' accounts, payment files and their orders as they are."""

from pathlib import Path

import pytest

from services.risk_pool.domain import party_account, payment_file, payment_order
from shared.life_cycle import LifeCycle

README = Path(__file__).parents[3] / "services/risk_pool/README.md"


@pytest.mark.parametrize(
    "drawn", [party_account.LIFE_CYCLE, payment_file.LIFE_CYCLE, payment_order.LIFE_CYCLE]
)
def test_the_manual_draws_payments_as_they_are(drawn: LifeCycle):
    manual = README.read_text(encoding="utf-8")

    assert f"```mermaid\n{drawn.diagram()}\n```" in manual
