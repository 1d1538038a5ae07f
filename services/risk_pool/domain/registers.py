"""What the registers say for one claim: which of the figures that were ever in force holds for it.

What is said of one loan goes before what is said of its bank, and that before what is said of the
whole pool. Of a bank or a pool the day of filing counts, for an agreed share the day of the loan's
approval, whose terms bind it (H.12); what is said of the loan itself holds whatever the day.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from services.risk_pool.domain.agreed_figures import State
from services.risk_pool.domain.claim_facts import Registers
from shared.life_cycle import Row
from shared.schemes.facts import FactDay
from shared.schemes.stated import FactValue


class Fee(NamedTuple):
    """A guarantee fee that was charged."""

    subject: str
    """How: a key of `agreed_figures.FEES`."""
    paid_on: date
    amount_fen: int


def registers_of(
    claim: Row,
    figures: Sequence[Row],
    fees: Iterable[Fee],
    used_costs: frozenset[str],
    disbursed_on: date | None,
) -> Registers:
    """`figures`: those that have been in force, of the claim's pool, in the order of their release.
    `fees`: the guarantee fees charged under the programme, each receipt once."""
    filed, approved = claim["claimed_on"], claim["terms_on"]
    days: Mapping[FactDay, date | None] = {
        "approval": approved,
        "disbursement": disbursed_on,
        "claim": filed,
    }
    own = [figure for figure in figures if _concerns(figure, claim)]

    def those(kind: str, on: date) -> dict[str, Row]:
        return _holding(own, kind, on)

    return Registers(
        figures=_figures(own, claim, fees),
        raised={code: row["amount_fen"] for code, row in those("raised_cap", filed).items()},
        agreed={
            party: Fraction(row["ratio"]) for party, row in those("agreed_share", approved).items()
        },
        confirmed={name: row["flag"] for name, row in those("confirmed", filed).items()},
        by_bureau={at: _by_bureau(own, on) for at, on in days.items() if on is not None},
        used_costs=used_costs,
    )


def _concerns(figure: Row, claim: Row) -> bool:
    return figure["bank_code"] in ("", claim["bank_code"]) and figure["loan_id"] in (
        None,
        claim["loan_id"],
    )


def _holding(figures: Iterable[Row], kind: str, on: date) -> dict[str, Row]:
    """Subject → the figure that holds: the nearest to the loan, of those the one released last."""
    found: dict[str, Row] = {}
    for figure in figures:
        if figure["kind"] == kind and _holds(figure, on):
            before = found.get(figure["subject"])
            if before is None or _nearness(figure) >= _nearness(before):
                found[figure["subject"]] = figure
    return found


def _holds(figure: Row, on: date) -> bool:
    if figure["loan_id"] is not None:
        return bool(figure["state"] == State.IN_FORCE)
    ends = figure["valid_to"]
    return bool(figure["valid_from"] <= on and (ends is None or on <= ends))


def _nearness(figure: Row) -> int:
    if figure["loan_id"] is not None:
        return 2
    return 1 if figure["bank_code"] else 0


def _figures(own: Sequence[Row], claim: Row, fees: Iterable[Fee]) -> dict[str, int]:
    filed = claim["claimed_on"]
    found: dict[str, int] = {}
    for kind in ("year_budget", "bank_year_ceiling"):
        of_year = [one for one in own if one["kind"] == kind and one["year"] == filed.year]
        for row in _holding(of_year, kind, filed).values():
            found[kind] = row["amount_fen"]
    charged = [fee for fee in fees if fee.paid_on <= filed]
    by_loan = [fee.amount_fen for fee in charged if fee.subject == "term"]
    if by_loan:
        found["term_fees"] = sum(by_loan)
    if charged:
        found["portfolio_fees"] = sum(fee.amount_fen for fee in charged)
    return found


def _by_bureau(own: Sequence[Row], on: date) -> dict[str, FactValue]:
    found: dict[str, FactValue] = {}
    for kind in ("claim_rate", "guarantee_multiple"):
        if holds := _holding(own, kind, on).get(""):
            found[kind] = Fraction(holds["ratio"])
    if score := _holding(own, "bank_score", on).get(""):
        found["bank_score"] = score["count"]
    return found
