"""What a bank states of a claim beside principal and interest: facts as of the claim, costs with
their references, and money from elsewhere that the scheme counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shared import canonical
from shared.life_cycle import Row
from shared.money import format_fen, group_fen, parse_fen
from shared.refusals import FieldFault
from shared.schemes.stated import FACT_MISSING, all_kept, read_facts
from shared.schemes.terms import Terms

MISSING: Final = frozenset({FACT_MISSING, "missing"})
"""Codes of faults for what the scheme needs and nobody stated."""

COST_KINDS: Final = (
    "litigation", "preservation", "enforcement", "lawyer", "valuation", "auction",
    "announcement", "other",
)  # fmt: skip
"""Court fees, preservation, enforcement, lawyers, valuation, auction, notices; anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostStated:
    """A cost of recovery as a bank states it, by the reference of its receipt."""

    reference: str
    kind: str
    amount_fen: int
    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDetails:
    """None stands for what was not stated; a scheme that counts it asks for it."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Facts as of the claim, by the names of the vocabulary."""
    costs: Sequence[CostStated] = ()
    compound_interest_fen: int = 0
    other_policy_money_fen: int | None = None
    """What other programmes have paid towards this loss."""
    recovered_before_fen: int | None = None
    """What came in before the claim, after costs."""
    compensated_amount_fen: int | None = None
    """What the guarantor has paid the bank, where he is the one compensated."""
    compensated_on: date | None = None

    @property
    def columns_of_draft(self) -> dict[str, Any]:
        """Of a claim that is not filed yet: what is stated in it stands in its draft."""
        kept = {name: getattr(self, name) for name in _MONEY}
        return {"attributes": {}, "cost_items": [], **kept}

    def columns(self, terms: Terms) -> dict[str, Any]:
        """As the claim's row keeps it. Only for details that nothing is wrong with."""
        values, _ = read_facts(self.attributes, terms, at="claim")
        return {
            "attributes": all_kept(values),
            "cost_items": costs_kept(self.costs),
            **{name: getattr(self, name) for name in _MONEY},
        }


_MONEY: Final = (
    "compound_interest_fen", "other_policy_money_fen", "recovered_before_fen",
    "compensated_amount_fen", "compensated_on",
)  # fmt: skip

NOTHING_MORE: Final = ClaimDetails()
"""Of a claim that says no more than principal and interest."""


def details_of(claim: Row) -> ClaimDetails:
    """What a claim's row keeps, read back."""
    return ClaimDetails(
        attributes=claim["attributes"],
        costs=costs_of(claim),
        compound_interest_fen=claim["compound_interest_fen"],
        other_policy_money_fen=claim["other_policy_money_fen"],
        recovered_before_fen=claim["recovered_before_fen"],
        compensated_amount_fen=claim["compensated_amount_fen"],
        compensated_on=claim["compensated_on"],
    )


def costs_of(claim: Row) -> tuple[CostStated, ...]:
    """The costs that a claim lists; none where it states one figure."""
    return tuple(
        CostStated(
            reference=cost["reference"],
            kind=cost["kind"],
            amount_fen=parse_fen(cost["amount"]),
            paid_on=date.fromisoformat(cost["paid_on"]),
        )
        for cost in claim["cost_items"]
    )


def costs_kept(costs: Iterable[CostStated]) -> list[dict[str, str]]:
    """Costs as a row keeps them."""
    return [
        {
            "reference": cost.reference,
            "kind": cost.kind,
            "amount": format_fen(cost.amount_fen),
            "paid_on": cost.paid_on.isoformat(),
        }
        for cost in costs
    ]


def costs_total_fen(details: ClaimDetails, *, stated_fen: int) -> int:
    """The costs of a claim together: of those listed, else the one figure that was stated."""
    return sum(cost.amount_fen for cost in details.costs) if details.costs else stated_fen


def detail_faults(
    details: ClaimDetails,
    terms: Terms,
    *,
    stated_costs_fen: int,
    lent_on: date | None,
    today: date,
) -> tuple[FieldFault, ...]:
    """Every field that is wrong, and every one that the terms need and that is missing.

    `lent_on`: the day on which the loan was paid out, before which nobody recovers or compensates.
    """
    _, of_facts = read_facts(details.attributes, terms, at="claim")
    return (
        *of_facts,
        *faults_of_costs(details.costs, stated_costs_fen, today),
        *_faults_before_the_loan(details, lent_on),
        *_faults_of_compensation(details, terms, today),
        *_faults_of_money(details, terms),
    )


