"""Whether a loan may enter: every reason at once, so that all can be mended together (B.3)."""

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction

from shared.money import group_fen
from shared.months import add_months
from shared.ratios import percent
from shared.schemes.decide.application import ApplicationFacts
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.lpr import highest_rate_bp
from shared.schemes.decide.pledge import pledge_findings
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import CREDIT_LISTS, DOCUMENTS, PURPOSES


def eligibility(facts: ApplicationFacts, terms: Terms) -> tuple[Finding, ...]:
    """Every reason against entry, in the order of the rules; empty when there is none.

    A loan above a limit is refused whole, not covered in part (H.19). An amount equal to a
    limit passes (H.28).
    """
    return tuple(finding for check in CHECKS for finding in check(facts, terms))


def _amount(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    cap = terms.loan_cap_fen
    if cap is not None and facts.amount_fen > cap:
        yield _above(
            "loan-over-cap",
            "loan_cap",
            terms,
            "单笔贷款",
            "The loan",
            facts.amount_fen,
            cap,
            "/amount",
        )
    floor = terms.loan_floor_fen
    if floor is not None and facts.amount_fen < floor:
        yield Finding(
            "loan-under-floor", terms.source("loan_floor"),
            f"贷款 {group_fen(facts.amount_fen)} 元低于下限 {group_fen(floor)} 元",
            f"The loan of {group_fen(facts.amount_fen)} is below the floor of {group_fen(floor)}.",
            {"amount": group_fen(facts.amount_fen), "floor": group_fen(floor)}, "/amount",
        )  # fmt: skip


def _amount_by_tier(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    rule = terms.loan_cap_by
    if rule is None:
        return
    known = {"revenue": facts.revenue_fen, "loan_amount": facts.amount_fen}
    value = known.get(rule.by)
    if value is None:
        yield _unstated(rule.by, "loan_cap_by", terms)
        return
    for tier in rule.tiers:
        if tier.when.holds(value):
            if facts.amount_fen > tier.amount_fen:
                yield _above(
                    "loan-over-tier-cap", "loan_cap_by", terms, "贷款（按营业收入分档）",
                    "The loan (by tier)", facts.amount_fen, tier.amount_fen, "/amount",
                )  # fmt: skip
            return
    yield Finding(
        "no-tier-fits", terms.source("loan_cap_by"),
        f"{rule.by} 为 {group_fen(value)} 元，不属于任何一档",
        f"With {rule.by} of {group_fen(value)} no tier fits.", {rule.by: group_fen(value)},
    )  # fmt: skip


def _borrower(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    if terms.borrower_cap_fen is not None:
        if facts.covered_balance_fen is None:
            yield _unstated("covered_balance", "borrower_cap", terms)
        elif (together := facts.covered_balance_fen + facts.amount_fen) > terms.borrower_cap_fen:
            yield _above(
                "borrower-over-cap", "borrower_cap", terms, "企业在本项目的余额",
                "The firm's balance in the programme", together, terms.borrower_cap_fen, "/amount",
            )  # fmt: skip
    if terms.borrower_debt_cap_fen is not None:
        if facts.total_debt_fen is None:
            yield _unstated("total_debt", "borrower_debt_cap", terms)
        elif (debts := facts.total_debt_fen + facts.amount_fen) > terms.borrower_debt_cap_fen:
            yield _above(
                "debt-over-cap", "borrower_debt_cap", terms, "企业全部贷款", "All loans of the firm",
                debts, terms.borrower_debt_cap_fen, "/amount",
            )  # fmt: skip
    if terms.revenue_cap_fen is not None:
        if facts.revenue_fen is None:
            yield _unstated("revenue", "revenue_cap", terms)
        elif facts.revenue_fen > terms.revenue_cap_fen:
            yield _above(
                "revenue-over-cap", "revenue_cap", terms, "年营业收入", "The yearly revenue",
                facts.revenue_fen, terms.revenue_cap_fen, "/borrower",
            )  # fmt: skip
    if terms.one_live_project:
        if facts.live_projects is None:
            yield _unstated("live_projects", "one_live_project", terms)
        elif facts.live_projects > 0:
            yield Finding(
                "another-live-project", terms.source("one_live_project"),
                "企业已有一笔在池贷款", "The firm already has a live loan in the pool.",
                {"live_projects": str(facts.live_projects)}, "/borrower",
            )  # fmt: skip


def _standing(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    if terms.in_territory and not facts.in_territory:
        yield Finding(
            "not-in-territory", terms.source("in_territory"), "企业不在本地注册",
            "The firm is not registered in the territory.", {}, "/borrower",
        )  # fmt: skip
    if terms.sme_only and not facts.is_sme:
        yield Finding(
            "not-an-sme", terms.source("sme_only"), "企业不符合中小微企业划型标准",
            "The firm is not a small or medium one.", {}, "/borrower",
        )  # fmt: skip
    if terms.registered_months is not None:
        if facts.registered_on is None:
            yield _unstated("registered_on", "registered_months", terms)
        elif add_months(facts.registered_on, terms.registered_months) > facts.on:
            yield Finding(
                "registered-too-recently", terms.source("registered_months"),
                f"企业 {facts.registered_on} 成立，未满 {terms.registered_months} 个月",
                f"The firm was registered on {facts.registered_on}, less than "
                f"{terms.registered_months} months ago.",
                {"registered_on": str(facts.registered_on), "on": str(facts.on)}, "/borrower",
            )  # fmt: skip
    yield from on_credit_lists(terms, facts.credit_hits)
    if terms.no_other_compensation and facts.compensated_elsewhere:
        yield Finding(
            "compensated-elsewhere", terms.source("no_other_compensation"),
            "该贷款已由其他项目担保或补偿", "The loan is guaranteed or compensated elsewhere.",
        )  # fmt: skip


def on_credit_lists(terms: Terms, hits: Collection[str]) -> Iterator[Finding]:
    """That the firm stands on lists of the scheme's; `hits` are lists on which it was found."""
    for name in terms.credit_lists:
        if name in hits:
            words = CREDIT_LISTS[name]
            yield Finding(
                f"on-list-{name.replace('_', '-')}", terms.source("credit_lists"),
                f"企业列入：{words.zh}", f"The firm is on a list: {words.en}.",
                {"list": name}, "/borrower",
            )  # fmt: skip


def _loan(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    if terms.tenor_months is not None and facts.tenor_months > terms.tenor_months:
        yield Finding(
            "tenor-too-long", terms.source("tenor_months"),
            f"期限 {facts.tenor_months} 个月，最长 {terms.tenor_months} 个月",
            f"A tenor of {facts.tenor_months} months; the longest is {terms.tenor_months}.",
            {"tenor_months": str(facts.tenor_months), "most": str(terms.tenor_months)},
            "/tenor_months",
        )  # fmt: skip
    if terms.rate_cap is not None:
        highest = highest_rate_bp(terms.rate_cap, facts.on)
        if facts.rate_bp > highest:
            yield Finding(
                "rate-too-high", terms.source("rate_cap"),
                f"利率 {percent(Fraction(facts.rate_bp, 10_000))}，上限 {percent(highest / 10_000)}",
                f"A rate of {percent(Fraction(facts.rate_bp, 10_000))}; the highest is "
                f"{percent(highest / 10_000)}.",
                {"rate_bp": str(facts.rate_bp), "most_bp": str(highest)}, "/annual_rate_bp",
            )  # fmt: skip
    if terms.purposes and facts.purpose not in terms.purposes:
        named = "、".join(PURPOSES[purpose].zh for purpose in terms.purposes)
        yield Finding(
            "purpose-not-permitted", terms.source("purposes"), f"用途不符，仅限：{named}",
            f"The purpose is not one of: {', '.join(terms.purposes)}.",
            {"purpose": facts.purpose}, "/purpose",
        )  # fmt: skip
    for document in terms.documents:
        if document not in facts.documents:
            words = DOCUMENTS[document]
            yield Finding(
                "document-missing", terms.source("documents"), f"缺少材料：{words.zh}",
                f"A document is missing: {words.en}.", {"document": document}, "/documents",
            )  # fmt: skip


def _above(
    code: str, rule: str, terms: Terms, zh: str, en: str, value: int, most: int, pointer: str
) -> Finding:
    return Finding(
        code, terms.source(rule),
        f"{zh} {group_fen(value)} 元超过上限 {group_fen(most)} 元",
        f"{en} of {group_fen(value)} is above the limit of {group_fen(most)}.",
        {"value": group_fen(value), "most": group_fen(most)}, pointer,
    )  # fmt: skip


def _unstated(what: str, rule: str, terms: Terms) -> Finding:
    return Finding(
        f"{what.replace('_', '-')}-not-stated", terms.source(rule),
        f"未提供判断所需的事实：{what}", f"A fact that the rule needs is not stated: {what}.",
        {"fact": what},
    )  # fmt: skip


CHECKS: tuple[Callable[[ApplicationFacts, Terms], Iterator[Finding]], ...] = (
    _amount,
    _amount_by_tier,
    _borrower,
    _standing,
    _loan,
    pledge_findings,
)
"""The checks in the order in which their findings are listed."""
