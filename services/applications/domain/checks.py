"""The machine's checks of a case: a list of small rules, all of them asked, all reasons told.

What a programme allows (kinds, caps, tenor, rate, purpose, documents, valuation) its scheme file
says, and shared/schemes checks. Here stands what holds in every programme.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from services.applications.domain.combined_checks import other_collateral_is_stated
from services.applications.domain.filing_checks import paid_out_loan_is_possible
from services.applications.domain.pledgor_checks import pledgors_have_agreed
from services.applications.domain.renewal import may_be_renewed
from services.applications.domain.submission import (
    Collateral,
    RightKey,
    Submission,
    Surroundings,
)
from shared import canonical
from shared.months import add_months
from shared.ratios import percent
from shared.schemes.decide.findings import Finding
from shared.schemes.sources import in_words

Check = Callable[[Submission, Surroundings], Iterator[Finding]]

LONGEST_VALUATION_AGE_MONTHS: Final = 12
"""A valuation report is good for a year from its base day; assumed for internal ones, too."""

ORDER: Final = "受理规则"
"""The source of what is asked by plain sense, in no programme's article."""

_DESIGN_TERM_CHANGED_ON: Final = date(2021, 6, 1)
_PATENT_LAW: Final = "专利法（2020）第四十二条"


def findings(case: Submission, around: Surroundings) -> tuple[Finding, ...]:
    """Every reason against a case that does not depend on its programme, in the table's order."""
    return tuple(finding for check in CHECKS for finding in check(case, around))


