"""What can be taken back, by which action, until when and by whom; and what can not.

The services decide: an action to take something back is offered only where it is among the
`pending_actions`. Here stands which action takes which one back, so that it is offered right after
it, and what is said before one acts. A test holds the table to the life cycles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Undo:
    """`until`: the words, as `undo_until.…`. `by`: the action that takes it back; "" for none."""

    until: str
    by: str = ""


_FINAL, _AGAIN, _NEW = Undo("final"), Undo("again"), Undo("new-filing")
_MONEY, _ADDS, _NEXT = Undo("two-persons"), Undo("adds"), Undo("decided-next")
_MENDS, _WITHDRAWS, _REOPENS = Undo("bank-mends"), Undo("bank-withdraws"), Undo("reopens")
_RELEASED = Undo("until-released")
_OWN = Undo("until-decided", "withdraw")
_ENTERED = Undo("until-released", "withdraw")

UNDOS: Final[Mapping[str, Mapping[str, Undo]]] = {
    "adjustment": {"decide": _MONEY, "refuse": _NEW},
    "case": {
        "submit": _OWN,
        "resubmit": _OWN,
        "amend": _OWN,
        "take": Undo("until-opinion", "release"),
        "recommend": Undo("until-decided", "withdraw_opinion"),
        "approve": _WITHDRAWS,
        "countersign": _WITHDRAWS,
        "refuse_signature": Undo("to-review"),
        "withdraw_opinion": _AGAIN,
        "return": _MENDS,
        "release": _AGAIN,
        "reject": _NEW,
        "undo_disbursement": _FINAL,
        "undo_filing": _NEW,
        "register_pledge": _WITHDRAWS,
        "disburse": Undo("bank-asks"),
        "retry": _AGAIN,
        "close": _FINAL,
        "withdraw": _NEW,
    },
    "cash_entry": {"enter": _ENTERED, "release": _MONEY, "refuse": _NEW, "withdraw": _NEW},
    "claim": {
        "submit": _OWN,
        "resubmit": _OWN,
        "review": _NEXT,
        "approve": _MONEY,
        "release": _FINAL,
        "enter_payment": _RELEASED,
        "set_aside": _RELEASED,
        "return": _MENDS,
        "refuse": Undo("appeal"),
        "reopen": _FINAL,
        "uphold": _FINAL,
        "appeal": _FINAL,
        "withdraw": _NEW,
        "write_off": _FINAL,
        "report_loss": _AGAIN,
        "return_loss": _MENDS,
    },
    "collection": {
        "record": _ADDS,
        "agree": _ADDS,
        "propose": _NEXT,
        "conclude": _FINAL,
        "send_back": _AGAIN,
    },
    "disposal": {
        "open": Undo("until-sold", "withdraw"),
        "appraise": _ADDS,
        "offer": Undo("until-sold", "withdraw"),
        "sell": _FINAL,
        "fail_round": _AGAIN,
        "add_cost": _ADDS,
        "propose_closing": _NEXT,
        "close": _FINAL,
        "send_back": _AGAIN,
        "end": _FINAL,
        "withdraw": _NEW,
    },
    "dispute": {"file": _OWN, "decide": _MONEY, "send_back": _AGAIN, "withdraw": _FINAL},
    "loan_package": {
        "freeze": Undo("may-dissolve", "dissolve"),
        "approve": Undo("may-dissolve", "dissolve"),
        "end": _FINAL,
        "dissolve": _NEW,
    },
    "objection": {"propose": _NEXT, "decide": _FINAL, "send_back": _AGAIN},
    "opening": {
        "propose": Undo("until-decided", "take_back"),
        "take_over": _FINAL,
        "return": _AGAIN,
        "take_back": _AGAIN,
        "withdraw": _NEW,
    },
    "payment_file": {"prepare": _ENTERED, "release": _MONEY, "refuse": _NEW, "withdraw": _NEW},
    "public_notice": {
        "prepare": Undo("until-published", "withdraw"),
        "approve": Undo("until-published", "withdraw"),
        "end": _FINAL,
        "withdraw": _NEW,
    },
    "recovery": {
        "report": _OWN,
        "resubmit": _OWN,
        "confirm": _MONEY,
        "return": _MENDS,
        "refuse": _NEW,
        "withdraw": _NEW,
    },
    "settlement": {
        "preview": _AGAIN,
        "confirm": Undo("until-signed", "preview"),
        "sign": Undo("until-posted", "send_back"),
        "post": _MONEY,
        "close": _FINAL,
        "send_back": _AGAIN,
    },
    "subsidy": {
        "file": _OWN,
        "review": _NEXT,
        "approve": _FINAL,
        "refuse": _NEW,
        "withdraw": _NEW,
    },
    "calendar_change": {
        "propose": _OWN,
        "approve": Undo("new-change"),
        "refuse": _NEW,
        "withdraw": _NEW,
    },
    "pool_duty": {
        "propose": _OWN,
        "approve": Undo("new-change"),
        "refuse": _NEW,
        "withdraw": _NEW,
    },
    "version": {
        "propose": _OWN,
        "publish": Undo("new-version"),
        "refuse": _NEW,
        "withdraw": _NEW,
    },
    "warning": {
        "add_measure": _ADDS,
        "complete_measure": _ADDS,
        "watch": _REOPENS,
        "close": _REOPENS,
    },
}
"""Kind of case → action → how it is taken back."""


def undo_of(kind: str, action: str) -> Undo | None:
    """How an action on a kind of case is taken back; None for one that the console does not send."""
    return UNDOS.get(kind, {}).get(action)
