"""The manual's diagrams are the tables of the life cycles, drawn."""

from pathlib import Path

from services.risk_pool.domain import adjustment, claim, recovery, settlement

MANUAL = Path(__file__).parents[3] / "services/risk_pool/CLAIMS.md"


def drawn() -> list[str]:
    """The diagrams of the manual, as they are written."""
    blocks = MANUAL.read_text(encoding="utf-8").split("```mermaid\n")[1:]
    return [block.split("\n```")[0] for block in blocks]


def test_the_manual_draws_the_life_cycles_as_they_are():
    kinds = (claim, recovery, adjustment, settlement)

    assert drawn() == [kind.LIFE_CYCLE.diagram() for kind in kinds]
