"""An application as a form: what the page shows of it, and the request that a filled-in form says.

Both ways have one shape, so that what was typed, what a draft holds and what a case says are shown
alike, and nothing that was typed is lost where it is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData

from services.console.cases.actions import facts_typed
from services.console.http.forms import amount, text

FIRM = ("uscc", "name", "registered_on", "region_code")
LOAN = ("purpose", "purpose_note", "repayment")
AMOUNTS = ("amount", "ip_amount")
RIGHT = (
    "kind", "number", "nice_class", "name", "owner_name", "owner_uscc", "filed_on", "expires_on",
)  # fmt: skip
WORTH = ("amount", "method", "appraiser", "valued_on")
PAID_OUT = (
    "loan_no", "contract_no", "signed_on", "disbursed_on", "matures_on", "outstanding_principal",
    "as_of", "overdue_days", "risk_class",
)  # fmt: skip
"""Of a loan that is filed after it was paid out."""
OTHER = ("kind", "description", "amount")
"""Of what secures the loan beside its rights."""
PLEDGOR = ("role", "name", "uscc", "id_masked", "share", "consent")
PLEDGORS = 3
"""Pledgors of a right that the form has fields for at least."""
MOST_PLEDGORS = 20
"""More of one right the service does not take."""
ENTRY = ("registry", "registration_no", "registered_on")
PAPER = ("kind", "reference", "issued_on", "valid_until")
PURPOSES = ("r_and_d", "industrialisation", "ip_operation", "working_capital", "equipment")
REPAYMENTS = ("bullet", "equal_instalments", "interest_first")
"""What the service takes; a programme's file knows some more words of its own."""

LABELS = ("industry", "park")
"""Facts that no rule of a mode asks for and that sort a case all the same."""

