"""What stands around a loan, on the page of its case, and the forms that act on it."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from services.console.http.forms import amount, text
from services.console.http.page_context import PageContext

_AMOUNTS = frozenset({"amount", "premium", "fee"})
_NUMBERS = frozenset({"ratio_bp"})
_POLICY_TERMS = (
    "amount", "premium", "premium_borne_by", "begins_on", "ends_on", "beneficiary_bank", "sha256",
)  # fmt: skip
_GUARANTEE_TERMS = (
    "amount", "ratio_bp", "fee", "fee_borne_by", "begins_on", "ends_on", "sha256",
)  # fmt: skip
FORMS: Mapping[str, tuple[str, ...]] = {
    "policy": ("kind", "insurer_uscc", "insurer_name", "number", *_POLICY_TERMS, "renews"),
    "guarantee": ("kind", "guarantor_uscc", "guarantor_name", "number", *_GUARANTEE_TERMS, "backs"),
    "co_investment": (
        "kind", "investor_uscc", "investor_name", "amount", "committed_on", "sha256",
    ),
    "report": ("subject", "author", "written_on", "valid_until", "conclusion", "sha256"),
    "endorse": (*_POLICY_TERMS, "effective_on", "reason"),
    "change": (*_GUARANTEE_TERMS, "effective_on", "reason"),
    "end": ("ended_on", "reason"),
    "pay": ("on",),
    "withdraw": ("on", "reason"),
}  # fmt: skip
"""The fields of each form, which the services name alike."""
STEPS: Mapping[str, frozenset[str]] = {
    "policies": frozenset({"endorse", "end"}),
    "guarantees": frozenset({"change", "end"}),
    "co-investments": frozenset({"pay", "withdraw"}),
}
"""What can be done to one of a sort."""


def body(name: str, form: FormData) -> dict[str, Any]:
    """What a filled-in form says; what is left empty is left out."""
    said: dict[str, Any] = {}
    for field in FORMS[name]:
        value = amount(form, field) if field in _AMOUNTS else text(form, field)
        if value:
            whole = field in _NUMBERS and value.isascii() and value.isdigit()
            said[field] = int(value) if whole else value
    return said


def around(page: PageContext, whole: Mapping[str, Any]) -> dict[str, Any] | None:
    """Policies, guarantees, co-investments and reports, of a case with all its parts; None where they are
    not to be seen."""
    if whole["enhancements"] is None:
        return None
    return {
        **whole["enhancements"],
        "co_investments": whole["co_investments"] or [],
        "reports": whole["reports"] or [],
        "policy_kinds": page.texts.codes("policy_kind"),
        "bearers": page.texts.codes("borne_by"),
        "investment_kinds": page.texts.codes("investment_kind"),
    }
