"""A firm's demand for financing (融资需求): posted by the bureau, offered to banks, matched, and what
came of it.

Where it becomes a case, the case and its loan are followed by the machine; the demand ends with a
loan, or without result and then with a reason.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from services.applications.domain.life_cycle import State as CaseState
from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words
from shared.refusals import FieldFault, Refused


class State(StrEnum):
    """Where a demand stands."""

    POSTED = "posted"
    MATCHED = "matched"
    IN_CASE = "in_case"
    LENT = "lent"
    ENDED = "ended"


class Action(StrEnum):
    """What happens to a demand."""

    POST = "post"
    OFFER = "offer"
    MATCH = "match"
    PUT_BACK = "put_back"
    LINK = "link"
    LEND = "lend"
    TAKE_BACK = "take_back"
    REOPEN = "reopen"
    END = "end"


S, A = State, Action
BANK: Final = "bank_operator"
BUREAU: Final = frozenset({"reviewer", "pool_manager"})
_MACHINE: Final = frozenset({SYSTEM_ROLE})
_OUTCOME: Final = ("demand.outcome.v1",)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.LENT,
    noun=Words("融资需求", "demand"),
    moves=(
        Move(None, A.POST, S.POSTED, BUREAU),
        Move(S.POSTED, A.OFFER, S.POSTED, BUREAU),
        Move(S.POSTED, A.MATCH, S.MATCHED, BUREAU, (), ("demand.matched.v1",)),
        Move(S.POSTED, A.LINK, S.IN_CASE, BUREAU | {BANK}, (), _OUTCOME),
        Move(S.POSTED, A.END, S.ENDED, BUREAU),
        Move(S.MATCHED, A.PUT_BACK, S.POSTED, BUREAU, (), ("demand.put-back.v1",)),
        Move(S.MATCHED, A.LINK, S.IN_CASE, BUREAU | {BANK}, (), _OUTCOME),
        Move(S.MATCHED, A.END, S.ENDED, BUREAU),
        Move(S.IN_CASE, A.LEND, S.LENT, _MACHINE, (), _OUTCOME),
        Move(S.IN_CASE, A.REOPEN, S.POSTED, _MACHINE, (), _OUTCOME),
        Move(S.LENT, A.TAKE_BACK, S.IN_CASE, _MACHINE, (), _OUTCOME),
    ),
    states={
        S.POSTED: Words("已发布", "posted"),
        S.MATCHED: Words("已对接", "matched"),
        S.IN_CASE: Words("已转为申请", "a case"),
        S.LENT: Words("已放款", "lent"),
        S.ENDED: Words("未成功，已结束", "ended without result"),
    },
    actions={
        A.POST: Words("发布", "posted"),
        A.OFFER: Words("推送银行", "offered"),
        A.MATCH: Words("确定对接", "matched"),
        A.PUT_BACK: Words("退回重新对接", "put back"),
        A.LINK: Words("关联申请", "linked with a case"),
        A.LEND: Words("放款", "lent"),
        A.TAKE_BACK: Words("放款撤销", "taken back"),
        A.REOPEN: Words("申请未成，重新对接", "reopened"),
        A.END: Words("结束", "ended"),
    },
    waits={
        S.POSTED: Wait(
            roles=(BANK, "reviewer"), words=Words("银行答复、主管部门对接", "answers and a match")
        ),
        S.MATCHED: Wait(roles=(BANK,), words=Words("银行提交申请", "the bank's application")),
        S.IN_CASE: Wait(roles=(SYSTEM_ROLE,), words=Words("申请办理", "the case to be decided")),
        S.LENT: Wait(roles=(SYSTEM_ROLE,), words=Words("无需办理", "nothing")),
    },
)

OPEN: Final = frozenset({S.POSTED, S.MATCHED, S.IN_CASE})
"""Something may still come of it."""
MAY_BECOME_CASE: Final = frozenset(LIFE_CYCLE.sources_of(A.LINK))
CASE_CAME_TO_NOTHING: Final = frozenset(
    {CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.EXPIRED}
)


class NotTakenUp(Refused):
    """A demand is given only to a bank whose last word is that it takes it up."""

    code = "not-taken-up"


class AnswersOver(Refused):
    """The demand waits for answers no longer."""

    code = "answers-over"


class OfAnotherBank(Refused):
    """The demand was given to another bank."""

    code = "demand-of-another-bank"


class CaseOfAnotherFirm(Refused):
    """The case is not one of the firm whose demand it is."""

    code = "case-of-another-firm"


class CaseAnswersAnother(Refused):
    """The case is the outcome of another demand, or has come to nothing."""

    code = "case-answers-another"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandPosted:
    """A demand as the bureau enters it."""

    uscc: str
    firm_name: str
    park_code: str = ""
    industry: str = ""
    amount_fen: int
    term_months: int
    purpose: str
    note: str = ""
    rights: tuple[dict[str, Any], ...] = ()
    """What could be pledged: kind, number, name."""
    contact_name: str
    contact_phone: str
    to_all_banks: bool = False
    banks: tuple[str, ...] = ()
    answer_by: date | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """By what a row of a survey is known again."""
        return (self.uscc, self.amount_fen, self.term_months, self.purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """What a bank says to an offer."""

    takes_up: bool
    reason: str = ""
    quote_amount_fen: int | None = None
    quote_rate_bp: int | None = None
    quote_months: int | None = None
    quote_until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAround:
    """What a demand is judged by."""

    banks: Collection[str]
    parks: Collection[str]
    """Codes of the parks that there are on the day."""
    today: date
    offered: Collection[str] = field(default=())
    """The banks that it is offered to already."""


def demand_faults(posted: DemandPosted, known: KnownAround) -> list[FieldFault]:
    """Everything about a demand that cannot be, whose shape is right."""
    faults = []
    if posted.park_code and posted.park_code not in known.parks:
        faults.append(
            FieldFault(("park_code",), "park-unknown", "园区登记中没有该代码，或已不在有效期",
                       "No park of today has this code.")
        )  # fmt: skip
    return [
        *faults,
        *offer_faults(
            posted.banks, known, to_all=posted.to_all_banks, answer_by=posted.answer_by
        ),
    ]  # fmt: skip


def offer_faults(
    banks: Collection[str], known: KnownAround, *, to_all: bool, answer_by: date | None
) -> list[FieldFault]:
    """What is wrong with an offer to these banks."""
    faults = [
        FieldFault(("banks", place), "bank-unknown", f"没有这家银行：{code}", "There is no such bank.")
        for place, code in enumerate(banks)
        if code not in known.banks
    ]  # fmt: skip
    if answer_by is not None and not banks and not to_all:
        faults.append(
            FieldFault(("banks",), "missing", "请指定银行，或推送全部银行",
                       "Name banks, or say that it goes to all.")
        )  # fmt: skip
    if (banks or to_all) and answer_by is None:
        faults.append(
            FieldFault(("answer_by",), "missing", "推送银行须填写答复期限",
                       "An offer needs a day for the answers.")
        )  # fmt: skip
    if answer_by is not None and answer_by < known.today:
        faults.append(
            FieldFault(("answer_by",), "over", "答复期限不得早于今日", "The day has passed.")
        )
    return faults


def answer_faults(given: AnswerGiven, *, today: date) -> list[FieldFault]:
    """A bank that takes a demand up states a quote; one that declines says why."""
    quote = {
        "quote_amount": given.quote_amount_fen, "quote_rate_bp": given.quote_rate_bp,
        "quote_months": given.quote_months,
    }  # fmt: skip
    if not given.takes_up:
        faults = [
            FieldFault((name,), "only-when-taken-up", "不承接的，不填报价",
                       "A bank that declines quotes nothing.")
            for name, value in {**quote, "quote_until": given.quote_until}.items()
            if value is not None
        ]  # fmt: skip
        if not given.reason:
            faults.append(
                FieldFault(("reason",), "missing", "不承接须说明理由", "Say why you decline.")
            )
        return faults
    faults = [
        FieldFault((name,), "missing", "承接须报价", "Taking it up needs a quote.")
        for name, value in quote.items()
        if value is None
    ]
    if given.quote_until is not None and given.quote_until < today:
        faults.append(
            FieldFault(("quote_until",), "over", "报价有效期不得早于今日", "The day has passed.")
        )
    return faults