def faults_of_costs(
    costs: Sequence[CostStated], stated_fen: int, today: date
) -> Iterator[FieldFault]:
    """What is wrong with costs that are listed: named twice, not paid yet, another total."""
    times = Counter(canonical.number(cost.reference) for cost in costs)
    for index, cost in enumerate(costs):
        if times[canonical.number(cost.reference)] > 1:
            yield FieldFault(
                ("cost_items", index, "reference"),
                "cost-named-twice",
                f"凭证 {cost.reference} 重复列出",
                f"The receipt {cost.reference} is named twice.",
            )
        if cost.paid_on > today:
            yield FieldFault(
                ("cost_items", index, "paid_on"), "in-future", "日期晚于今日", "The day lies ahead."
            )
    total_fen = sum(cost.amount_fen for cost in costs)
    if costs and stated_fen and stated_fen != total_fen:
        yield FieldFault(
            ("costs",),
            "costs-disagree",
            f"费用合计与所列各项之和 {group_fen(total_fen)} 元不符",
            f"The total is not that of the costs listed, which is {group_fen(total_fen)}.",
        )


def receipts_used(costs: Iterable[CostStated], used: frozenset[str]) -> frozenset[str]:
    """The references of receipts that have counted, with those of these costs that are the same in
    another spelling."""
    forms = {canonical.number(reference) for reference in used}
    again = (cost.reference for cost in costs if canonical.number(cost.reference) in forms)
    return used.union(again)


def _faults_before_the_loan(details: ClaimDetails, lent_on: date | None) -> Iterator[FieldFault]:
    days: list[tuple[tuple[str | int, ...], date | None]] = [
        *((("cost_items", n, "paid_on"), cost.paid_on) for n, cost in enumerate(details.costs)),
        (("compensated_on",), details.compensated_on),
    ]
    for place, day in days:
        if day is not None and lent_on is not None and day < lent_on:
            yield FieldFault(
                place, "before-disbursement", f"日期早于放款日 {lent_on}",
                f"The day is before {lent_on}, on which the loan was paid out.",
            )  # fmt: skip


def _faults_of_compensation(
    details: ClaimDetails, terms: Terms, today: date
) -> Iterator[FieldFault]:
    amount, day = details.compensated_amount_fen, details.compensated_on
    if amount is None and terms.base.of == "compensated_amount":
        yield _missing(
            "compensated_amount", terms, "base", "担保机构代偿金额", "what the guarantor has paid"
        )
    if amount is not None and day is None:
        yield FieldFault(
            ("compensated_on",), "missing", "代偿日期必填", "the day of that payment is required"
        )
    if amount is None and day is not None:
        yield FieldFault(
            ("compensated_amount",), "missing", "代偿金额必填", "the amount paid is required"
        )
    if day is not None and day > today:
        yield FieldFault(("compensated_on",), "in-future", "日期晚于今日", "The day lies ahead.")


def _faults_of_money(details: ClaimDetails, terms: Terms) -> Iterator[FieldFault]:
    """What a scheme counts must be stated, if only as 0.00: nobody pays more in silence."""
    if details.other_policy_money_fen is None and counts_policy_money(terms):
        yield _missing(
            "other_policy_money", terms, "caps", "其他政策性资金补偿额（没有则填 0.00）",
            "money from other programmes (0.00 if none)",
        )  # fmt: skip
    if details.recovered_before_fen is None and terms.base.net_of_recoveries:
        yield _missing(
            "recovered_before", terms, "base", "申请前已追回金额（没有则填 0.00）",
            "money recovered before the claim (0.00 if none)",
        )  # fmt: skip


def missing_amounts(details: ClaimDetails, terms: Terms) -> list[FieldFault]:
    """The amounts that the scheme counts and that are not stated, if only as 0.00."""
    found = [*_faults_of_money(details, terms)]
    if details.compensated_amount_fen is None and terms.base.of == "compensated_amount":
        found.append(
            _missing("compensated_amount", terms, "base", "担保机构代偿金额",
                     "what the guarantor has paid")
        )  # fmt: skip
    return found


def counts_policy_money(terms: Terms) -> bool:
    """Whether a cap of the terms counts what other programmes pay."""
    return any(cap.of == "loss_before_policy_money" for cap in terms.caps)


def _missing(name: str, terms: Terms, rule: str, zh: str, en: str) -> FieldFault:
    source = terms.source(rule)
    return FieldFault(
        (name,),
        "missing",
        f"方案需要：{zh}" + (f"（{source}）" if source else ""),
        f"the scheme needs {en}",
    )
