"""The steps of a split of a loss, told from the decision that was taken."""

from fractions import Fraction
from typing import Any

from shared.ratios import percent
from shared.schemes.decide.base import ip_share_of, stated_fen
from shared.schemes.decide.explanation import Explanation, Step, listed, money, note_if
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.decide.shares import fact_of
from shared.schemes.sources import in_words
from shared.schemes.vocabulary import FACTS, PERIODS, Words


def explained(decision: ClaimDecision) -> dict[str, Any]:
    """The decision as plain data with every step to its figures: what is kept beside a claim."""
    return decision.as_data() | {"explanation": explain_loss(decision).as_data()}


def explain_loss(decision: ClaimDecision) -> Explanation:
    """Base, covered part, row, shares, caps, result: in the order in which they were computed."""
    steps = [_ip_part(decision)]
    steps.extend(_covered(decision))
    steps.append(_base(decision))
    steps.append(_row(decision))
    if decision.weights is not None:
        steps.append(_due(decision))
    steps.extend(_caps(decision))
    steps.append(_result(decision))
    steps.append(_path(decision))
    for party, parts in decision.behind.items():
        steps.append(
            Step(
                rule="behind",
                title=Words("出资构成", "who finances it"),
                source=decision.terms.source("behind"),
                inputs=((party, money(decision.shares[party])),),
                result=listed(parts.items()),
            )
        )
    return Explanation("loss", decision.terms.version, tuple(steps))


def _ip_part(decision: ClaimDecision) -> Step:
    facts, terms = decision.facts, decision.terms
    principal = (
        facts.compensated_amount_fen
        if terms.base.of == "compensated_amount"
        else facts.outstanding_principal_fen
    )
    assert principal is not None
    inputs = [(terms.base.of, money(principal)), ("ip_share", percent(ip_share_of(facts)))]
    if terms.base.net_of_recoveries:
        inputs.append(("recovered", money(stated_fen(facts, "recovered"))))
    return Step(
        rule="base",
        title=Words("知识产权部分的本金", "principal of the IP part"),
        source=terms.source("base") or in_words("H.8"),
        inputs=tuple(inputs),
        result=money(decision.ip_part_fen),
        note=Words("四舍五入到分", "rounded half-up to the fen"),
    )


def _covered(decision: ClaimDecision) -> list[Step]:
    source = decision.terms.source("covered")
    return [
        Step(
            rule=f"covered.{limit.code}",
            title=Words("纳入补偿的本金", "principal that counts"),
            source=limit.source or source,
            inputs=(
                ("limit", money(limit.limit_fen)),
                ("used", money(limit.used_fen)),
                ("principal", money(limit.due_fen)),
            ),
            result=money(min(limit.allowed_fen, limit.due_fen)),
            note=note_if(limit.binds),
        )
        for limit in decision.limits
        if not limit.parties
    ]


def _base(decision: ClaimDecision) -> Step:
    facts, plus = decision.facts, decision.terms.base.plus
    inputs = [("covered", money(decision.covered_fen))]
    for kind in plus:
        amount = (
            sum(cost.amount_fen for cost in facts.costs)
            if kind == "costs"
            else getattr(facts, f"{kind}_fen")
        )
        inputs.append((kind, money(amount)))
    outside = decision.interest_outside_fen
    note = (
        Words(
            f"利息 {money(outside)} 不在基数内，由受偿方承担",
            f"interest {money(outside)} stays with the bearer",
        )
        if outside
        else Words("", "")
    )
    return Step(
        rule="base",
        title=Words("损失基数", "loss base"),
        source=decision.terms.source("base") or in_words("H.9"),
        inputs=tuple(inputs),
        result=money(decision.base_fen),
        note=note,
    )


