"""The year as tables that fit eighty columns, for people."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from shared.money import group_fen, parse_fen


def show(screen: Console, figures: dict[str, Any]) -> None:
    """Cases, claims and settlements of each pool."""
    for code, pool in figures["pools"].items():
        screen.print()
        screen.rule(f"[bold]{code}", align="left")
        screen.print(_cases(pool))
        screen.print(_claims(pool))
        screen.print(_months(pool))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table


def _cases(pool: dict[str, Any]) -> Table:
    table = _table("申请 applications, by where they ended", "state", "cases")
    table.columns[1].justify = "right"
    for state, count in pool["applications"].items():
        table.add_row(state, str(count))
    if pool["declined_by"]:
        limits = ", ".join(f"{name} ({n})" for name, n in pool["declined_by"].items())
        table.caption = f"declined by: {limits}"
    return table


def _claims(pool: dict[str, Any]) -> Table:
    table = _table(
        "补偿 claims: who bears how much", "bank", "base", "pool", "bank bears", "others"
    )
    for column in table.columns[1:4]:
        column.justify = "right"
        column.no_wrap = True
    for claim in pool["claims"]:
        shares = dict(claim["shares"])
        own = [_yuan(shares.pop(party, "0.00")) for party in ("pool", "bank")]
        others = [f"{party} {_yuan(amount)}" for party, amount in sorted(shares.items())]
        if claim["caps_bound"]:
            others.append(f"(cap: {', '.join(claim['caps_bound'])})")
        table.add_row(claim["bank"], _yuan(claim["base"]), *own, "\n".join(others))
    return table


def _months(pool: dict[str, Any]) -> Table:
    table = _table("月结 settlements: what each month left to be paid", "month", "pays", "receives")
    for month, settlement in pool["settlements"].items():
        nets = {party: parse_fen(net) for party, net in settlement["parties"].items()}
        if not any(nets.values()):
            continue
        table.add_row(
            month,
            "\n".join(f"{party} {group_fen(-net)}" for party, net in nets.items() if net < 0),
            "\n".join(f"{party} {group_fen(net)}" for party, net in nets.items() if net > 0),
        )
    quiet = len(pool["settlements"]) - table.row_count
    told = [f"{quiet} more months were signed with nothing left to pay", *pool["breakers"]]
    table.caption = "; ".join(told)
    return table


def _yuan(amount: str) -> str:
    return group_fen(parse_fen(amount))
