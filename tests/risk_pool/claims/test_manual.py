"""The manual's diagrams are the tables of the life cycles, drawn."""

from pathlib import Path

from services.risk_pool.domain import claim, recovery, settlement

MANUAL = Path(__file__).parents[3] / "services/risk_pool/CLAIMS.md"


def drawn() -> list[list[str]]:
    """The arrows of each diagram."""
    diagrams = MANUAL.read_text(encoding="utf-8").split("stateDiagram-v2")[1:]
    return [
        [line.strip() for line in diagram.split("```")[0].splitlines() if "-->" in line]
        for diagram in diagrams
    ]


def test_the_manual_draws_the_life_cycles_as_they_are():
    cycles = (
        (claim.LIFE_CYCLE, "submitted"),
        (recovery.LIFE_CYCLE, "reported"),
        (settlement.LIFE_CYCLE, "previewed"),
    )

    assert drawn() == [
        [
            f"[*] --> {first}",
            *(
                f"{move.source} --> {move.target}: {move.action} ({', '.join(sorted(move.roles))})"
                for move in cycle.moves
            ),
        ]
        for cycle, first in cycles
    ]
