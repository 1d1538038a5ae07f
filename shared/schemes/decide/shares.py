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
    """The row that counts and its shares; None where no row fits.

    Raises FactMissing for a fact that nobody stated and that could change the shares.
    """
    chosen = _chosen(facts, sharing)
    if chosen is None:
        return -1, None
    shares = dict(sharing.rows[chosen].shares)
    for plus in sharing.plus:
        if plus.points and _any_so(facts, plus.if_any):
            shares[plus.to] += plus.points
            shares[plus.taken_from] -= plus.points
    if sharing.agreed is not None:
        _agree(facts, terms, sharing, shares)
    for party, decision in sharing.only_if_confirmed:
        if shares[party] and not _is_confirmed(facts, party, decision):
            shares[terms.bearer] += shares[party]
            shares[party] = Fraction(0)
    if shares == dict(sharing.rows[chosen].shares):
        return chosen, terms.row_weights[chosen]
    return chosen, terms.weights(shares)


def _chosen(facts: ClaimFacts, sharing: Sharing) -> int | None:
    """The row that counts. Only a fact that could change its shares must have been stated.

    `first`: the rows are asked in order, and none after the first that fits. `highest`: a row that
    could not give more than the best of those that fit need not be asked.
    """
    fits = [_fits(facts, row) for row in sharing.rows]
    fitting = [index for index, fit in enumerate(fits) if fit is True]
    best = fitting[0] if fitting else None
    if sharing.choose == "highest" and fitting:
        best = max(fitting, key=lambda index: _rank(sharing, index))
    for index, fit in enumerate(fits):
        if isinstance(fit, str) and _could_change(sharing, index, best):
            raise _fact_missing(fit)
    return best


def _rank(sharing: Sharing, index: int) -> tuple[Fraction, int]:
    return dict(sharing.rows[index].shares)[sharing.for_party], -index


def _could_change(sharing: Sharing, open_row: int, best: int | None) -> bool:
    """Whether the shares would be others, if a row that lacks a fact did fit."""
    if best is None:
        return True
    if sharing.rows[open_row].shares == sharing.rows[best].shares:
        return False
    if sharing.choose == "highest":
        return _rank(sharing, open_row) > _rank(sharing, best)
    return open_row < best


def _fits(facts: ClaimFacts, row: Row) -> bool | str:
    """Whether every condition holds; the first fact that is missing, where none is known to fail."""
    missing = ""
    for condition in row.when:
        value = fact_of(facts, condition.fact)
        if value is None:
            missing = missing or condition.fact
        elif not condition.holds(value):
            return False
    return missing or True


def fact_of(facts: ClaimFacts, name: str) -> Any:
    """A fact by name; None where nobody stated it, which is never taken for no or nothing."""
    if name == "borrower_balance":
        return facts.borrower_balance_fen
    if name == "loan_amount":
        return facts.loan_amount_fen
    if name == "outstanding_principal":
        return facts.outstanding_principal_fen
    return facts.attributes.get(name)


def _any_so(facts: ClaimFacts, flags: tuple[str, ...]) -> bool:
    """Whether any of the flags is so; once one is, the others need not be stated."""
    said = [facts.attributes.get(flag) for flag in flags]
    if any(value is True for value in said):
        return True
    for flag, value in zip(flags, said, strict=True):
        if value is None:
            raise _fact_missing(flag)
    return False


def _fact_missing(name: str) -> FactMissing:
    fact = FACTS[name]
    return FactMissing(
        f"缺少分档所需的事实：{fact.zh}({name})",
        f"A tier needs a fact that is missing: {fact.en}.",
        fact=name,
    )


def _is_confirmed(facts: ClaimFacts, party: str, decision: str) -> bool:
    if decision not in facts.confirmed:
        raise FactMissing(
            f"{party_name(party, 'zh')}的份额取决于在先的决定，未写明有无：{decision}",
            f"The share of {party_name(party, 'en')} depends on a prior decision, of which it is not "
            f"said whether it was taken: {decision}.",
            fact=decision,
        )
    return facts.confirmed[decision]


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
