"""A case is judged again on the day of its approval and on that of its disbursement."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.applications.domain.checklist import JUDGED_IN
from services.applications.domain.lists_checked import ListChecked, hits, not_checked
from services.applications.domain.submission import Surroundings
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.paper_checklist import against_papers
from services.applications.handlers.submission import reasons_against
from services.applications.queries.submitted import submitted
from services.applications.queries.surroundings import surroundings
from shared.postgres.published_schemes import terms_on
from shared.refusals import Refused


class NoLongerEligible(Refused):
    """What held when the case was submitted holds no longer; `findings` says what, all of it."""

    code = "no-longer-eligible"


async def must_still_be_eligible(
    case: CaseInHand,
    *,
    on: date,
    lists_checked: Sequence[ListChecked],
    matures_on: date | None = None,
) -> None:
    """Ask every rule again, by the terms and values of a day. Raises NoLongerEligible, also where a
    list of the scheme was not looked at recently enough.

    `lists_checked` are the lists that were looked at, `matures_on` is the maturity of what is paid
    out. A pool stopped or a bank suspended after the day was no hindrance on it.
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
    papers = asked.documents if row["state"] in JUDGED_IN else ()
    against = (
        *await reasons_against(case.conn, asked, around, programme=known.programme),
        *await against_papers(case.conn, row, papers, today=on),
        *not_checked(lists_checked, terms, on=on),
    )
    if against:
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
