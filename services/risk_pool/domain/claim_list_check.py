"""Whether a firm's standing on lists of dishonest or abnormal firms stands against a claim."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.risk_pool.domain.claim_check import Check, Result, Situation
from services.risk_pool.domain.listed import Listed
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import CREDIT_LISTS


def check_lists(at: Situation) -> Iterator[Check]:
    """What is known of the firm's standing on lists.

    It stands against the claim where the scheme says so (`claim_credit_lists`). Where the firm stood
    on a list of the entry rules (`credit_lists`) when its loan was approved or paid out, and that
    became known later, the bank stands by its claim all the same, and the reviewer sees it.
    """
    terms, loan, day = at.terms, at.loan, at.filed.stated_on
    known = [one for one in loan.listed if one.is_the_firms]
    excluded = [
        one for one in known if one.list_name in terms.claim_credit_lists and one.counts(day)
    ]
    entry_days = [one for one in (loan.approved_on, loan.disbursed_on) if one is not None]
    at_entry = [one for one in known if _was_no_entry(one, terms, entry_days)]
    rule = "claim_credit_lists" if terms.claim_credit_lists else "credit_lists"
    result: Result
    if excluded:
        result, named = "fail", excluded
        zh, en = (
            "企业列入方案规定不予补偿的名单",
            "The firm stands on a list that excludes the claim",
        )
    elif at_entry:
        result, named, rule = "confirm", at_entry, "credit_lists"
        zh = "批准或放款时企业已列入方案规定的名单（事后获知）"
        en = "The firm stood on a list of the scheme's when the loan was approved or paid out"
    elif known:
        result, named = "pass", known
        zh = "企业曾列入或已列入名单；按方案不影响本次补偿"
        en = (
            "The firm stands or stood on lists; by the scheme that does not stand against the claim"
        )
    else:
        result, named = "pass", []
        zh, en = "未获知企业列入名单", "The firm is not known to stand on any list"
    yield _row(result, zh, en, named, article=terms.source(rule))


def _was_no_entry(one: Listed, terms: Terms, days: Sequence[date]) -> bool:
    return one.list_name in terms.credit_lists and any(
        one.counts(day, lookback_years=terms.lookback_years) for day in days
    )


def _row(result: Result, zh: str, en: str, named: Sequence[Listed], *, article: str) -> Check:
    words = [(one, CREDIT_LISTS[one.list_name]) for one in named]
    told_zh = "；".join(f"{word.zh}，{_days(one)}" for one, word in words)
    told_en = "; ".join(f"{word.en}, {_days(one)}" for one, word in words)
    return Check(
        code="firm-listed",
        result=result,
        zh=f"{zh}：{told_zh}" if named else zh,
        en=f"{en}: {told_en}." if named else f"{en}.",
        evidence={
            f"{one.list_name}:{one.listed_on}": f"{one.source} {one.list_date}" for one in named
        },
        article=article,
        field="/loan_id",
    )


def _days(one: Listed) -> str:
    return f"{one.listed_on} — {one.ended_on or ''}".strip()
