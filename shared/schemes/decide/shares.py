"""Which row of a sharing counts for a claim, and the shares that it comes to."""

from fractions import Fraction
from typing import Any

from shared.schemes.decide.claims import AgreementMissing, AgreementOutOfBounds, ClaimFacts
from shared.schemes.decide.findings import FactMissing
from shared.schemes.rules.sharing import Row, Sharing, Weights
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FACTS, party_name


def row_and_weights(
    facts: ClaimFacts, terms: Terms, sharing: Sharing
) -> tuple[int, Weights | None]:
    """The row that counts and its shares; None where no row fits."""
    fitting = [index for index, row in enumerate(sharing.rows) if _fits(facts, row)]
    if not fitting:
        return -1, None
    chosen = fitting[0]
    if sharing.choose == "highest":
        chosen = max(
            fitting, key=lambda index: (dict(sharing.rows[index].shares)[sharing.for_party], -index)
        )
    shares = dict(sharing.rows[chosen].shares)
    for plus in sharing.plus:
        if any(facts.attributes.get(flag) is True for flag in plus.if_any):
            shares[plus.to] += plus.points
            shares[plus.taken_from] -= plus.points
    if sharing.agreed is not None:
        _agree(facts, terms, sharing, shares)
    for party, decision in sharing.only_if_confirmed:
        if decision not in facts.confirmed:
            shares[terms.bearer] += shares[party]
            shares[party] = Fraction(0)
    if shares == dict(sharing.rows[chosen].shares):
        return chosen, terms.row_weights[chosen]
    return chosen, terms.weights(shares)


def _fits(facts: ClaimFacts, row: Row) -> bool:
    return all(condition.holds(fact_of(facts, condition.fact)) for condition in row.when)


def fact_of(facts: ClaimFacts, name: str) -> Any:
    """A fact by name. A flag that was not stated is not so; anything else must be stated."""
    if name == "borrower_balance":
        value: Any = facts.borrower_balance_fen
    elif name == "loan_amount":
        value = facts.loan_amount_fen
    elif name == "outstanding_principal":
        value = facts.outstanding_principal_fen
    else:
        value = facts.attributes.get(name)
    if value is None:
        fact = FACTS[name]
        if fact.kind == "flag":
            return False
        raise FactMissing(
            f"缺少分档所需的事实：{fact.zh}({name})",
            f"A tier needs a fact that is missing: {fact.en}.",
            fact=name,
        )
    return value


def _agree(facts: ClaimFacts, terms: Terms, sharing: Sharing, shares: dict[str, Fraction]) -> None:
    """Put the agreed share in place; what it is less than the ceiling goes to the bearer (H.18)."""
    agreed = sharing.agreed
    assert agreed is not None
    stated = facts.agreed.get(agreed.party)
    if stated is None:
        if agreed.required:
            raise AgreementMissing(
                f"方案要求协议写明{party_name(agreed.party, 'zh')}的比例，未见约定",
                f"The scheme wants the agreement to state the share of {agreed.party}.",
            )
        return
    if not agreed.at_least <= stated <= shares[agreed.party]:
        raise AgreementOutOfBounds(
            f"协议约定的比例 {stated} 不在 {agreed.at_least} 至 {shares[agreed.party]} 之间",
            f"The agreed share {stated} is not between {agreed.at_least} "
            f"and {shares[agreed.party]}.",
        )
    shares[terms.bearer] += shares[agreed.party] - stated
    shares[agreed.party] = stated
