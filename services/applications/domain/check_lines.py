"""Every check of a case, passed or failed, with the figures compared: what a decision rests on.

The checks themselves tell only what speaks against a case. Here each has a line, with the codes of
the findings that it may make; a finding that no line knows has one of its own, so none is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from services.applications.domain.checks import LONGEST_VALUATION_AGE_MONTHS, ORDER
from services.applications.domain.filing_checks import PLEDGE, RULES
from services.applications.domain.pledgor import CONSENT_SOURCE
from services.applications.domain.ranks import LAW, later_rights, rank_behind, room_of
from services.applications.domain.submission import Submission, Surroundings
from shared.money import group_fen
from shared.ratios import WHOLE_BP, percent
from shared.refusals import Refused
from shared.schemes.decide.application import ApplicationFacts
from shared.schemes.decide.filing import filing_term
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.lpr import highest_rate_bp
from shared.schemes.sources import in_words
from shared.schemes.terms import Terms

Figure = tuple[str, str, str]
"""What it is, in Chinese and English, and how much."""

_NONE: Final = ("无", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check."""

    zh: str
    en: str
    codes: frozenset[str]
    source: str = ORDER
    figures: tuple[Figure, ...] = ()
    against: tuple[Finding, ...] = field(default=())
    """What it found; nothing: it is passed."""

    def as_data(self) -> dict[str, Any]:
        """As it is kept with the decision."""
        return {
            "zh": self.zh,
            "en": self.en,
            "source": self.source,
            "passed": not self.against,
            "figures": [{"zh": zh, "en": en, "value": value} for zh, en, value in self.figures],
            "against": [{"code": one.code, "zh": one.zh, "en": one.en} for one in self.against],
        }


def check_lines(
    case: Submission,
    around: Surroundings,
    facts: ApplicationFacts | None,
    terms: Terms | None,
    findings: Sequence[Finding],
) -> tuple[CheckLine, ...]:
    """The lines of all checks that were asked, each with what it found; `terms` is None where no
    programme is in force, which is a finding."""
    lines = [*_everywhere(case, around)]
    if terms is not None and facts is not None:
        lines += [
            *_of_the_filing(case, around, terms),
            *_of_ranks(case, around, terms),
            *_of_amounts(facts, terms),
            *_of_the_firm(facts, terms),
            *_of_the_loan(facts, terms),
        ]
    known = frozenset[str]().union(*(line.codes for line in lines))
    found = [
        CheckLine(
            zh=line.zh, en=line.en, codes=line.codes, source=line.source, figures=line.figures,
            against=tuple(one for one in findings if one.code in line.codes),
        )
        for line in lines
    ]  # fmt: skip
    alone = [
        CheckLine(
            zh=one.zh, en=one.en, codes=frozenset({one.code}), source=one.source,
            figures=tuple((name, name, value) for name, value in one.evidence.items()),
            against=(one,),
        )
        for one in findings
        if one.code not in known
    ]  # fmt: skip
    return (*found, *alone)


def _line(
    zh: str, en: str, *codes: str, source: str = ORDER, figures: Sequence[Figure] = ()
) -> CheckLine:
    return CheckLine(
        zh=zh, en=en, codes=frozenset(codes), source=source or ORDER, figures=tuple(figures)
    )


