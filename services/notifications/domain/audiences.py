"""Who hears of what: one table, from an event's type to the people and machines it concerns.

A bank hears of its own cases; what changes a whole pool is told to every bank that works with it.
Of the bureau's people only those hear who do something with it. A type that is missing here is
passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

BUREAU = "*"
"""The institution of the bureau's people."""

BANK_ROLES = ("bank_checker", "bank_operator")


class Banks(StrEnum):
    """Which banks an event concerns."""

    NONE = "none"
    NAMED = "named"
    """The one the event names."""
    OF_POOL = "of_pool"
    """Every bank that has had a case in the event's pool."""
    OF_STATEMENTS = "of_statements"
    """Each bank that has a line in the settlement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who hears of one type of event."""

    banks: Banks
    bank_inbox: bool = True
    """False: only machines that asked for it hear (webhooks), for the bank did it itself."""
    bank_acts: bool = False
    """The bank has something to do now."""
    roles: tuple[str, ...] = ()
    """The bureau's roles that hear of it."""
    bureau_acts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """An institution that hears of one event, and those in it who do."""

    institution: str
    roles: tuple[str, ...]
    in_inbox: bool
    acts: bool


NAMED, OF_POOL, OF_STATEMENTS = Banks.NAMED, Banks.OF_POOL, Banks.OF_STATEMENTS

NOTICES: Mapping[str, Notice] = {
    "application.submitted.v1": Notice(banks=NAMED),
    "application.returned.v1": Notice(banks=NAMED, bank_acts=True),
    "application.accepted.v1": Notice(banks=NAMED, roles=("reviewer",), bureau_acts=True),
    "application.approved.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "application.rejected.v1": Notice(banks=NAMED),
    "application.withdrawn.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("approver", "reviewer")
    ),
    "application.expired.v1": Notice(banks=NAMED, roles=("reviewer",)),
    "pledge.registered.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.disbursed.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.position-reported.v1": Notice(banks=NAMED, bank_inbox=False),
    "loan.overdue.v1": Notice(banks=NAMED, roles=("pool_manager", "reviewer")),
    "loan.repaid.v1": Notice(banks=NAMED, bank_inbox=False),
    "coverage.reserved.v1": Notice(banks=NAMED, bank_acts=True),
    "coverage.declined.v1": Notice(banks=NAMED, roles=("approver", "pool_manager")),
    "coverage.activated.v1": Notice(banks=NAMED, bank_inbox=False),
    "coverage.released.v1": Notice(banks=NAMED, bank_inbox=False),
    "claim.submitted.v1": Notice(
        banks=NAMED, roles=("finance_maker", "reviewer"), bureau_acts=True
    ),
    "claim.reviewed.v1": Notice(
        banks=NAMED, bank_inbox=False, roles=("finance_checker",), bureau_acts=True
    ),
    "claim.refused.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "claim.approved.v1": Notice(
        banks=NAMED, roles=("finance_maker", "pool_manager"), bureau_acts=True
    ),
    "claim.paid.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "recovery.booked.v1": Notice(banks=NAMED, roles=("finance_maker", "pool_manager")),
    "bank.warned.v1": Notice(banks=NAMED, roles=("pool_manager",)),
    "bank.suspended.v1": Notice(banks=NAMED, roles=("approver", "pool_manager", "reviewer")),
    "bank.resumed.v1": Notice(banks=NAMED, roles=("approver", "pool_manager", "reviewer")),
    "pool.opened.v1": Notice(banks=Banks.NONE, roles=("finance_maker", "pool_manager")),
    "pool.warned.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker", "finance_maker", "pool_manager")
    ),
    "pool.stopped.v1": Notice(
        banks=OF_POOL, roles=("approver", "finance_maker", "pool_manager", "reviewer")
    ),
    "pool.resumed.v1": Notice(
        banks=OF_POOL, roles=("approver", "finance_maker", "pool_manager", "reviewer")
    ),
    "settlement.confirmed.v1": Notice(
        banks=Banks.NONE, roles=("finance_checker",), bureau_acts=True
    ),
    "settlement.posted.v1": Notice(
        banks=OF_STATEMENTS,
        roles=("auditor", "finance_checker", "finance_maker", "pool_manager"),
    ),
}


def audiences(
    event_type: str, fact: Mapping[str, Any], *, banks_of_pool: tuple[str, ...]
) -> tuple[Audience, ...]:
    """Everyone who hears of an event, banks first, each institution once.

    `fact` is the event by its Python names; `banks_of_pool` are the codes of the banks that have
    had a case in its pool.
    """
    notice = NOTICES.get(event_type)
    if notice is None:
        return ()
    told = tuple(
        Audience(
            institution=bank, roles=BANK_ROLES, in_inbox=notice.bank_inbox, acts=notice.bank_acts
        )
        for bank in _banks(notice.banks, fact, banks_of_pool)
    )
    if not notice.roles:
        return told
    bureau = Audience(
        institution=BUREAU, roles=notice.roles, in_inbox=True, acts=notice.bureau_acts
    )
    return (*told, bureau)


def _banks(
    which: Banks, fact: Mapping[str, Any], banks_of_pool: tuple[str, ...]
) -> tuple[str, ...]:
    if which is Banks.NAMED:
        return (fact["bank_code"],) if fact.get("bank_code") else ()
    if which is Banks.OF_POOL:
        return tuple(sorted(set(banks_of_pool)))
    if which is Banks.OF_STATEMENTS:
        lines = fact.get("statements", ())
        return tuple(sorted({x["party_code"] for x in lines if x["party_role"] == "bank"}))
    return ()
