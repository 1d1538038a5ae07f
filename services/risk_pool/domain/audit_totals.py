"""A ledger's own figures, held against what its transfers add up to."""

from collections.abc import Mapping, Sequence

from services.risk_pool.domain.audit_checks import Cash, Check, Totals
from shared.money import format_fen
from shared.people import same_person


def check_balances(balances: Check, trial: Check, made: Totals, stored: Totals) -> None:
    """Balances as kept are the transfers added up, and debits are credits."""
    for account in sorted(made.keys() | stored.keys()):
        balances.looked_at += 1
        kept, again = stored.get(account, (0, 0)), made.get(account, (0, 0))
        if kept != again:
            balances.fault(
                None,
                f"{account}:账簿借 {format_fen(kept[0])} 贷 {format_fen(kept[1])},"
                f"重算借 {format_fen(again[0])} 贷 {format_fen(again[1])}",
                f"{account}: kept {format_fen(kept[0])} / {format_fen(kept[1])}, "
                f"recomputed {format_fen(again[0])} / {format_fen(again[1])}",
            )
    debited = sum(one for one, _ in stored.values())
    credited = sum(one for _, one in stored.values())
    trial.looked_at = len(stored)
    if debited != credited:
        trial.fault(
            None,
            f"借方 {format_fen(debited)} 不等于贷方 {format_fen(credited)}",
            f"debits {format_fen(debited)} are not credits {format_fen(credited)}",
        )


def check_months(
    check: Check, by_month: Mapping[str, Totals], closed: Mapping[str, Totals]
) -> None:
    """Every settled month's end is still what was settled."""
    running: dict[str, tuple[int, int]] = {}
    months = sorted(by_month)
    for month in sorted(closed):
        while months and months[0] <= month:
            for account, two in by_month[months.pop(0)].items():
                before = running.get(account, (0, 0))
                running[account] = (before[0] + two[0], before[1] + two[1])
        check.looked_at += 1
        for account in sorted(running.keys() | closed[month].keys()):
            kept, again = closed[month].get(account, (0, 0)), running.get(account, (0, 0))
            if kept != again:
                check.fault(
                    None,
                    f"{month} 月末 {account}:结账时借 {format_fen(kept[0])} 贷 "
                    f"{format_fen(kept[1])},现为借 {format_fen(again[0])} 贷 "
                    f"{format_fen(again[1])}",
                    f"{account} at the end of {month}: settled {format_fen(kept[0])} / "
                    f"{format_fen(kept[1])}, now {format_fen(again[0])} / "
                    f"{format_fen(again[1])}",
                )
                break


def check_exposure(check: Check, made: Totals, exposure: Mapping[str, int]) -> None:
    """What is booked as held and covered is what the coverages add up to; what is in escrow or
    earmarked for it, what the claims say."""
    booked = {
        account: two[0] - two[1]
        for account, two in made.items()
        if account.startswith(("reserved:", "covered:", "escrow:", "earmarked:"))
    }
    for account in sorted(booked.keys() | exposure.keys()):
        check.looked_at += 1
        if booked.get(account, 0) != exposure.get(account, 0):
            check.fault(
                None,
                f"{account}:账簿 {format_fen(booked.get(account, 0))},"
                f"业务合计 {format_fen(exposure.get(account, 0))}",
                f"{account}: booked {format_fen(booked.get(account, 0))}, the cases add "
                f"up to {format_fen(exposure.get(account, 0))}",
            )


def check_cash(check: Check, moved: Mapping[str, tuple[int, int]], entries: Sequence[Cash]) -> None:
    """Every transfer that moves cash is what two persons have entered and released, and every
    released entry has moved it. `moved`: reference → (number, fen) of the transfers of cash."""
    known = {one.reference: one for one in entries}
    for reference, (seq, fen) in moved.items():
        check.looked_at += 1
        entry = known.get(reference)
        if entry is None:
            check.fault(
                seq,
                f"第 {seq} 笔({reference},{format_fen(fen)} 元)动用专户,却无已放行的收付登记",
                f"transfer {seq} ({reference}, {format_fen(fen)}) moves cash without a released "
                "entry",
            )
        elif entry.amount_fen != fen:
            check.fault(
                seq,
                f"第 {seq} 笔为 {format_fen(fen)} 元,收付登记 {entry.number} 为 "
                f"{format_fen(entry.amount_fen)} 元",
                f"transfer {seq} moves {format_fen(fen)}, its entry {entry.number} says "
                f"{format_fen(entry.amount_fen)}",
            )
        elif same_person(entry.entered_by, entry.released_by):
            check.fault(
                seq,
                f"收付登记 {entry.number} 由 {entry.entered_by} 一人登记并放行",
                f"the entry {entry.number} was entered and released by {entry.entered_by} alone",
            )
    for reference in sorted(known.keys() - moved.keys()):
        check.looked_at += 1
        check.fault(
            None,
            f"收付登记 {known[reference].number} 已放行,账簿中却无其分录 {reference}",
            f"the entry {known[reference].number} is released; its transfer {reference} is missing",
        )