def _everywhere(case: Submission, around: Surroundings) -> Iterator[CheckLine]:
    """What holds in every programme."""
    rights = len(case.collateral)
    oldest = min((one.valuation.valued_on for one in case.collateral), default=None)
    yield _line("资金池开放", "The pool is open", "pool-not-yet-open", "pool-stopped",
                figures=[("开立日", "opened", str(around.pool_opened_on)),
                         ("核对日", "on", str(around.today))])  # fmt: skip
    yield _line("银行未被暂停", "The bank is in good standing", "bank-suspended",
                source="合作银行熔断")  # fmt: skip
    yield _line("企业成立日期", "The firm exists", "registered-in-future",
                figures=[("成立日", "registered", str(case.borrower.registered_on))])  # fmt: skip
    if case.ip_share is not None:
        yield _line("知识产权占比与担保方式一致", "The IP share fits the collateral",
                    "ip-share-contradicts", source=in_words("H.7"),
                    figures=[("占比", "share", percent(case.ip_share))])  # fmt: skip
    if case.has_other_collateral or case.other_collateral:
        others = sum(one.amount_fen for one in case.other_collateral)
        yield _line("其他担保逐项填写", "Other collateral is named with its amounts",
                    "other-collateral-not-stated", "other-collateral-contradicts",
                    "collateral-below-loan", source=in_words("H.7"),
                    figures=[("其他担保", "others", group_fen(others)),
                             ("贷款金额", "loan", group_fen(case.amount_fen))])  # fmt: skip
    if around.renewed is not None:
        yield _line("所续贷款", "The loan that is renewed", "renewed-in-other-pool",
                    "renewed-of-other-firm", "renewed-not-live", "renewed-already",
                    "renewed-chain-open", source="决策 0020",
                    figures=[("所续申请", "renews", around.renewed.number),
                             ("余额", "rest", group_fen(around.renewed.rest_fen))])  # fmt: skip
    yield _line("权利未重复、未在他案出质", "The rights are named once and free",
                "right-named-twice", "right-already-pledged",
                figures=[("权利", "rights", str(rights)),
                         ("他案占用", "held elsewhere", str(len(around.held_rights)))])  # fmt: skip
    yield _line("权利在有效期内、期限合法", "The rights are in force, their terms lawful",
                "right-ended", "right-filed-in-future", "term-beyond-law", "filed-after-number",
                "term-ends-before-it-begins",
                figures=[("最早届满", "first to end",
                          str(min((one.expires_on for one in case.collateral), default="")))])  # fmt: skip
    yield _line("权利人", "Who owns the rights", "owner-is-not-borrower",
                figures=[("借款企业", "borrower", case.borrower.name)])  # fmt: skip
    if case.further_pledgors or around.co_owners:
        yield _line("出质人同意", "Every pledgor has agreed", "owner-not-pledgor",
                    "pledgor-named-twice", "pledgor-shares-not-whole", "pledgor-is-not-borrower",
                    "pledgor-consent-missing", "pledgor-consent-not-on-case",
                    "co-owner-not-pledgor", source=CONSENT_SOURCE,
                    figures=[("其他出质人", "further pledgors",
                              str(len(case.further_pledgors)))])  # fmt: skip
    yield _line("评估在有效期内", "The valuations are fresh", "valuation-stale",
                "valued-in-future",
                figures=[("最早评估日", "oldest", str(oldest or _NONE[0])),
                         ("有效月数", "months valid", str(LONGEST_VALUATION_AGE_MONTHS))])  # fmt: skip


def _of_the_filing(case: Submission, around: Surroundings, terms: Terms) -> Iterator[CheckLine]:
    """Of a loan that is filed after it was paid out: in its term, and where it stands."""
    paid = case.paid_out
    if paid is None:
        return
    term = filing_term(
        disbursed_on=paid.disbursed_on, signed_on=paid.signed_on, terms=terms,
        working_days=around.working_days,
    )  # fmt: skip
    yield _line("在备案期限内", "Filed in its term", "filed-late", "paid-out-before-approval",
                source=term.source,
                figures=[("起算日", "counted from", str(term.begins_on)),
                         ("期限", "last day", str(term.last_day)),
                         ("备案日", "filed", str(around.filed_on or around.today))])  # fmt: skip
    yield _line("放款和余额", "The loan as it was paid out and stands",
                "paid-out-before-contract", "paid-out-in-future", "paid-out-before-pool",
                "maturity-beyond-tenor", "matured-before-entry", "loan-no-used",
                "more-than-was-lent", "position-not-of-the-loan", "position-too-old",
                "overdue-before-entry", source=RULES,
                figures=[("放款日", "paid out", str(paid.disbursed_on)),
                         ("余额", "owed", group_fen(paid.outstanding_fen)),
                         ("余额日期", "as of", str(paid.as_of)),
                         ("逾期天数", "days overdue", str(paid.overdue_days))])  # fmt: skip
    yield _line("质押已登记", "The pledges are registered", "right-not-registered",
                "registered-outside-loan", source=PLEDGE,
                figures=[("权利", "rights", str(len(case.collateral)))])  # fmt: skip


