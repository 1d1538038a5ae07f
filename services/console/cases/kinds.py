"""The kinds of cases, and what can be done to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.console.cases.actions import (
    ADJUSTMENT_ACTIONS,
    CALENDAR_CHANGE_ACTIONS,
    CASE_ACTIONS,
    CASH_ACTIONS,
    CLAIM_ACTIONS,
    COLLECTION_ACTIONS,
    DISPOSAL_ACTIONS,
    DISPUTE_ACTIONS,
    LOAN_PACKAGE_ACTIONS,
    OBJECTION_ACTIONS,
    OPENING_ACTIONS,
    PAYMENT_ACTIONS,
    POOL_DUTY_ACTIONS,
    PUBLIC_NOTICE_ACTIONS,
    RECOVERY_ACTIONS,
    SETTLEMENT_ACTIONS,
    SUBSIDY_ACTIONS,
    VERSION_ACTIONS,
    WARNING_ACTIONS,
    Action,
)


@dataclass(frozen=True)
class CaseKind:
    """One kind. `name` is its template, the template's name for it, and how its words begin."""

    name: str
    actions: Mapping[str, Action]

    def offered(self, pending: Sequence[str]) -> list[Action]:
        """The actions that a service offers now, in the table's order."""
        return [action for name, action in self.actions.items() if name in pending]


ADJUSTMENT = CaseKind("adjustment", ADJUSTMENT_ACTIONS)
CALENDAR_CHANGE = CaseKind("calendar_change", CALENDAR_CHANGE_ACTIONS)
POOL_DUTY = CaseKind("pool_duty", POOL_DUTY_ACTIONS)
CASE = CaseKind("case", CASE_ACTIONS)
CASH_ENTRY = CaseKind("cash_entry", CASH_ACTIONS)
CLAIM = CaseKind("claim", CLAIM_ACTIONS)
COLLECTION = CaseKind("collection", COLLECTION_ACTIONS)
DISPOSAL = CaseKind("disposal", DISPOSAL_ACTIONS)
DISPUTE = CaseKind("dispute", DISPUTE_ACTIONS)
LOAN_PACKAGE = CaseKind("loan_package", LOAN_PACKAGE_ACTIONS)
OBJECTION = CaseKind("objection", OBJECTION_ACTIONS)
OPENING = CaseKind("opening", OPENING_ACTIONS)
PAYMENT_FILE = CaseKind("payment_file", PAYMENT_ACTIONS)
PUBLIC_NOTICE = CaseKind("public_notice", PUBLIC_NOTICE_ACTIONS)
RECOVERY = CaseKind("recovery", RECOVERY_ACTIONS)
SETTLEMENT = CaseKind("settlement", SETTLEMENT_ACTIONS)
SUBSIDY = CaseKind("subsidy", SUBSIDY_ACTIONS)
VERSION = CaseKind("version", VERSION_ACTIONS)
WARNING = CaseKind("warning", WARNING_ACTIONS)
KINDS = (
    ADJUSTMENT,
    CALENDAR_CHANGE,
    POOL_DUTY,
    CASE,
    CASH_ENTRY,
    CLAIM,
    COLLECTION,
    DISPOSAL,
    DISPUTE,
    LOAN_PACKAGE,
    OBJECTION,
    OPENING,
    PAYMENT_FILE,
    PUBLIC_NOTICE,
    RECOVERY,
    SETTLEMENT,
    SUBSIDY,
    VERSION,
    WARNING,
)