_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?%?", re.ASCII)
_HASH_LENGTH = 64
_OF_PLEDGOR = re.compile(r"right_pledgor([0-9]{1,2})_name", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What stands in the fields of the page, as text."""

    fields: dict[str, str]
    rights: list[dict[str, str]]
    papers: list[dict[str, str]]
    others: list[dict[str, str]] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    pledgors: int = PLEDGORS
    """For how many pledgors each right has fields."""

    def with_pledgors(self, *, more: int = 0) -> "Filled":
        """The same with fields for one pledgor more than any right has, and for so many more than
        there were."""
        used = max((len(_pledgors_said(row)) for row in self.rights), default=0)
        wanted = min(max(used + 1, self.pledgors + more), MOST_PLEDGORS)
        return replace(self, pledgors=max(wanted, used))

    def of(self, name: str) -> str:
        """A field; "" where nothing stands in it."""
        return self.fields.get(name, "")


def typed(form: FormData) -> Filled:
    """What somebody has typed; pledgors stand one after the other, as the request says them."""
    pledgors = _pledgors_in(form)
    return Filled(
        fields={name: text(form, name) for name in form if "." not in name or name[:4] != "fact"},
        rights=[
            _closed_up(row, pledgors)
            for row in _rows(
                form, "right", (*RIGHT, *_worth_names(), *_entry_names(), *_pledgor_names(pledgors))
            )
            if any(row.values())
        ],
        pledgors=pledgors,
        papers=list(_rows(form, "paper", PAPER)),
        others=[row for row in _rows(form, "other", OTHER) if any(row.values())],
        attributes=facts_typed(form),
    )


def shown(said: Mapping[str, Any]) -> Filled:
    """What a draft or a case says."""
    firm = said.get("borrower") or {}
    fields = {name: _text(said.get(name)) for name in (*LOAN, *AMOUNTS, "tenor_months")}
    fields |= {f"borrower.{name}": _text(firm.get(name)) for name in (*FIRM, "is_sme")}
    paid = said.get("paid_out") or {}
    fields |= {f"paid_out.{name}": _text(paid.get(name)) for name in PAID_OUT}
    fields |= {f"parties.{role}": code for role, code in (said.get("parties") or {}).items()}
    fields |= {name: _text(said.get(name)) for name in ("has_other_collateral", "is_first_loan")}
    fields["renews"] = _text(said.get("renews"))
    fields |= {name: _percent(said.get(f"{name}_bp")) for name in ("annual_rate", "ip_share")}
    return Filled(
        fields=fields,
        rights=[_right_shown(one) for one in said.get("collateral") or []],
        papers=[_paper_shown(one) for one in said.get("documents") or []],
        others=[
            {name: _text(one.get(name)) for name in OTHER}
            for one in said.get("other_collateral") or []
        ],
        attributes=dict(said.get("attributes") or {}),
    )


def body(form: FormData) -> dict[str, Any]:
    """The submission that a filled-in form says, as far as it goes; what is empty is left out."""
    filled = typed(form)
    firm: dict[str, Any] = {name: filled.of(f"borrower.{name}") for name in FIRM}
    firm["is_sme"] = _flag(filled.of("borrower.is_sme"))
    said: dict[str, Any] = {
        "pool_code": filled.of("pool_code"),
        "mode": filled.of("mode"),
        "parties": {
            name.removeprefix("parties."): code
            for name, code in filled.fields.items()
            if name.startswith("parties.") and code
        },
        "borrower": _there(firm),
        **{name: amount(form, name) for name in AMOUNTS},
        "tenor_months": _count(filled.of("tenor_months")),
        "annual_rate_bp": _basis_points(filled.of("annual_rate")),
        "ip_share_bp": _basis_points(filled.of("ip_share")),
        **{name: filled.of(name) for name in LOAN},
        **{name: _flag(filled.of(name)) for name in ("has_other_collateral", "is_first_loan")},
        "attributes": filled.attributes,
        "paid_out": _paid_out_said(filled),
        "other_collateral": [
            _there({**row, "amount": _plain_amount(row["amount"])}) for row in filled.others
        ],
        "renews": filled.of("renews"),
        "collateral": [_right_said(row) for row in filled.rights],
        "documents": [_paper_said(row) for row in filled.papers if row["reference"]],
    }
    # An empty list is what there is: no right, no paper yet.
    return {**_there(said), "documents": said["documents"], "collateral": said["collateral"]}


def _paid_out_said(filled: Filled) -> dict[str, Any]:
    said: dict[str, Any] = {name: filled.of(f"paid_out.{name}") for name in PAID_OUT}
    said["outstanding_principal"] = _plain_amount(said["outstanding_principal"])
    said["overdue_days"] = _count(said["overdue_days"])
    return _there(said)


def _plain_amount(said: str) -> str:
    return said.replace(",", "").replace("，", "")


def papers_shown(filled: Filled, asked: Sequence[str], *, spare: int = 1) -> list[dict[str, Any]]:
    """A row for every paper, at least one for each kind that is asked for, and some of no kind yet;
    `at` is where the paper stands in the request."""
    rows: list[dict[str, Any]] = [dict(row) for row in filled.papers if row["reference"]]
    for at, row in enumerate(rows):
        row["at"] = at
    there = {row["kind"] for row in rows}
    rows += [dict.fromkeys(PAPER, "") | {"kind": kind} for kind in asked if kind not in there]
    order = {kind: n for n, kind in enumerate(asked)}
    rows.sort(key=lambda row: order.get(str(row["kind"]), len(order)))
    for row in rows:
        row["is_asked_for"] = row["kind"] in order
    return rows + [dict.fromkeys((*PAPER, "is_asked_for"), "") for _ in range(spare)]


def _worth_names() -> tuple[str, ...]:
    return tuple(f"value_{name}" for name in WORTH)


def _entry_names() -> tuple[str, ...]:
    return tuple(f"entry_{name}" for name in ENTRY)


def _pledgor_names(count: int) -> tuple[str, ...]:
    return tuple(f"pledgor{n}_{name}" for n in range(count) for name in PLEDGOR)


def _pledgors_in(form: FormData) -> int:
    """For how many pledgors of each right the form that was sent had fields."""
    found = (match for name in form if (match := _OF_PLEDGOR.fullmatch(name)))
    return min(max((int(one[1]) + 1 for one in found), default=PLEDGORS), MOST_PLEDGORS)


def _pledgor_rows(row: Mapping[str, str]) -> list[dict[str, str]]:
    """The pledgors of a right that something stands of."""
    rows = [
        {name: row.get(f"pledgor{n}_{name}", "") for name in PLEDGOR} for n in range(MOST_PLEDGORS)
    ]
    return [one for one in rows if any(one.values())]


def _closed_up(row: Mapping[str, str], count: int) -> dict[str, str]:
    """The row without gaps between its pledgors."""
    empty = dict.fromkeys(_pledgor_names(count), "")
    return {**row, **empty, **_pledgor_fields(_pledgor_rows(row))}


def _pledgor_fields(pledgors: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {
        f"pledgor{n}_{name}": one[name] for n, one in enumerate(pledgors) for name in PLEDGOR
    }  # fmt: skip


def _pledgors_said(row: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        _there(
            {name: value for name, value in one.items() if name != "share"}
            | {"share_bp": _basis_points(one["share"])}
        )
        for one in _pledgor_rows(row)
    ]


def _pledgors_shown(right: Mapping[str, Any]) -> dict[str, str]:
    return _pledgor_fields(
        [
            {name: _text(one.get(name)) for name in PLEDGOR}
            | {"share": _percent(one.get("share_bp"))}
            for one in right.get("pledgors") or []
        ]
    )


def consents_of(filled: Filled) -> list[str]:
    """The papers by which pledgors agree."""
    return [one["consent"] for row in filled.rights for one in _pledgor_rows(row) if one["consent"]]


def _rows(form: FormData, begins: str, names: Sequence[str]) -> Iterator[dict[str, str]]:
    columns = [[str(value).strip() for value in form.getlist(f"{begins}_{n}")] for n in names]
    longest = max(map(len, columns))
    # What a form has no field for is empty in every row.
    for row in zip(*(one or [""] * longest for one in columns), strict=False):
        yield dict(zip(names, row, strict=True))


def _right_said(row: Mapping[str, str]) -> dict[str, Any]:
    worth = {name: row[f"value_{name}"] for name in WORTH}
    worth["amount"] = _plain_amount(worth["amount"])
    said: dict[str, Any] = {name: row[name] for name in RIGHT}
    said["nice_class"] = _count(row["nice_class"])
    entry = _there({name: row[f"entry_{name}"] for name in ENTRY})
    further = {"registration": entry, "pledgors": _pledgors_said(row)}
    return _there({**said, "valuation": _there(worth), **further})


def _right_shown(right: Mapping[str, Any]) -> dict[str, str]:
    worth, entry = right.get("valuation") or {}, right.get("registration") or {}
    return (
        {name: _text(right.get(name)) for name in RIGHT}
        | {f"value_{name}": _text(worth.get(name)) for name in WORTH}
        | {f"entry_{name}": _text(entry.get(name)) for name in ENTRY}
        | _pledgors_shown(right)
    )


def _paper_said(row: Mapping[str, str]) -> dict[str, Any]:
    reference = row["reference"]
    named = {"sha256" if len(reference) == _HASH_LENGTH else "document": reference}
    dates = {name: row[name] for name in ("issued_on", "valid_until")}
    return _there({"kind": row["kind"], **named, **dates})


def _paper_shown(paper: Mapping[str, Any]) -> dict[str, str]:
    reference = paper.get("document") or paper.get("sha256")
    return {name: _text(paper.get(name)) for name in PAPER} | {"reference": _text(reference)}


def _there(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", None, {}, [])}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _flag(said: str) -> bool | str:
    return said == "true" if said in ("true", "false") else said


def _count(said: str) -> int | str:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else said


def _basis_points(said: str) -> int | str:
    """3.85 → 385. What is no percentage of two decimals goes as it is, for the service to refuse."""
    match = _PERCENT.fullmatch(said)
    if match is None:
        return said
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _percent(basis_points: Any) -> str:
    if not isinstance(basis_points, int):
        return ""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}"
