"""Whether a claim has what its scheme asks for: a trigger, papers, time, facts."""

from collections.abc import Iterator

from services.risk_pool.domain.claim_check import Check, Result, Situation
from services.risk_pool.domain.claim_details import missing_amounts
from services.risk_pool.domain.claim_filed import Filed
from shared.schemes.decide.trigger import TriggerFacts, conditions
from shared.schemes.facts import facts_needed
from shared.schemes.vocabulary import DOCUMENTS


def check_trigger(at: Situation) -> Iterator[Check]:
    terms = at.terms
    if not terms.trigger:
        yield Check(
            code="trigger",
            result="not_applicable",
            zh="方案没有规定触发条件",
            en="The scheme states no trigger.",
        )
        return
    facts = _trigger_facts(at.filed, at.months)
    parts, holds = [], []
    for rule in terms.trigger:
        asked = list(conditions(rule, facts, terms))
        if all(one.holds for one in asked):
            holds.append(rule.code)
        parts += [
            {
                "trigger": rule.code,
                "code": one.finding.code,
                "result": "pass" if one.holds else "fail",
                "zh": one.finding.zh,
                "en": one.finding.en,
                "article": one.finding.source,
            }
            for one in asked
        ]
    yield Check(
        code="trigger",
        result="pass" if holds else "fail",
        zh="至少一项触发条件完全满足" if holds else "没有一项触发条件完全满足",
        en="One of the triggers holds in full." if holds else "None of the triggers holds in full.",
        evidence={"holds": ", ".join(holds)} if holds else {},
        article=at.terms.source("trigger"),
        field="/facts",
        parts=parts,
    )


def check_papers(at: Situation) -> Iterator[Check]:
    article = at.terms.source("claim_documents")
    if not at.terms.claim_documents:
        yield Check(
            code="papers",
            result="not_applicable",
            zh="方案没有规定申请材料",
            en="The scheme names no papers.",
        )
    there = {document["kind"]: document["filename"] for document in at.filed.documents}
    for kind in at.terms.claim_documents:
        words = DOCUMENTS[kind]
        yield Check(
            code=f"paper:{kind}",
            result="pass" if kind in there else "fail",
            zh=f"已交：{words.zh}" if kind in there else f"缺少材料：{words.zh}",
            en=f"There: {words.en}." if kind in there else f"A paper is missing: {words.en}.",
            evidence={"filename": there[kind]} if kind in there else {},
            article=article,
            field="/documents",
        )


def check_time(at: Situation) -> Iterator[Check]:
    entitled, last = at.entitled, at.last_day
    if entitled is None or last is None:
        yield Check(
            code="in-time",
            result="not_applicable",
            zh="方案没有规定申请期限，或期限尚未起算",
            en="The scheme limits no time for filing, or it has not begun.",
        )
        return
    in_time = at.filed.claimed_on <= last
    yield Check(
        code="in-time",
        result="pass" if in_time else "fail",
        zh=f"自 {entitled} 起可申请补偿，最迟 {last}" + ("" if in_time else "，已逾期"),
        en=f"It could be claimed from {entitled} until {last}"
        + ("." if in_time else "; that is over."),
        evidence={
            "entitled_on": entitled.isoformat(),
            "last_day": last.isoformat(),
            "filed_on": at.filed.claimed_on.isoformat(),
        },
        article=at.terms.deadlines["claim"].source or at.terms.source("deadlines"),
    )


def check_facts(at: Situation) -> Iterator[Check]:
    """The facts that the mode's rules ask for are known, each with the rule that asks."""
    for fault in missing_amounts(at.filed.details, at.terms):
        yield Check(
            code=f"stated:{fault.place[0]}",
            result="fail",
            zh=fault.zh,
            en=fault.en,
            field=f"/{fault.place[0]}",
        )
    needed = [fact for fact in facts_needed(at.terms) if fact.decides_shares]
    if not needed:
        yield Check(
            code="facts",
            result="not_applicable",
            zh="方案不需要其他事实",
            en="The scheme asks for no further facts.",
        )
    for fact in needed:
        known = fact.name in at.loan.facts
        later = fact.by == "bureau" and not at.is_review
        yield Check(
            code=f"fact:{fact.name}",
            result="pass" if known else "not_applicable" if later else "fail",
            zh=f"已知：{fact.zh}"
            if known
            else f"{fact.zh}由主管部门在审核前录入"
            if later
            else f"缺少方案需要的事实：{fact.zh}",
            en=f"Known: {fact.en}."
            if known
            else f"The bureau enters it before the review: {fact.en}."
            if later
            else f"A fact that the scheme needs is missing: {fact.en}.",
            article=fact.source,
            field=f"/attributes/{fact.name}"
            if (fact.by, fact.at) == ("bank", "claim")
            else "/loan_id",
        )


def check_elsewhere(at: Situation) -> Iterator[Check]:
    if not at.terms.no_other_compensation:
        result: Result = "not_applicable"
        zh, en = "方案不限制其他补偿", "The scheme does not exclude other compensation."
    elif at.filed.compensated_elsewhere:
        result = "fail"
        zh, en = "该贷款已享受其他补偿，不得重复", "The loan is already compensated elsewhere."
    else:
        result = "pass"
        zh, en = "该贷款未享受其他补偿", "The loan is not compensated elsewhere."
    yield Check(
        code="no-other-compensation",
        result=result,
        zh=zh,
        en=en,
        article=at.terms.source("no_other_compensation"),
        field="/facts/compensated_elsewhere",
    )


def _trigger_facts(filed: Filed, months: int) -> TriggerFacts:
    holds = set(filed.dates())
    return TriggerFacts(
        risk_class=filed.risk_class,
        overdue_days=filed.overdue_days,
        months_non_performing=months,
        lawsuit_accepted="lawsuit_accepted" in holds,
        called_early="called_early" in holds,
        loss_confirmed="loss_confirmed" in holds,
        written_off="written_off" in holds,
        enforcement_ended="enforcement_ended" in holds,
        guarantor_has_paid="guarantor_has_paid" in holds,
        insurer_notified="insurer_notified" in holds,
    )
