"""What a form must ask for before an action can be sent: one table per kind of case.

Which actions are possible the services say (`pending_actions`); here stands only what each one
needs. An action that this table does not know is shown without a button.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from services.console.cases.paper_rows import papers_typed
from services.console.http.forms import amount, text


@dataclass(frozen=True)
class FormField:
    """One field: its name in the service's request, and how it is asked for."""

    name: str
    """With a dot: a field of an object of the request."""
    kind: str
    """long, line, amount, date; lines is one text a line; number a count; choice one of the page's
    `choices`; instalments a day and an amount a line; hidden is what the page itself hands in; reasons,
    gaps, ask_for, registrations, facts, lists and paper have several parts."""
    optional: bool = False
    """May be left empty, and is left out then."""
    only_with: str = ""
    """Asked for only where the page hands in this hidden field."""


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
        values = {field.name: _value(field, form) for field in self.fields}
        said: dict[str, Any] = {}
        for field in self.fields:
            if values[field.name] == "" and (field.optional or field.only_with):
                continue
            inside, _, name = field.name.rpartition(".")
            here = said.setdefault(inside, {}) if inside else said
            here[name] = values[field.name]
        return said


def _table(*actions: Action) -> Mapping[str, Action]:
    return {action.name: action for action in actions}


_OPINION = (FormField("opinion", "long"),)
_REASON = (FormField("reason", "long"),)
_LISTS = FormField("lists_checked", "lists", optional=True)
_CONDITIONS = FormField("conditions", "lines", optional=True)
_SEEN = tuple(
    FormField(f"paid_out_seen.{name}", kind, only_with="paid_out")
    for name, kind in (("signed_on", "date"), ("disbursed_on", "date"), ("amount", "amount"))
)
"""What contract and voucher of a loan show that is filed after it was paid out."""
_PART = (
    FormField("approved_amount", "amount", optional=True),
    FormField("approved_ip_amount", "amount", only_with="ip_amount"),
    FormField("amount_reason", "line", optional=True),
)
"""Less than was applied for; left empty, the whole."""

_REGISTRATIONS = (FormField("registrations", "registrations"),)
_DISBURSEMENT = (
    FormField("loan_no", "line"),
    FormField("amount", "amount"),
    FormField("disbursed_on", "date"),
    FormField("matures_on", "date"),
    FormField("draws_until", "date", optional=True),
    FormField("attributes", "facts"),
    _LISTS,
)
_ON_A_TRIAL = (
    FormField("trial", "hidden"),
    FormField("covered_principal", "hidden", optional=True),
    *_OPINION,
    FormField("reason", "long", only_with="covered_principal"),
)
"""The decision names the trial split that stands on the page, of the whole or of a part."""

_PAYMENT = (
    FormField("paid_on", "date"),
    FormField("voucher", "line", optional=True),
    FormField("from_account", "line", optional=True),
    FormField("confirm_double_of", "hidden", optional=True),
)
"""What looks like another entry is shown; sent again, it says that it is another payment."""

_LOSS = (
    FormField("written_off_on", "date"),
    FormField("net_loss", "amount", optional=True),
    *_REASON,
    FormField("difference_reason", "long", optional=True),
    FormField("documents", "paper"),
)
"""A bank's write-off: the net loss is what the books have, where none is named."""

