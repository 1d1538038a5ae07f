"""What a form must ask for before an action can be sent: one table per kind of case.

Which actions are possible the services say (`pending_actions`); here stands only what each one
needs. An action that this table does not know is shown without a button.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from services.console.http.forms import amount, text


@dataclass(frozen=True)
class FormField:
    """One field: its name in the service's request, and how it is asked for."""

    name: str
    kind: str
    """long, line, amount, date; reasons and registrations have several parts."""


@dataclass(frozen=True)
class Action:
    """One action: the last part of its path, its fields, and whether it leads on or ends."""

    name: str
    path: str
    fields: tuple[FormField, ...] = ()
    emphasis: str = ""
    """main for what leads on, bad for what refuses; "" for the rest."""

    def body(self, form: FormData) -> dict[str, Any]:
        """The request that a filled-in form stands for; empty rows of several are left out."""
        return {field.name: _value(field, form) for field in self.fields}


def _table(*actions: Action) -> Mapping[str, Action]:
    return {action.name: action for action in actions}


_OPINION = (FormField("opinion", "long"),)
_REASON = (FormField("reason", "long"),)
_REGISTRATIONS = (FormField("registrations", "registrations"),)
_DISBURSEMENT = (
    FormField("loan_no", "line"),
    FormField("amount", "amount"),
    FormField("disbursed_on", "date"),
    FormField("matures_on", "date"),
)

CASE_ACTIONS = _table(
    Action("take", "take", emphasis="main"),
    Action("recommend", "recommend", _OPINION, "main"),
    Action("approve", "approve", _OPINION, "main"),
    Action("return", "return", (FormField("reasons", "reasons"),)),
    Action("release", "release"),
    Action("reject", "reject", _REASON, "bad"),
    Action("undo_disbursement", "undo-disbursement", emphasis="bad"),
    Action("register_pledge", "pledge-registration", _REGISTRATIONS, "main"),
    Action("disburse", "disbursement", _DISBURSEMENT, "main"),
    Action("retry", "retry", emphasis="main"),
    Action("close", "close", _REASON),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
CLAIM_ACTIONS = _table(
    Action("review", "review", _OPINION, "main"),
    Action("approve", "approve", _OPINION, "main"),
    Action("pay", "pay", (FormField("paid_on", "date"),), "main"),
    Action("refuse", "refuse", _REASON, "bad"),
)
RECOVERY_ACTIONS = _table(
    Action("confirm", "confirm", emphasis="main"),
    Action("refuse", "refuse", _REASON, "bad"),
)
SETTLEMENT_ACTIONS = _table(
    Action("preview", "preview"),
    Action("confirm", "confirm", emphasis="main"),
    Action("sign", "sign", emphasis="main"),
    Action("post", "post", emphasis="main"),
)


def _value(field: FormField, form: FormData) -> Any:
    if field.kind == "reasons":
        return [
            {"text": words, "field": where}
            for where, words in _rows(form, "reason_field", "reason_text")
            if words
        ]
    if field.kind == "registrations":
        names = ("collateral_no", "registration_no", "registry", "registered_on")
        return [
            {**dict(zip(names, row, strict=True)), "collateral_no": int(row[0])}
            for row in _rows(form, *names)
            if row[0].isascii() and row[0].isdigit()
        ]
    return amount(form, field.name) if field.kind == "amount" else text(form, field.name)


def _rows(form: FormData, *names: str) -> list[tuple[str, ...]]:
    columns = [[str(value).strip() for value in form.getlist(name)] for name in names]
    return list(zip(*columns, strict=False))
