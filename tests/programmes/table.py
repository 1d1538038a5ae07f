"""The table of all modes in docs/coverage.md: by which case each is walked, and what comes out.

python -m tests.programmes.table --write
"""

# ruff: noqa: T201  (a command speaks to the person who called it)

import sys
from pathlib import Path

from shared.money import group_fen
from shared.schemes.vocabulary import party_name
from tests.programmes.chosen import Chosen, chosen
from tests.programmes.walk import COSTS_FEN, GROSS_FEN

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
BEGIN, END = "<!-- programmes: begin -->\n", "<!-- programmes: end -->\n"


def table() -> str:
    """One row for each mode: the case, the loss that is shared, who bears it, what comes back."""
    rows = [
        "| programme / mode | case of its case file | base | borne | a recovery of "
        f"{group_fen(GROSS_FEN - COSTS_FEN)} goes back |",
        "|---|---|---|---|---|",
    ]
    return "\n".join(rows + [_row(one) for one in chosen()]) + "\n"


def _row(one: Chosen) -> str:
    recovery = one.recovery(gross_fen=GROSS_FEN, costs_fen=COSTS_FEN)
    back = dict(recovery.returned)
    if recovery.to_interest_fen:
        back["interest"] = recovery.to_interest_fen
    return (
        f"| `{one}` | {one.case.name} | {group_fen(one.decision.base_fen)} "
        f"| {_amounts(one.expected)} | {_amounts(back)} |"
    )


def _amounts(amounts: dict[str, int]) -> str:
    return "；".join(
        f"{'利息' if party == 'interest' else party_name(party, 'zh')} {group_fen(fen)}"
        for party, fen in amounts.items()
    )


def written(page: str) -> str:
    """The page with the table as it is today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text()))
    else:
        print(table())
