"""The manual draws the life of an account and of a booking in suspense as they are."""

from pathlib import Path

import pytest

from services.risk_pool.domain import pool_account, suspense
from shared.life_cycle import LifeCycle

README = Path(__file__).parents[3] / "services/risk_pool/README.md"


@pytest.mark.parametrize("drawn", [pool_account.LIFE_CYCLE, suspense.LIFE_CYCLE])
def test_the_manual_draws_the_account_and_its_bookings_as_they_are(drawn: LifeCycle):
    manual = README.read_text(encoding="utf-8")

    assert f"```mermaid\n{drawn.diagram()}\n```" in manual
