"""What a form must ask for before an action can be sent: one table per kind of case.

Which actions are possible the services say (`pending_actions`); here stands only what each one
needs. An action that this table does not know is shown without a button.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from services.console.http.forms import text


@dataclass(frozen=True)
class Ask:
    """One field: its name in the service's request, and how it is asked for."""

    name: str
    kind: str
    """long, line, amount, date; reasons and registrations have several parts."""


@dataclass(frozen=True)
class Act:
    """One action: the last part of its path, its fields, and whether it leads on or ends."""

    name: str
    path: str
    asks: tuple[Ask, ...] = ()
    tone: str = ""
    """main for what leads on, bad for what refuses; "" for the rest."""


def _table(*acts: Act) -> Mapping[str, Act]:
    return {act.name: act for act in acts}


OPINION = (Ask("opinion", "long"),)
REASON = (Ask("reason", "long"),)

CASE = _table(
    Act("take", "take", tone="main"),
    Act("recommend", "recommend", OPINION, "main"),
    Act("approve", "approve", OPINION, "main"),
    Act("return", "return", (Ask("reasons", "reasons"),)),
    Act("release", "release"),
    Act("reject", "reject", REASON, "bad"),
    Act("register_pledge", "pledge-registration", (Ask("registrations", "registrations"),), "main"),
    Act(
        "disburse",
        "disbursement",
        (
            Ask("loan_no", "line"),
            Ask("amount", "amount"),
            Ask("disbursed_on", "date"),
            Ask("matures_on", "date"),
        ),
        "main",
    ),
    Act("retry", "retry", tone="main"),
    Act("close", "close", REASON),
    Act("withdraw", "withdraw", REASON, "bad"),
)
CLAIM = _table(
    Act("review", "review", OPINION, "main"),
    Act("approve", "approve", OPINION, "main"),
    Act("pay", "pay", (Ask("paid_on", "date"),), "main"),
    Act("refuse", "refuse", REASON, "bad"),
)
RECOVERY = _table(
    Act("confirm", "confirm", tone="main"),
    Act("refuse", "refuse", REASON, "bad"),
)
SETTLEMENT = _table(
    Act("preview", "preview"),
    Act("confirm", "confirm", tone="main"),
    Act("sign", "sign", tone="main"),
    Act("post", "post", tone="main"),
)


def offered(table: Mapping[str, Act], pending: Sequence[str]) -> list[Act]:
    """The actions that a service offers now, in the table's order."""
    return [act for name, act in table.items() if name in pending]


def body_of(act: Act, form: FormData) -> dict[str, Any]:
    """The request that a filled-in form stands for; empty rows of several are left out."""
    return {ask.name: _value(ask, form) for ask in act.asks}


def _value(ask: Ask, form: FormData) -> Any:
    if ask.kind == "reasons":
        return [
            {"text": words, "field": where}
            for where, words in _rows(form, "reason_field", "reason_text")
            if words
        ]
    if ask.kind == "registrations":
        names = ("collateral_no", "registration_no", "registry", "registered_on")
        return [
            {**dict(zip(names, row, strict=True)), "collateral_no": int(row[0])}
            for row in _rows(form, *names)
            if row[0].isascii() and row[0].isdigit()
        ]
    if ask.kind == "amount":
        return text(form, ask.name).replace(",", "").replace("，", "")
    return text(form, ask.name)


def _rows(form: FormData, *names: str) -> list[tuple[str, ...]]:
    columns = [[str(value).strip() for value in form.getlist(name)] for name in names]
    return list(zip(*columns, strict=False))
