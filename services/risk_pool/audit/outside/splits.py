"""How a loss is split and recovered money returned, said once more for whoever checks it."""

from __future__ import annotations

from typing import Any

from services.risk_pool.audit.outside.amounts import fen


def divide(rounding: str, base: int, parts: list[int], residual: int) -> list[int]:
    """Shares that sum to the base: each half-up and the rest to one, or by largest remainder."""
    whole = sum(parts)
    if rounding == "largest_remainder":
        shares = [base * part // whole for part in parts]
        order = sorted(range(len(parts)), key=lambda at: (-(base * parts[at] % whole), at))
        for at in order[: base - sum(shares)]:
            shares[at] += 1
        return shares
    shares = [(2 * base * part + whole) // (2 * whole) for part in parts]
    shares[residual] += base - sum(shares)
    while shares[residual] < 0:
        most = max(range(len(parts)), key=lambda at: (shares[at] * whole - base * parts[at], -at))
        shares[most] -= 1
        shares[residual] += 1
    return shares


def capped(due: dict[str, int], limits: list[dict[str, Any]], bearer: str) -> dict[str, int]:
    """What caps leave: each payer the least that any cap leaves it; the bearer what is cut off."""
    left = dict(due)
    for one in limits:
        payers = [party for party in due if party in one["parties"]]
        allowed = max(fen(one["limit"]) - fen(one["used"]), 0)
        if payers and allowed < sum(due[party] for party in payers):
            cut = divide("largest_remainder", allowed, [due[party] for party in payers], 0)
            for party, amount in zip(payers, cut, strict=True):
                left[party] = min(left[party], amount)
    left[bearer] += sum(due.values()) - sum(left.values())
    return left


def given_back(
    amount: int,
    borne: dict[str, int],
    parts: dict[str, int],
    before: dict[str, int],
    residual: str,
    rounding: str,
) -> dict[str, int]:
    """Recovered money by what each party bore; whoever is whole drops out for the others."""
    need = {party: bore - before.get(party, 0) for party, bore in borne.items()}
    given = dict.fromkeys(need, 0)
    waiting = [party for party, still in need.items() if still > 0]
    left = min(amount, sum(need[party] for party in waiting))
    while left > 0:
        weights = [parts[party] for party in waiting]
        if not any(weights):
            weights = [need[party] for party in waiting]
        last = waiting.index(residual) if residual in waiting else len(waiting) - 1
        offered = dict(zip(waiting, divide(rounding, left, weights, last), strict=True))
        full = [party for party in waiting if offered[party] > need[party]]
        if not full:
            return {**given, **offered}
        for party in full:
            given[party] = need[party]
            left -= need[party]
            waiting.remove(party)
    return given
