"""The roles that people have, as tokens name them, and how their institutions are told apart."""

from collections.abc import Collection
from typing import Final

BANK_ROLES = frozenset({"bank_operator", "bank_checker"})
BUREAU_ROLES = frozenset(
    {
        "reviewer", "approver", "leader", "finance_maker", "finance_checker", "pool_manager",
        "auditor", "admin",
    }
)  # fmt: skip
BANK_ADMIN_ROLES = frozenset({"bank_admin"})
"""Who looks after a bank's own people: sees who comes here for it, and ends their logins. Let in by this
name alone, route by route: no case, no money, no notice."""
PARTY_ROLES = frozenset({"party_clerk"})
"""Of whoever else stands in a pool: guarantors, re-guarantors, insurers, appraisers, IP operators."""

KNOWN_ROLES = BANK_ROLES | BANK_ADMIN_ROLES | BUREAU_ROLES | PARTY_ROLES

EXCLUDING: Final = (
    ({"finance_maker"}, {"finance_checker"}),
    ({"bank_operator"}, {"bank_checker"}),
    (set(BANK_ADMIN_ROLES), BANK_ROLES),
    ({"auditor"}, BUREAU_ROLES - {"auditor"}),
    ({"admin"}, BUREAU_ROLES - {"admin"}),
)
"""Roles that no one token has together: who prepares money and who releases it, who works and who
audits the work, who manages accounts and who decides. Reviewer and approver may meet in one person
of a small bureau: each case is still held to two persons."""


def excluding(roles: Collection[str]) -> list[str]:
    """Those of the roles that exclude each other; none where all go together."""
    named = set(roles)
    return sorted(
        {
            role
            for one, others in EXCLUDING
            if named & one and named & others
            for role in named & (one | others)
        }
    )


_OF_PARTY: Final = "party:"
"""What no bank's code can begin with: a party that is called like a bank is not taken for it."""


def party_institution(code: str) -> str:
    """The institution of a party's people, from the party's code: as rows and row-level security name
    it. Token and console say the code alone."""
    return _OF_PARTY + code


def party_of(institution: str) -> str | None:
    """The code of the party whose people's institution it is; None for banks and the bureau."""
    return institution.removeprefix(_OF_PARTY) if institution.startswith(_OF_PARTY) else None