CASE_ACTIONS = _table(
    Action("take", "take", emphasis="main"),
    Action("recommend", "recommend", (*_OPINION, *_SEEN, _CONDITIONS), "main"),
    Action("approve", "approve", (*_OPINION, *_PART, _CONDITIONS, _LISTS), "main"),
    Action("countersign", "countersign", (*_OPINION, _LISTS), "main"),
    Action("refuse_signature", "refuse-signature", _REASON, "bad"),
    Action("withdraw_opinion", "withdraw-opinion", _REASON),
    Action(
        "return",
        "return",
        (
            FormField("ask_for", "ask_for"),
            FormField("reasons", "reasons"),
            FormField("why_not_before", "long", only_with="returned_before"),
        ),
    ),
    Action("release", "release"),
    Action("reject", "reject", _REASON, "bad"),
    Action("undo_disbursement", "undo-disbursement", emphasis="bad"),
    Action("undo_filing", "undo-disbursement", emphasis="bad"),
    Action("register_pledge", "pledge-registration", _REGISTRATIONS, "main"),
    Action("disburse", "disbursement", _DISBURSEMENT, "main"),
    Action("retry", "retry", emphasis="main"),
    Action("close", "close", _REASON),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
CLAIM_ACTIONS = _table(
    Action("review", "review", _OPINION, "main"),
    Action("approve", "approve", _ON_A_TRIAL, "main"),
    Action("release", "release", _OPINION, "main"),
    Action("enter_payment", "enter_payment", _PAYMENT, "main"),
    Action("return", "return", (FormField("gaps", "gaps"),)),
    Action("refuse", "refuse", _REASON, "bad"),
    Action("reopen", "reopen", _REASON, "main"),
    Action("uphold", "uphold", _REASON, "bad"),
    Action("appeal", "appeal", _REASON, "main"),
    Action("withdraw", "withdraw", _REASON, "bad"),
    Action("write_off", "write_off", (*_REASON, FormField("written_off_on", "date"))),
    # In a programme with escrow the payment goes there.
    Action("set_aside", "enter_payment", _PAYMENT, "main"),
    Action("report_loss", "report_loss", _LOSS, "main"),
    Action("return_loss", "return_loss", _REASON),
)
RECOVERY_ACTIONS = _table(
    Action("confirm", "confirm", (FormField("trial", "hidden"),), "main"),
    Action("return", "return", _REASON),
    Action("refuse", "refuse", _REASON, "bad"),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
ADJUSTMENT_ACTIONS = _table(
    Action("decide", "decide", (*_OPINION, FormField("trial", "hidden")), "main"),
    Action("refuse", "refuse", _REASON, "bad"),
)
DISPUTE_ACTIONS = _table(
    Action("decide", "decide", (*_OPINION, FormField("trial", "hidden")), "main"),
    Action("send_back", "send_back", _REASON),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
"""How to decide is proposed on a form of its own, with a choice."""

CASH_ACTIONS = _table(
    Action("release", "release", emphasis="main"),
    Action("refuse", "refuse", _REASON, "bad"),
    Action("withdraw", "withdraw", _REASON),
)
PAYMENT_ACTIONS = _table(
    Action("release", "release", emphasis="main"),
    Action("refuse", "refuse", _REASON, "bad"),
    Action("withdraw", "withdraw", _REASON),
)
OPENING_ACTIONS = _table(
    Action("propose", "propose", emphasis="main"),
    Action("take_over", "take_over", emphasis="main"),
    Action("return", "return", _REASON, "bad"),
    Action("take_back", "take_back", _REASON),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
SUBSIDY_ACTIONS = _table(
    Action("review", "review", _OPINION, "main"),
    Action("approve", "approve", (*_OPINION, FormField("trial", "hidden")), "main"),
    Action("refuse", "refuse", _REASON, "bad"),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
LOAN_PACKAGE_ACTIONS = _table(
    Action("approve", "approve", _OPINION, "main"),
    Action("end", "end", _REASON),
    Action("dissolve", "dissolve", _REASON, "bad"),
)
PUBLIC_NOTICE_ACTIONS = _table(
    Action("approve", "approve", emphasis="main"),
    Action("end", "end", emphasis="main"),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
OBJECTION_ACTIONS = _table(
    Action(
        "propose", "propose", (FormField("verdict", "choice"), FormField("answer", "long")), "main"
    ),
    Action("decide", "decide", emphasis="main"),
    Action("send_back", "send_back", _REASON),
)
SETTLEMENT_ACTIONS = _table(
    Action("preview", "preview"),
    Action("confirm", "confirm", emphasis="main"),
    Action("sign", "sign", emphasis="main"),
    Action("post", "post", emphasis="main"),
    Action("close", "close", emphasis="main"),
    Action("send_back", "send_back", _REASON, "bad"),
)
_PAPERS = FormField("papers", "paper")
WARNING_ACTIONS = _table(
    Action(
        "add_measure",
        "add_measure",
        (FormField("text", "long"), FormField("by_whom", "line"), FormField("until", "date")),
        "main",
    ),
    Action(
        "complete_measure",
        "complete_measure",
        (
            FormField("measure", "number"),
            FormField("done_on", "date"),
            FormField("note", "long"),
            _PAPERS,
        ),
    ),
    Action("watch", "watch", _REASON),
    Action("close", "close", (FormField("conclusion", "choice"), *_REASON)),
)
DISPOSAL_ACTIONS = _table(
    Action(
        "appraise",
        "appraise",
        (
            FormField("value", "amount"),
            FormField("appraiser", "line"),
            FormField("valued_on", "date"),
            _PAPERS,
        ),
    ),
    Action(
        "offer",
        "offer",
        (
            FormField("way", "choice"),
            FormField("price", "amount"),
            FormField("venue", "line"),
            FormField("until", "date"),
            _PAPERS,
        ),
        "main",
    ),
    Action(
        "sell",
        "sell",
        (
            FormField("buyer", "line"),
            FormField("price", "amount"),
            FormField("sold_on", "date"),
            _PAPERS,
        ),
        "main",
    ),
    Action("fail_round", "fail_round", (FormField("failed_on", "date"), *_REASON, _PAPERS)),
    Action(
        "add_cost",
        "add_cost",
        (
            FormField("reference", "line"),
            FormField("kind", "choice"),
            FormField("amount", "amount"),
            FormField("paid_on", "date"),
            _PAPERS,
        ),
    ),
    Action("propose_closing", "propose_closing", _REASON, "main"),
    Action("close", "close", _REASON, "main"),
    Action("send_back", "send_back", _REASON),
    Action("end", "end", _REASON, "bad"),
    Action("withdraw", "withdraw", _REASON, "bad"),
)
COLLECTION_ACTIONS = _table(
    Action(
        "record",
        "record",
        (
            FormField("kind", "choice"),
            FormField("taken_on", "date"),
            FormField("note", "long"),
            FormField("reference", "line", optional=True),
            _PAPERS,
        ),
        "main",
    ),
    Action(
        "agree",
        "agree",
        (FormField("agreed_on", "date"), FormField("instalments", "instalments"), _PAPERS),
    ),
    Action("propose", "propose", (FormField("conclusion", "choice"), *_REASON)),
    Action("conclude", "conclude", _OPINION, "main"),
    Action("send_back", "send_back", _REASON),
)

VERSION_ACTIONS, CALENDAR_CHANGE_ACTIONS, POOL_DUTY_ACTIONS = (
    _table(Action(decides, decides, emphasis="main"), Action("refuse", "refuse", _REASON, "bad"),
           Action("withdraw", "withdraw", _REASON))
    for decides in ("publish", "approve", "approve")
)  # fmt: skip


def _value(field: FormField, form: FormData) -> Any:
    if field.kind == "lines":
        return [line.strip() for line in text(form, field.name).splitlines() if line.strip()]
    if field.kind == "instalments":
        return _instalments(text(form, field.name))
    if field.kind == "number":
        typed = text(form, field.name)
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else typed
    if field.kind == "ask_for":
        return [str(kind) for kind in form.getlist("ask_for")]
    if field.kind == "reasons":
        return [
            {"text": words, "field": where}
            for where, words in _rows(form, "reason_field", "reason_text")
            if words
        ]
    if field.kind == "gaps":
        return [
            {"code": code, "text": words}
            for code, words in _rows(form, "gap_code", "gap_text")
            if words
        ]
    if field.kind == "registrations":
        names = ("collateral_no", "registration_no", "registry", "registered_on")
        return [
            {**dict(zip(names, row, strict=True)), "collateral_no": int(row[0])}
            for row in _rows(form, *names)
            if row[0].isascii() and row[0].isdigit()
        ]
    if field.kind == "paper":
        return papers_typed(form)
    if field.kind == "facts":
        return facts_typed(form)
    if field.kind == "lists":
        return lists_typed(form)
    return amount(form, field.name) if field.kind == "amount" else text(form, field.name)


def _instalments(typed: str) -> list[dict[str, str]]:
    """A day and an amount a line, as people write them: 2026-04-05 50,000.00."""
    rows = [line.split(None, 1) for line in typed.splitlines() if line.strip()]
    return [
        {"due_on": row[0], "amount": row[1].replace(",", "").strip() if len(row) > 1 else ""}
        for row in rows
    ]


def lists_typed(form: FormData) -> list[dict[str, Any]]:
    """The lists of dishonest or abnormal firms that somebody looked at; the others are left out."""
    return [
        {"name": name, "checked_on": day, "found": found == "true"}
        for name, day, found in _rows(form, "list_name", "list_checked_on", "list_found")
        if day
    ]


def facts_typed(form: FormData) -> dict[str, Any]:
    """Facts by name, each of the kind that its field is named for: `fact.flag.is_insured`. What
    was left empty is not stated; the service says whether it is needed."""
    found: dict[str, Any] = {}
    for key in form:
        begins, _, rest = key.partition(".")
        kind, _, name = rest.partition(".")
        said = text(form, key)
        if begins != "fact" or not said:
            continue
        if kind == "flag":
            found[name] = said == "true"
        elif kind == "count" and said.isascii() and said.isdigit():
            found[name] = int(said)
        else:
            found[name] = amount(form, key) if kind == "money" else said
    return found


def _rows(form: FormData, *names: str) -> list[tuple[str, ...]]:
    columns = [[str(value).strip() for value in form.getlist(name)] for name in names]
    return list(zip(*columns, strict=False))
