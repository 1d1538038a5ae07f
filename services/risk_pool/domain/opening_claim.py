"""A claim that was paid before its pool was taken over, and of which something may still be recovered:
what the county's book says of it, checked and typed.

What each party bore is the book's to say; in which order and by whom money goes back, the version that
was in force on the loan's approval day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from services.risk_pool.domain.opening_loan_check import (
    LoanFaults,
    fault,
    months_between,
    parties_named,
    stated_share,
)
from services.risk_pool.domain.opening_row import Finding, SheetRow
from shared.identifiers import InvalidIdentifier, uscc
from shared.money import format_fen, group_fen, parse_fen
from shared.ratios import ip_share
from shared.schemes.decide.claims import Borne
from shared.schemes.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenClaim:
    """The claim as it stands on the eve of the first day. Amounts in fen."""

    at: str
    """File and line of its row."""
    bank_code: str
    loan_no: str
    book_number: str
    borrower_uscc: str
    borrower_name: str
    mode: str
    amount_fen: int
    ip_share_bp: int
    ip_amount_fen: int | None
    annual_rate_bp: int
    tenor_months: int
    approved_on: date
    disbursed_on: date
    matures_on: date
    claimed_on: date
    decided_on: date
    paid_on: date
    principal_fen: int
    parties: Mapping[str, str]
    shares: Mapping[str, int]
    """What each party bore, in the order of the scheme."""
    borne: Borne
    """What of it has not come back yet, as recoveries to come need it."""

    @property
    def pool_fen(self) -> int:
        """What the pool paid."""
        return self.shares["pool"]

    @property
    def pool_returned_fen(self) -> int:
        """What of it has come back."""
        return self.shares["pool"] - self.borne.borne["pool"]


def claim_of(
    row: SheetRow,
    *,
    bank_code: str,
    terms: Terms | Finding,
    by_role: Mapping[str, Sequence[str]],
    opened_on: date,
) -> TakenClaim:
    """The claim that a row tells of. Raises LoanFaults."""
    values = row.values
    names = ("approved_on", "disbursed_on", "matures_on", "claimed_on", "decided_on", "paid_on")
    days = {name: date.fromisoformat(values[name]) for name in names}
    found = [*_firm(values), *_days(days, opened_on)]
    share_bp, ip_amount_fen, wrong = stated_share(values)
    found += wrong
    if isinstance(terms, Finding):
        raise LoanFaults([*found, terms])
    if terms.escrow:
        found.append(
            fault(
                "合作模式", "escrow-not-taken-over", "保证金模式的代偿不能随期初接管",
                "a claim of a mode with escrow is not taken over",
            )
        )  # fmt: skip
    parties, wrong = parties_named(str(values.get("parties", "")), terms, by_role)
    found += wrong
    shares, returned, wrong = _amounts(values, terms)
    found += wrong
    if found:
        raise LoanFaults(found)
    return TakenClaim(
        at=row.at,
        bank_code=bank_code,
        loan_no=values["loan_no"],
        book_number=values["book_number"],
        borrower_uscc=uscc(values["borrower_uscc"]).normalised,
        borrower_name=values["borrower_name"],
        mode=values["mode"],
        amount_fen=values["amount"],
        ip_share_bp=share_bp,
        ip_amount_fen=ip_amount_fen,
        annual_rate_bp=values["annual_rate"],
        tenor_months=months_between(days["disbursed_on"], days["matures_on"]),
        principal_fen=values["principal"],
        parties=parties,
        shares=shares,
        borne=_borne(
            terms,
            shares,
            returned,
            ip_share(share_bp=share_bp, amount_fen=values["amount"], ip_amount_fen=ip_amount_fen),
        ),
        **days,
    )


def _borne(
    terms: Terms, shares: Mapping[str, int], returned: Mapping[str, int], share: Fraction
) -> Borne:
    """What has not come back yet; money goes back by what each bore (H.22)."""
    return Borne(
        version=terms.version,
        residual=terms.residual,
        bearer=terms.bearer,
        borne={party: fen - returned[party] for party, fen in shares.items()},
        parts=shares,
        interest_outside_fen=0,
        ip_share=share,
        order=terms.recovery.order,
        recovered_by=terms.recovery.by,
        rounding=terms.rounding,
    )


def _firm(values: Mapping[str, Any]) -> list[Finding]:
    try:
        uscc(values["borrower_uscc"])
    except InvalidIdentifier as wrong:
        return [fault("统一社会信用代码", wrong.code, wrong.zh, wrong.en)]
    return []


def _days(days: Mapping[str, date], opened_on: date) -> list[Finding]:
    in_order = (
        days["approved_on"] <= days["disbursed_on"] < days["matures_on"]
        and days["disbursed_on"] < days["claimed_on"] <= days["decided_on"] <= days["paid_on"]
    )
    found = []
    if not in_order:
        found.append(
            fault(
                "代偿申请日", "days-out-of-order", "须批准日 ≤ 放款日 < 申请日 ≤ 代偿批准日 ≤ 拨付日",
                "approved, paid out, claimed, decided, paid",
            )
        )  # fmt: skip
    if days["paid_on"] >= opened_on:
        found.append(
            fault(
                "代偿拨付日", "after-opening", f"须早于接管日 {opened_on}；尚未拨付的列入往来",
                f"before {opened_on}; what is not paid yet stands among what is owed",
            )
        )  # fmt: skip
    return found


def _amounts(
    values: Mapping[str, Any], terms: Terms
) -> tuple[dict[str, int], dict[str, int], list[Finding]]:
    """What each party of the mode bore, what of it has come back, and what cannot be."""
    found: list[Finding] = []
    shares = {"pool": values["pool_share"], "bank": values["bank_share"]}
    returned = {"pool": values["pool_returned"], "bank": values["bank_returned"]}
    for name, zh, into in (
        ("other_shares", "其他承担", shares),
        ("other_returned", "其他已收回", returned),
    ):
        said, wrong = _by_role(str(values.get(name, "")), zh, terms)
        into.update(said)
        found += wrong
    ordered = {party: shares.get(party, 0) for party in terms.parties}
    back = {party: returned.get(party, 0) for party in terms.parties}
    if values["principal"] == 0 or sum(ordered.values()) > values["principal"]:
        found.append(
            fault(
                "资金池承担", "shares-above-principal",
                f"各方承担合计超过代偿时未还本金 {group_fen(values['principal'])} 元",
                f"the shares are above the principal of {format_fen(values['principal'])}",
            )
        )  # fmt: skip
    if any(back[party] > fen for party, fen in ordered.items()):
        found.append(
            fault(
                "资金池已收回", "returned-above-share", "已收回的超过承担的",
                "more has come back than was borne",
            )
        )  # fmt: skip
    return ordered, back, found


def _by_role(said: str, column: str, terms: Terms) -> tuple[dict[str, int], list[Finding]]:
    amounts: dict[str, int] = {}
    found = []
    for part in said.replace("；", ";").split(";"):
        role, _, text = (one.strip() for one in part.replace("＝", "=").partition("="))
        if not role:
            continue
        try:
            amounts[role] = parse_fen(text.replace(",", ""))
        except ValueError:
            amounts[role] = -1
        if role not in terms.parties or role in ("pool", "bank") or amounts[role] < 0:
            found.append(
                fault(
                    column, "share-malformed", f"“{part.strip()}”：须为该模式的角色=金额",
                    f"{part.strip()}: a role of the mode and an amount",
                )
            )  # fmt: skip
    return {role: fen for role, fen in amounts.items() if fen >= 0}, found