def pool_is_open(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A pool takes entries from its opening day, and none while it is stopped."""
    if around.today < around.pool_opened_on:
        yield Finding(
            code="pool-not-yet-open",
            source=ORDER,
            zh=f"{around.pool_name}自 {around.pool_opened_on} 起受理",
            en=f"The pool takes entries from {around.pool_opened_on}.",
            field="/pool_code",
            evidence={"opened_on": str(around.pool_opened_on), "today": str(around.today)},
        )
    if around.pool_stopped_on is not None:
        yield Finding(
            code="pool-stopped",
            zh=f"{around.pool_name}自 {around.pool_stopped_on} 起不再新增入库（余额低于停止线、依决定暂停或已进入清算期）",
            en=f"The pool has taken no new entries since {around.pool_stopped_on}.",
            source="资金池熔断",
            field="/pool_code",
            evidence={"stopped_on": str(around.pool_stopped_on)},
        )


def bank_is_in_good_standing(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A bank over its line of bad loans may enter no new ones."""
    if around.bank_suspended_on is not None:
        yield Finding(
            code="bank-suspended",
            zh=f"贵行在{around.pool_name}自 {around.bank_suspended_on} 起因不良率超限暂停入库",
            en=f"Your bank's entries have been suspended since {around.bank_suspended_on}.",
            source="合作银行熔断",
            field="/pool_code",
            evidence={"suspended_on": str(around.bank_suspended_on)},
        )


def firm_exists_already(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A firm cannot be registered on a day to come."""
    if case.borrower.registered_on > around.today:
        yield Finding(
            code="registered-in-future",
            source=ORDER,
            zh="企业成立日期晚于今日",
            en="The firm's day of registration lies ahead.",
            field="/borrower/registered_on",
            evidence={"registered_on": str(case.borrower.registered_on)},
        )


def ip_share_does_not_contradict(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """Without other collateral IP is pledged for the whole loan (H.7)."""
    if not case.has_other_collateral and case.ip_share not in (None, 1):
        by_amount = case.ip_amount_fen is not None and case.ip_amount_fen < case.amount_fen
        yield Finding(
            code="ip-share-contradicts",
            source=in_words("H.7"),
            zh="未提供其他担保的贷款，知识产权部分占比应为 100%",
            en="Without other collateral the IP share is the whole.",
            field="/ip_amount" if by_amount else "/ip_share_bp",
            evidence={"ip_share": percent(case.ip_share)},
        )


def rights_are_named_once(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """The same right cannot secure one loan twice."""
    seen: dict[RightKey, int] = {}
    for index, item in enumerate(case.collateral):
        first = seen.setdefault(item.key, index)
        if first != index:
            yield Finding(
                code="right-named-twice",
                source=ORDER,
                zh=f"{item.key.number} 在本申请中重复出现",
                en=f"{item.key.number} is named twice in this application.",
                field=f"/collateral/{index}/number",
                evidence={"first": f"/collateral/{first}"},
            )


def rights_are_free(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A right pledged in another live case is taken; whose case it is, is nobody's business."""
    for index, item in enumerate(case.collateral):
        if item.key in around.held_rights:
            yield Finding(
                code="right-already-pledged",
                zh=f"{item.key.number} 已在另一笔在办申请或贷款中出质",
                en=f"{item.key.number} is already pledged in another live case.",
                source="专利权质押登记办法：已经质押且仍在质押期的不予登记",
                field=f"/collateral/{index}/number",
                evidence={"number": item.key.number},
            )


def rights_are_in_force(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A right that has ended, or was not yet filed, is nothing to pledge."""
    for index, item in enumerate(case.collateral):
        if item.has_old_number:
            yield Finding(
                code="right-ended",
                zh=f"{item.key.number} 为 2003 年 10 月前的专利，保护期已届满",
                en=f"{item.key.number} is from before October 2003; its term is over.",
                source=_PATENT_LAW,
                field=f"/collateral/{index}/number",
                evidence={"number": item.key.number},
            )
        elif item.expires_on < around.today:
            yield Finding(
                code="right-ended",
                zh=f"{item.key.number} 已于 {item.expires_on} 届满",
                en=f"{item.key.number} ended on {item.expires_on}.",
                source="专利权质押登记办法：专利权已终止的不予登记",
                field=f"/collateral/{index}/expires_on",
                evidence={"expires_on": str(item.expires_on), "today": str(around.today)},
            )
        if item.filed_on > around.today:
            yield Finding(
                code="right-filed-in-future",
                source=ORDER,
                zh="申请（注册）日期晚于今日",
                en="The day of filing lies ahead.",
                field=f"/collateral/{index}/filed_on",
                evidence={"filed_on": str(item.filed_on)},
            )


def terms_are_lawful(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A patent cannot last longer than the law lets it, nor be filed after its own number's year.

    An invention's term may be compensated (art. 42 ¶2–3), so it is given five years more.
    """
    for index, item in enumerate(case.collateral):
        if not item.is_patent or item.has_old_number:
            continue
        latest = add_months(item.filed_on, 12 * _longest_term_years(item))
        if item.expires_on > latest:
            yield Finding(
                code="term-beyond-law",
                zh=f"到期日晚于法定期限（自申请日起算最迟 {latest}）",
                en=f"The right cannot last beyond {latest}, counted from its filing.",
                source=_PATENT_LAW,
                field=f"/collateral/{index}/expires_on",
                evidence={"filed_on": str(item.filed_on), "expires_on": str(item.expires_on)},
            )
        if item.number_year is not None and item.filed_on.year > item.number_year:
            yield Finding(
                code="filed-after-number",
                zh="申请日晚于专利号所示年份",
                en="The day of filing is later than the year in the patent's number.",
                source="ZC 0006—2003",
                field=f"/collateral/{index}/filed_on",
                evidence={"number": item.key.number, "filed_on": str(item.filed_on)},
            )
        if item.expires_on <= item.filed_on:
            yield Finding(
                code="term-ends-before-it-begins",
                source=ORDER,
                zh="到期日不晚于申请日",
                en="The right ends before it begins.",
                field=f"/collateral/{index}/expires_on",
                evidence={"filed_on": str(item.filed_on), "expires_on": str(item.expires_on)},
            )


def _longest_term_years(item: Collateral) -> int:
    if item.key.kind == "design":
        return 15 if item.filed_on >= _DESIGN_TERM_CHANGED_ON else 10
    return {"invention": 25, "utility_model": 10}[item.key.kind]


def borrower_owns_the_rights(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """Who pledges a right must be its registered owner."""
    for index, item in enumerate(case.collateral):
        if item.pledgors:
            continue  # Its owners are looked for among them (`pledgors_have_agreed`).
        by_code = item.owner_uscc is not None
        same = (
            item.owner_uscc == case.borrower.uscc
            if by_code
            else canonical.name(item.owner_name) == case.borrower.name_canonical
        )
        if not same:
            yield Finding(
                code="owner-is-not-borrower",
                zh=f"{item.key.number} 的权利人与借款企业不一致",
                en=f"The borrower is not the registered owner of {item.key.number}.",
                source="专利权质押登记办法：出质人非登记的专利权人的不予登记",
                field=f"/collateral/{index}/{'owner_uscc' if by_code else 'owner_name'}",
                evidence={
                    "owner": item.owner_uscc or item.owner_name,
                    "borrower": case.borrower.uscc if by_code else case.borrower.name,
                },
            )


def valuations_are_fresh(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A valuation is at most a year old, and not from a day to come."""
    for index, item in enumerate(case.collateral):
        valued_on = item.valuation.valued_on
        if valued_on > around.today:
            yield Finding(
                code="valued-in-future",
                source=ORDER,
                zh="评估基准日晚于今日",
                en="The valuation's day lies ahead.",
                field=f"/collateral/{index}/valuation/valued_on",
                evidence={"valued_on": str(valued_on)},
            )
        elif add_months(valued_on, LONGEST_VALUATION_AGE_MONTHS) < around.today:
            yield Finding(
                code="valuation-stale",
                zh=f"评估结论已超过一年有效期（基准日 {valued_on}）",
                en=f"The valuation of {valued_on} is older than a year.",
                source="资产评估报告使用有效期一年（假定）",
                field=f"/collateral/{index}/valuation/valued_on",
                evidence={"valued_on": str(valued_on), "today": str(around.today)},
            )


CHECKS: Final[tuple[Check, ...]] = (
    pool_is_open,
    bank_is_in_good_standing,
    firm_exists_already,
    ip_share_does_not_contradict,
    other_collateral_is_stated,
    may_be_renewed,
    rights_are_named_once,
    rights_are_free,
    rights_are_in_force,
    terms_are_lawful,
    borrower_owns_the_rights,
    pledgors_have_agreed,
    valuations_are_fresh,
    paid_out_loan_is_possible,
)