def _of_ranks(case: Submission, around: Surroundings, terms: Terms) -> Iterator[CheckLine]:
    """Of rights behind an earlier pledge: in which rank, and what of their value is left to count."""
    later = later_rights(around)
    if later:
        yield _line("后顺位质权的剩余价值", "What is left of rights in a later rank",
                    "no-value-behind-earlier-rank", source=terms.source("later_ranks") or LAW,
                    figures=[(f"{item.number} 第 {rank_behind(later[item.key])} 顺位可计",
                              f"{item.number} counts in rank {rank_behind(later[item.key])}",
                              group_fen(room_of(item, later[item.key], terms)))
                             for item in case.collateral if item.key in later])  # fmt: skip


def _of_amounts(facts: ApplicationFacts, terms: Terms) -> Iterator[CheckLine]:
    amount = ("贷款金额", "loan", group_fen(facts.amount_fen))
    if terms.loan_cap_fen is not None:
        yield _line("单笔上限", "Largest loan", "loan-over-cap", source=terms.source("loan_cap"),
                    figures=[amount, ("上限", "most", group_fen(terms.loan_cap_fen))])  # fmt: skip
    if terms.loan_floor_fen is not None:
        yield _line("单笔下限", "Smallest loan", "loan-under-floor",
                    source=terms.source("loan_floor"),
                    figures=[amount, ("下限", "least", group_fen(terms.loan_floor_fen))])  # fmt: skip
    if terms.loan_cap_by is not None:
        yield _line("分档上限", "Largest loan by tier", "loan-over-tier-cap", "no-tier-fits",
                    source=terms.source("loan_cap_by"), figures=[amount])  # fmt: skip
    if terms.borrower_cap_fen is not None:
        balance = facts.covered_balance_fen or 0
        yield _line("单户余额", "The firm's balance", "borrower-over-cap",
                    "covered-balance-not-stated", source=terms.source("borrower_cap"),
                    figures=[amount, ("已有余额", "balance", group_fen(balance)),
                             ("上限", "most", group_fen(terms.borrower_cap_fen))])  # fmt: skip
    for value, most, rule, zh, en, codes in (
        (facts.total_debt_fen, terms.borrower_debt_cap_fen, "borrower_debt_cap", "企业全部贷款",
         "All loans of the firm", ("debt-over-cap", "total-debt-not-stated")),
        (facts.revenue_fen, terms.revenue_cap_fen, "revenue_cap", "年营业收入",
         "The yearly revenue", ("revenue-over-cap", "revenue-not-stated")),
    ):  # fmt: skip
        if most is not None:
            stated = _NONE[0] if value is None else group_fen(value)
            yield _line(zh, en, *codes, source=terms.source(rule),
                        figures=[("所填", "stated", stated), ("上限", "most", group_fen(most))])  # fmt: skip


def _of_the_firm(facts: ApplicationFacts, terms: Terms) -> Iterator[CheckLine]:
    if terms.one_live_project:
        yield _line("同一企业在池笔数", "Live loans of the firm", "another-live-project",
                    "live-projects-not-stated", source=terms.source("one_live_project"),
                    figures=[("其他在池", "others", str(facts.live_projects or 0))])  # fmt: skip
    if terms.in_territory:
        yield _line("在本地注册", "Registered in the territory", "not-in-territory",
                    "contradicts-region", source=terms.source("in_territory"))  # fmt: skip
    if terms.sme_only:
        yield _line("中小微企业", "A small or medium firm", "not-an-sme",
                    source=terms.source("sme_only"))  # fmt: skip
    if terms.registered_months is not None:
        yield _line("成立月数", "Months since it was registered", "registered-too-recently",
                    "registered-on-not-stated", source=terms.source("registered_months"),
                    figures=[("成立日", "registered", str(facts.registered_on)),
                             ("至少月数", "months at least", str(terms.registered_months))])  # fmt: skip
    if terms.credit_lists:
        codes = (f"on-list-{one.replace('_', '-')}" for one in terms.credit_lists)
        yield _line("失信、异常等名单", "Lists of dishonest or abnormal firms", *codes,
                    "list-not-checked", source=terms.source("credit_lists"),
                    figures=[("名单", "lists", str(len(terms.credit_lists))),
                             ("列入", "found on", str(len(facts.credit_hits)))])  # fmt: skip


