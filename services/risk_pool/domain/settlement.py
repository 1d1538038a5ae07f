"""The monthly settlement (月结): its life cycle, and which of its steps have been done."""

from enum import StrEnum
from typing import Final

from services.risk_pool.domain.silence import SIGN_UNTIL
from shared.life_cycle import (
    SYSTEM_ROLE,
    LifeCycle,
    Move,
    Wait,
    Words,
    another_person_than,
)


class State(StrEnum):
    """Where a month's settlement is. Before the first preview there is none."""

    PREVIEWED = "previewed"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    POSTED = "posted"
    MATCHED = "matched"
    """Everything that the month left has been settled by money."""
    CLOSED = "closed"
    """Books and account agree to the month's end, and a person has said so."""


class Action(StrEnum):
    """What is done to a month's settlement."""

    PREVIEW = "preview"
    CONFIRM = "confirm"
    SIGN = "sign"
    SEND_BACK = "send_back"
    POST = "post"
    MATCH = "match"
    UNMATCH = "unmatch"
    CLOSE = "close"


TO_BE_SIGNED: Final = (State.PREVIEWED, State.CONFIRMED)
"""Those of which the day of the signature is to come."""
SETTLED: Final = (State.MATCHED, State.CLOSED)
"""Those that have left nothing open."""

_MAKER = frozenset({"finance_maker"})
_CHECKER = frozenset({"finance_checker"})
_SYSTEM = frozenset({SYSTEM_ROLE})
_NOT_THE_CONFIRMER = "another person than the confirmer"

LIFE_CYCLE = LifeCycle(
    goal=State.CLOSED,
    noun=Words("月度结算", "settlement"),
    moves=(
        Move(None, Action.PREVIEW, State.PREVIEWED, _MAKER),
        Move(State.PREVIEWED, Action.PREVIEW, State.PREVIEWED, _MAKER),
        Move(
            State.PREVIEWED,
            Action.CONFIRM,
            State.CONFIRMED,
            _MAKER,
            tells=("settlement.confirmed.v1",),
        ),
        # Figures that changed are previewed anew; confirmation and signature fall away.
        Move(State.CONFIRMED, Action.PREVIEW, State.PREVIEWED, _MAKER),
        Move(
            State.CONFIRMED,
            Action.SIGN,
            State.SIGNED,
            _CHECKER,
            guards=(_NOT_THE_CONFIRMER,),
        ),
        *(
            Move(
                source,
                Action.SEND_BACK,
                State.PREVIEWED,
                _CHECKER,
                tells=("settlement.sent-back.v1",),
            )
            for source in (State.CONFIRMED, State.SIGNED)
        ),
        Move(State.SIGNED, Action.PREVIEW, State.PREVIEWED, _MAKER),
        Move(
            State.SIGNED,
            Action.POST,
            State.POSTED,
            _MAKER | _CHECKER,
            tells=("settlement.posted.v1",),
        ),
        # The money that settles the last open item brings it about, in its own transaction.
        Move(
            State.POSTED,
            Action.MATCH,
            State.MATCHED,
            _SYSTEM,
            tells=("settlement.matched.v1",),
        ),
        Move(
            State.MATCHED,
            Action.CLOSE,
            State.CLOSED,
            _CHECKER,
            tells=("settlement.closed.v1",),
        ),
        # A receipt or payment that is taken back leaves its item open again.
        *(
            Move(
                source,
                Action.UNMATCH,
                State.POSTED,
                _SYSTEM,
                tells=("settlement.unmatched.v1",),
            )
            for source in (State.MATCHED, State.CLOSED)
        ),
    ),
    guards={_NOT_THE_CONFIRMER: another_person_than("confirmed_by", zh="签批", en="signing")},
    states={
        State.PREVIEWED: Words("已预览", "previewed"),
        State.CONFIRMED: Words("待签批", "to be signed"),
        State.SIGNED: Words("待入账", "to be posted"),
        State.POSTED: Words("已入账，待收付", "posted"),
        State.MATCHED: Words("已核对", "matched"),
        State.CLOSED: Words("已结清", "closed"),
    },
    actions={
        Action.PREVIEW: Words("计算预览", "previewed"),
        Action.CONFIRM: Words("确认", "confirmed"),
        Action.SIGN: Words("签批", "signed"),
        Action.SEND_BACK: Words("退回", "sent back"),
        Action.POST: Words("入账结账", "posted"),
        Action.MATCH: Words("核对", "matched"),
        Action.UNMATCH: Words("撤销核对", "unmatched"),
        Action.CLOSE: Words("结清", "closed"),
    },
    waits={
        State.PREVIEWED: Wait(
            roles=("finance_maker",),
            words=Words("等待财务经办确认", "waits to be confirmed by finance"),
            source=SIGN_UNTIL,
        ),
        State.CONFIRMED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人签批", "waits for a second person's signature"),
            source=SIGN_UNTIL,
        ),
        State.SIGNED: Wait(
            roles=("finance_maker", "finance_checker"),
            words=Words("等待入账", "waits to be posted"),
        ),
        # Cash entries bring it on, which have people of their own.
        State.POSTED: Wait(
            roles=(),
            words=Words("等待往来款项收付完毕", "waits for what it left to be paid and collected"),
        ),
        State.MATCHED: Wait(
            roles=("finance_checker",),
            words=Words("等待财务复核结清", "waits to be closed by finance"),
        ),
        # Nobody need do anything more; only money that is taken back opens it again.
        State.CLOSED: Wait(roles=(), words=Words("无待办事项", "nothing more to do")),
    },
)

BOOKS_CLOSED = frozenset({State.POSTED, State.MATCHED, State.CLOSED})
"""The figures of the month stand for ever; the next one opens with what it left."""

PAID = frozenset({State.MATCHED, State.CLOSED})
"""Money has settled everything that the month left."""


def stated_as(state: str) -> str:
    """The state that a statement shows: final once posted, whatever becomes of the money."""
    return State.POSTED if state in BOOKS_CLOSED else state


def is_done(state: str, action: str) -> bool:
    """Whether a step lies behind a month in this state: asked for again, it changes nothing.

    Not where the table offers it anew, as it does the preview of what is not posted.
    """
    taken = LIFE_CYCLE.way(None, state) or []
    return LIFE_CYCLE.find(state, action) is None and action in {move.action for move in taken}
