"""The year as tables, for people."""

from typing import Any

from rich.console import Console
from rich.table import Table

from shared.money import group_fen, parse_fen


def show(screen: Console, figures: dict[str, Any]) -> None:
    """Cases, claims and settlements of each pool."""
    for code, pool in figures["pools"].items():
        screen.print()
        screen.print(_cases(code, pool))
        screen.print(_claims(code, pool))
        screen.print(_months(code, pool))


def _cases(code: str, pool: dict[str, Any]) -> Table:
    table = Table(title=f"{code} · 申请 applications", title_justify="left")
    for state in pool["applications"]:
        table.add_column(state, justify="right")
    table.add_row(*(str(count) for count in pool["applications"].values()))
    return table


def _claims(code: str, pool: dict[str, Any]) -> Table:
    table = Table(title=f"{code} · 补偿 claims", title_justify="left")
    parties = sorted({party for claim in pool["claims"] for party in claim["shares"]})
    table.add_column("bank")
    for name in ("base", *parties):
        table.add_column(name, justify="right")
    table.add_column("caps that bound")
    for claim in pool["claims"]:
        table.add_row(
            claim["bank"],
            _yuan(claim["base"]),
            *(_yuan(claim["shares"].get(party)) for party in parties),
            ", ".join(claim["caps_bound"]),
        )
    return table


def _months(code: str, pool: dict[str, Any]) -> Table:
    table = Table(title=f"{code} · 月结 settlements (net per party)", title_justify="left")
    months = pool["settlements"]
    parties = sorted({party for month in months.values() for party in month["parties"]})
    table.add_column("month")
    for party in parties:
        table.add_column(party, justify="right")
    for month, settlement in months.items():
        table.add_row(month, *(_yuan(settlement["parties"].get(party)) for party in parties))
    return table


def _yuan(amount: str | None) -> str:
    return "" if amount is None or parse_fen(amount) == 0 else group_fen(parse_fen(amount))
