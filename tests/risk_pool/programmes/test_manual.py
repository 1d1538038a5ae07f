"""The manual's drawing of a version's life is the table, drawn."""

from pathlib import Path

from services.risk_pool.domain.programme_version import LIFE_CYCLE


def test_the_diagram_is_the_table():
    manual = (Path(__file__).parents[3] / "services/risk_pool/README.md").read_text(
        encoding="utf-8"
    )

    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in manual
