"""The monthly settlement (月结): its life cycle, and which of its steps have been done."""

from enum import StrEnum

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than


class State(StrEnum):
    """Where a month's settlement is. Before the first preview there is none."""

    PREVIEWED = "previewed"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    POSTED = "posted"


class Action(StrEnum):
    """What is done to a month's settlement."""

    PREVIEW = "preview"
    CONFIRM = "confirm"
    SIGN = "sign"
    POST = "post"


_MAKER = frozenset({"finance_maker"})
_CHECKER = frozenset({"finance_checker"})
_NOT_THE_CONFIRMER = "another person than the confirmer"

LIFE_CYCLE = LifeCycle(
    goal=State.POSTED,
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
        Move(State.SIGNED, Action.PREVIEW, State.PREVIEWED, _MAKER),
        Move(
            State.SIGNED,
            Action.POST,
            State.POSTED,
            _MAKER | _CHECKER,
            tells=("settlement.posted.v1",),
        ),
    ),
    guards={_NOT_THE_CONFIRMER: another_person_than("confirmed_by", zh="签批", en="signing")},
    states={
        State.PREVIEWED: Words("已预览", "previewed"),
        State.CONFIRMED: Words("已确认，待签批", "confirmed"),
        State.SIGNED: Words("已签批，待入账", "signed"),
        State.POSTED: Words("已入账（已结）", "posted"),
    },
    actions={
        Action.PREVIEW: Words("预览", "previewed"),
        Action.CONFIRM: Words("确认", "confirmed"),
        Action.SIGN: Words("签批", "signed"),
        Action.POST: Words("入账", "posted"),
    },
    waits={
        State.PREVIEWED: Wait(
            roles=("finance_maker",),
            words=Words("等待财务经办确认", "waits to be confirmed by finance"),
        ),
        State.CONFIRMED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人签批", "waits for a second person's signature"),
        ),
        State.SIGNED: Wait(
            roles=("finance_maker", "finance_checker"),
            words=Words("等待入账", "waits to be posted"),
        ),
    },
)

CLOSED = frozenset({State.POSTED})
"""The month has been closed for ever; the next one opens with what it left."""


def is_done(state: str, action: str) -> bool:
    """Whether a step lies behind a month in this state: asked for again, it changes nothing.

    Not where the table offers it anew, as it does the preview of what is not posted.
    """
    taken = LIFE_CYCLE.way(None, state) or []
    return LIFE_CYCLE.find(state, action) is None and action in {move.action for move in taken}
