"""What a bank said in each revision of a case, and in what two of them differ.

A revision is kept as the request that says it, so that its fields have the names of the API. Rights
and papers are the same ones wherever they stand in their list; one that has no counterpart is set
beside the next that has none, for a mended number is a change of a right and no new one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from services.applications.domain.paid_out import PaidOut, RegisterEntry
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.submission import (
    Borrower,
    Collateral,
    Submission,
    SubmittedDocument,
    Valuation,
)
from shared.identifiers import InvalidIdentifier
from shared.money import format_fen
from shared.rights import read_right

Said = Mapping[str, Any]
"""A submission as `POST /applications` takes it."""

Scalar = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that is not as it was. None where it was, or is, not there."""

    field: str
    """A JSON Pointer into the later revision; of what was dropped, into the earlier one."""
    old: Scalar
    new: Scalar


def as_said(case: Submission) -> dict[str, Any]:
    """A submission as the request that says it, ready for JSON."""
    return {
        "pool_code": case.pool_code,
        "mode": case.mode,
        "parties": dict(case.parties),
        "borrower": _firm(case.borrower),
        "amount": format_fen(case.amount_fen),
        "tenor_months": case.tenor_months,
        "annual_rate_bp": case.annual_rate_bp,
        "purpose": case.purpose,
        "purpose_note": case.purpose_note,
        "repayment": case.repayment,
        "has_other_collateral": case.has_other_collateral,
        "ip_share_bp": case.ip_share_bp,
        "ip_amount": None if case.ip_amount_fen is None else format_fen(case.ip_amount_fen),
        "other_collateral": [
            {
                "kind": one.kind,
                "description": one.description,
                "amount": format_fen(one.amount_fen),
            }
            for one in case.other_collateral
        ],
        "is_first_loan": case.is_first_loan,
        "attributes": dict(case.attributes),
        "renews": None if case.renews is None else str(case.renews),
        "collateral": [_right(one) for one in case.collateral],
        "documents": [_paper(one) for one in case.documents],
        "paid_out": None if case.paid_out is None else _paid(case.paid_out),
    }


def differences(before: Said, after: Said) -> tuple[Difference, ...]:
    """Every field that two revisions do not have alike, in the order of the later one."""
    found: list[Difference] = []
    for name in dict.fromkeys((*after, *before)):
        old, new = before.get(name), after.get(name)
        key = _SAME.get(name)
        if key is None:
            found += _between(f"/{name}", old, new)
            continue
        for at, one, other in _paired(old or [], new or [], key):
            found += _between(f"/{name}/{at}", one, other)
    return tuple(found)


def _firm(firm: Borrower) -> dict[str, Any]:
    return {
        "uscc": firm.uscc,
        "name": firm.name,
        "registered_on": str(firm.registered_on),
        "is_sme": firm.is_sme,
        "region_code": firm.region_code,
    }


def _right(right: Collateral) -> dict[str, Any]:
    return {
        "kind": right.kind,
        "number": right.number_as_given,
        "nice_class": right.nice_class or None,
        "name": right.name,
        "owner_uscc": right.owner_uscc,
        "owner_name": right.owner_name,
        "filed_on": str(right.filed_on),
        "expires_on": str(right.expires_on),
        "valuation": _worth(right.valuation),
        "pledgors": [_pledgor(one) for one in right.pledgors],
        "registration": None if right.registration is None else _entry(right.registration),
    }


def _pledgor(one: Pledgor) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return said | {"consent": str(one.consent) if one.consent else None}


def _entry(entry: RegisterEntry) -> dict[str, Any]:
    return {
        "registry": entry.registry,
        "registration_no": entry.registration_no,
        "registered_on": str(entry.registered_on),
    }


def _paid(paid: PaidOut) -> dict[str, Any]:
    return {
        "loan_no": paid.loan_no,
        "contract_no": paid.contract_no,
        "signed_on": str(paid.signed_on),
        "disbursed_on": str(paid.disbursed_on),
        "matures_on": str(paid.matures_on),
        "outstanding_principal": format_fen(paid.outstanding_fen),
        "as_of": str(paid.as_of),
        "overdue_days": paid.overdue_days,
        "risk_class": paid.risk_class,
        "attributes": dict(paid.attributes),
    }


def _worth(worth: Valuation) -> dict[str, Any]:
    return {
        "amount": format_fen(worth.amount_fen),
        "method": worth.method,
        "appraiser": worth.appraiser,
        "valued_on": str(worth.valued_on),
    }


def _paper(paper: SubmittedDocument) -> dict[str, Any]:
    named = {
        "document": paper.document_id and str(paper.document_id),
        "sha256": paper.sha256.hex() or None,
        "filename": paper.filename or None,
        "issued_on": paper.issued_on and str(paper.issued_on),
        "valid_until": paper.valid_until and str(paper.valid_until),
    }
    return {"kind": paper.kind, **{name: value for name, value in named.items() if value}}


def _same_right(right: Said) -> Any:
    number: str = right["number"]
    # One that was taken under an older reading stands for itself.
    with suppress(InvalidIdentifier):
        number = read_right(right["kind"], number).number
    return (right["kind"], number, right["nice_class"])


def _same_paper(paper: Said) -> Any:
    return (paper.get("kind"), paper.get("document") or paper.get("sha256"))


_SAME: Final[Mapping[str, Callable[[Said], Any]]] = {
    "collateral": _same_right,
    "documents": _same_paper,
    "other_collateral": lambda one: (one["kind"], one["description"]),
}
"""List → what makes an item of it one and the same."""


def _paired(
    old: Sequence[Said], new: Sequence[Said], key: Callable[[Said], Any]
) -> Iterator[tuple[int, Said, Said]]:
    """Where an item stands, what it was, and what it is."""
    left = list(enumerate(old))
    partners: dict[int, Said] = {}
    for at, one in enumerate(new):
        partner = next((it for it in left if key(it[1]) == key(one)), None)
        if partner is not None:
            left.remove(partner)
            partners[at] = partner[1]
    for at, one in enumerate(new):
        if at in partners:
            yield at, partners[at], one
        else:
            yield at, left.pop(0)[1] if left else {}, one
    for at, one in left:
        yield at, one, {}


def _between(place: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, dict) or isinstance(new, dict):
        one, other = old or {}, new or {}
        for name in dict.fromkeys((*other, *one)):
            yield from _between(f"{place}/{name}", one.get(name), other.get(name))
    elif isinstance(old, list) or isinstance(new, list):
        for at, (was, now) in enumerate(zip_longest(old or (), new or ())):
            yield from _between(f"{place}/{at}", was, now)
    elif old != new:
        yield Difference(field=place, old=old, new=new)