def _row(decision: ClaimDecision) -> Step:
    weights, sharing = decision.weights, decision.terms.sharing
    assert sharing is not None
    inputs: list[tuple[str, str]] = []
    if decision.row >= 0:
        for condition in sharing.rows[decision.row].when:
            ends = [
                (word, end)
                for word in ("above", "at_least", "up_to", "below", "equals")
                if (end := getattr(condition, word)) is not None
            ]
            ends_said = " ".join(f"{word} {_end(condition.fact, end)}" for word, end in ends)
            value = fact_of(decision.facts, condition.fact)
            inputs.append((condition.fact, f"{_end(condition.fact, value)} ({ends_said})"))
        for plus in sharing.plus:
            given = [flag for flag in plus.if_any if decision.facts.attributes.get(flag) is True]
            if given:
                inputs.append((f"plus ({', '.join(given)})", percent(plus.points)))
        if sharing.agreed and sharing.agreed.party in decision.facts.agreed:
            stated = decision.facts.agreed[sharing.agreed.party]
            inputs.append((f"agreed ({sharing.agreed.party})", percent(stated)))
        for party, needed in sharing.only_if_confirmed:
            done = "yes" if decision.facts.confirmed.get(needed) else "no"
            inputs.append((f"{needed} ({party})", done))
    result = (
        " : ".join(
            f"{party} {percent(Fraction(part, weights.whole))}"
            for party, part in zip(weights.parties, weights.parts, strict=True)
        )
        if weights is not None
        else "0"
    )
    note = (
        Words("没有符合的档次，不予补偿", "no row fits; nothing is paid")
        if weights is None
        else Words("取最高一档", "the highest row counts")
        if sharing.choose == "highest"
        else Words("", "")
    )
    return Step(
        rule="sharing",
        title=Words("分担比例", "sharing ratio"),
        source=decision.terms.source("sharing"),
        inputs=tuple(inputs),
        result=result,
        note=note,
    )


def _end(fact: str, end: object) -> str:
    """The end of a tier, in the unit of its fact."""
    kind = FACTS[fact].kind
    if kind == "money":
        assert isinstance(end, int)
        return money(end)
    if kind == "ratio":
        assert isinstance(end, Fraction)
        return percent(end)
    return str(end).lower()


def _due(decision: ClaimDecision) -> Step:
    terms = decision.terms
    note = (
        Words(
            f"各自四舍五入到分，尾差归 {terms.residual}",
            f"each rounded half-up, the rounding goes to {terms.residual}",
        )
        if terms.rounding == "residual"
        else Words("最大余数法", "largest remainder")
    )
    return Step(
        rule="rounding",
        title=Words("上限之前的份额", "shares before caps"),
        source=terms.source("rounding") or in_words("H.1"),
        inputs=(("base", money(decision.base_fen)),),
        result=listed(decision.due.items()),
        note=note,
    )


def _caps(decision: ClaimDecision) -> list[Step]:
    periods = {cap.code: cap.per for cap in decision.terms.caps}
    source = decision.terms.source("caps")
    return [
        Step(
            rule=f"caps.{limit.code}",
            title=Words(
                f"上限 {limit.zh or limit.code}({PERIODS[periods[limit.code]].zh})",
                f"cap {limit.en or limit.code} ({PERIODS[periods[limit.code]].en})",
            ),
            source=limit.source or source,
            inputs=(
                ("parties", ", ".join(limit.parties)),
                ("limit", money(limit.limit_fen)),
                ("used", money(limit.used_fen)),
                ("due", money(limit.due_fen)),
            ),
            result=money(min(limit.allowed_fen, limit.due_fen)),
            note=note_if(limit.binds),
        )
        for limit in decision.limits
        if limit.parties
    ]


def _result(decision: ClaimDecision) -> Step:
    cut_off = decision.cut_fen
    bearer = decision.terms.bearer
    return Step(
        rule="shares",
        title=Words("各方承担", "what each party bears"),
        source=decision.terms.source("sharing"),
        inputs=(("base", money(decision.base_fen)),),
        result=listed(decision.shares.items()),
        note=Words(
            f"超出上限的 {money(cut_off)} 由 {bearer} 承担",
            f"{money(cut_off)} beyond the caps stays with {bearer}",
        )
        if cut_off
        else Words("", ""),
    )


def _path(decision: ClaimDecision) -> Step:
    return Step(
        rule="payments",
        title=Words("资金路径", "way of the money"),
        source=decision.terms.source("refunds")
        or decision.terms.source("escrow")
        or in_words("H.2"),
        inputs=(),
        result="; ".join(
            f"{payment.payer} → {payment.payee} {money(payment.amount_fen)} ({payment.kind})"
            for payment in decision.payments
        )
        or "0.00",
    )