def _of_the_loan(facts: ApplicationFacts, terms: Terms) -> Iterator[CheckLine]:
    if terms.tenor_months is not None:
        yield _line("期限", "Tenor", "tenor-too-long", source=terms.source("tenor_months"),
                    figures=[("月数", "months", str(facts.tenor_months)),
                             ("最长", "most", str(terms.tenor_months))])  # fmt: skip
    if terms.rate_cap is not None:
        yield _line("利率", "Rate", "rate-too-high", source=terms.source("rate_cap"),
                    figures=[("年利率", "a year", percent(Fraction(facts.rate_bp, WHOLE_BP))),
                             ("上限", "most", _highest(facts, terms))])  # fmt: skip
    if terms.purposes:
        yield _line("用途", "Purpose", "purpose-not-permitted", source=terms.source("purposes"))
    if terms.documents:
        there = sum(one in facts.documents for one in terms.documents)
        yield _line("材料", "Papers", "document-missing", "document-refused", "document-expired",
                    source=terms.source("documents"),
                    figures=[("应交", "asked for", str(len(terms.documents))),
                             ("已交或不适用", "there or not needed", str(there))])  # fmt: skip
    if terms.ip_kinds:
        yield _line("质物种类", "Kinds of rights", "ip-kind-not-accepted", "no-collateral",
                    "not-pure-ip", source=terms.source("ip_kinds"),
                    figures=[("权利", "rights", str(len(facts.collateral)))])  # fmt: skip
    if terms.ip_share_minimum is not None:
        share = _NONE[0] if facts.ip_share is None else percent(facts.ip_share)
        yield _line("知识产权占比", "IP share", "ip-share-too-low", "ip-share-not-stated",
                    source=terms.source("ip_share_minimum"),
                    figures=[("占比", "share", share),
                             ("最低", "least", percent(terms.ip_share_minimum))])  # fmt: skip
    if terms.maturity_within_ip_expiry:
        yield _line("贷款在权利届满前到期", "The loan ends before the rights",
                    "right-ends-before-loan", source=terms.source("maturity_within_ip_expiry"),
                    figures=[("到期日", "matures", str(facts.matures_on))])  # fmt: skip
    if terms.pledge_rates:
        worth = sum(one.value_fen or 0 for one in facts.collateral)
        yield _line("质押率", "Pledge rate", "pledge-rate-exceeded", "valuation-missing",
                    source=terms.source("pledge_rates"),
                    figures=[("评估价值", "worth", group_fen(worth)),
                             ("贷款金额", "loan", group_fen(facts.amount_fen))])  # fmt: skip
    if terms.external_valuation_above_fen is not None:
        yield _line("外部评估", "External valuation", "external-valuation-needed",
                    source=terms.source("external_valuation_above"),
                    figures=[("超过", "above", group_fen(terms.external_valuation_above_fen))])  # fmt: skip


def _highest(facts: ApplicationFacts, terms: Terms) -> str:
    assert terms.rate_cap is not None
    try:
        return percent(highest_rate_bp(terms.rate_cap, facts.on) / WHOLE_BP)
    except Refused as unknown:
        return unknown.zh


def as_data(lines: Sequence[CheckLine]) -> list[Mapping[str, Any]]:
    """As they are kept with a decision."""
    return [line.as_data() for line in lines]
