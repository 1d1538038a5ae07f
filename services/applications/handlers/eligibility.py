"""A case is judged again on the day of its approval and on that of its disbursement."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.applications.domain.checklist import JUDGED_IN
from services.applications.domain.listed_firms import matches_unsaid, told_by_the_register
from services.applications.domain.lists_checked import ListChecked, hits, not_checked
from services.applications.domain.submission import Surroundings
from services.applications.handlers.case_in_hand import CaseInHand, terms_or_none
from services.applications.handlers.paper_checklist import against_papers
from services.applications.handlers.submission import reasons_against
from services.applications.queries.listed import register_of
from services.applications.queries.submitted import submitted
from services.applications.queries.surroundings import surroundings
from shared.postgres.published_schemes import terms_on
from shared.refusals import Refused
from shared.schemes.decide.eligibility import on_credit_lists
from shared.schemes.decide.findings import Finding


class NoLongerEligible(Refused):
    """What held when the case was submitted holds no longer; `findings` says what, all of it."""

    code = "no-longer-eligible"


async def must_still_be_eligible(
    case: CaseInHand,
    *,
    on: date,
    lists_checked: Sequence[ListChecked],
    matures_on: date | None = None,
    decides: bool = False,
) -> tuple[ListChecked, ...]:
    """Ask every rule again, by the terms and values of a day. Raises NoLongerEligible, also where a
    list of the scheme was not looked at recently enough. The answer are all looks that counted:
    those that somebody has made, and those of the register.

    `lists_checked` are the lists that were looked at, `matures_on` is the maturity of what is paid
    out. `decides`: the bureau speaks for the firm, so that of no possible match it is unsaid
    whether it is this one. A pool stopped or a bank suspended after the day was no hindrance on it.
    """
    row = case.row
    asked = await submitted(case.conn, row)
    known = await surroundings(
        case.conn, asked, bank_code=row["bank_code"], except_case=row["id"], today=on
    )
    assert known.around is not None, "a case has a pool"
    around = replace(
        _as_of(known.around, on), credit_hits=hits(lists_checked), matures_on=matures_on
    )
    terms = await terms_on(case.conn, known.programme, on, row["mode"])
    looks = (*lists_checked, *around.register.looks(terms, on=on))
    papers = asked.documents if row["state"] in JUDGED_IN else ()
    against = (
        *await reasons_against(case.conn, asked, around, programme=known.programme),
        *await against_papers(case.conn, row, papers, today=on),
        *not_checked(looks, terms, on=on),
        *(matches_unsaid(around.register, terms, on=on) if decides else ()),
    )
    _require_nothing(against, on=on)
    return looks


async def must_not_be_listed(case: CaseInHand) -> tuple[ListChecked, ...]:
    """Nobody recommends a firm that stands on a list of the scheme, or of which it is unsaid whether
    it does. The answer are the register's looks. Raises NoLongerEligible."""
    row, today = case.row, case.today
    terms = await terms_or_none(case.conn, row["programme"], row["mode"], today)
    if terms is None or not terms.credit_lists:
        return ()
    asked = await submitted(case.conn, row)
    register = await register_of(case.conn, asked.borrower, today=today)
    on_lists = (one for one in on_credit_lists(terms, set(register.hits(terms, on=today))))
    against = (
        *told_by_the_register(on_lists, register, terms, on=today),
        *matches_unsaid(register, terms, on=today),
    )
    _require_nothing(against, on=today)
    return register.looks(terms, on=today)


def _require_nothing(against: Sequence[Finding], *, on: date) -> None:
    if not against:
        return
    raise NoLongerEligible(
        "按当日规则和数据，本申请已不符合条件：" + "；".join(one.zh for one in against),
        "By the rules and values of the day the case is not eligible any more: "
        + " ".join(one.en for one in against),
        on=str(on),
        findings=[one.as_data() for one in against],
    )


def _as_of(around: Surroundings, on: date) -> Surroundings:
    stopped, suspended = around.pool_stopped_on, around.bank_suspended_on
    return replace(
        around,
        pool_stopped_on=stopped if stopped is not None and stopped <= on else None,
        bank_suspended_on=suspended if suspended is not None and suspended <= on else None,
    )
