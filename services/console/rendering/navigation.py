"""Which entries the navigation shows to whom. It hides what would be refused; it allows nothing."""

from dataclasses import dataclass

from shared.roles import BANK_ADMIN_ROLES, BANK_ROLES, BUREAU_ROLES, PARTY_ROLES

_FINANCE = frozenset({"finance_maker", "finance_checker"})
SETS_UP = frozenset({"pool_manager", "admin"})
"""Who registers banks, opens pools and gives lines."""

SEES_DUTIES = frozenset({"pool_manager", "approver", "auditor", "admin"})
"""Who reads which pools the bureau's people look after."""
_SEES_MONEY = _FINANCE | {"leader", "pool_manager", "auditor"}

_OF_DESK = frozenset({"reviewer", "approver", "leader", "pool_manager"})
_EVERYBODY = BANK_ROLES | BUREAU_ROLES


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; `key` is its access key and its letter after "g"."""

    name: str
    path: str
    key: str
    roles: frozenset[str]


ENTRIES = (
    Entry("start", "/", "s", _EVERYBODY | PARTY_ROLES),
    Entry("cockpit", "/cockpit", "g", BUREAU_ROLES - {"admin"}),
    Entry("to-do", "/to-do", "h", _EVERYBODY | PARTY_ROLES),
    Entry("queue", "/queue", "q", _OF_DESK),
    Entry("desk", "/desk", "d", _OF_DESK | {"auditor"}),
    Entry("meetings", "/meetings", "j", _OF_DESK | {"auditor"}),
    Entry("cases", "/cases", "a", _EVERYBODY - {"admin"}),
    Entry("intake", "/intake", "n", frozenset({"bank_operator"})),
    Entry("bulk", "/bulk", "t", frozenset({"bank_operator", "bank_checker"})),
    Entry(
        "rights",
        "/rights",
        "k",
        frozenset({"bank_operator", "bank_checker", "reviewer", "approver", "auditor"}),
    ),
    Entry("register", "/register/rights", "y", _EVERYBODY - {"admin"}),
    Entry(
        "quality",
        "/quality",
        "l",
        frozenset(
            {"bank_operator", "bank_checker", "reviewer", "approver", "pool_manager", "auditor"}
        ),
    ),
    Entry("demands", "/demands", "o", _EVERYBODY - {"admin"}),
    Entry("programmes", "/programmes", "f", _EVERYBODY - {"admin"}),
    Entry("pools", "/pools", "p", _EVERYBODY - {"admin"}),
    Entry("claims", "/claims", "c", _EVERYBODY - {"admin"}),
    Entry("recoveries", "/recoveries", "r", _EVERYBODY - {"admin"}),
    Entry("warnings", "/warnings", "w", _EVERYBODY - {"admin"}),
    Entry("disposals", "/disposals", "x", _EVERYBODY - {"admin"}),
    Entry("subsidies", "/subsidies", "b", _EVERYBODY - {"admin"}),
    Entry("public-notices", "/public-notices", "v", BUREAU_ROLES - {"admin"}),
    Entry("settlements", "/settlements", "m", _EVERYBODY - {"admin"}),
    Entry("open-items", "/open-items", "1", _SEES_MONEY),
    Entry("payment-files", "/payment-files", "2", _SEES_MONEY),
    Entry("inbox", "/inbox", "i", _EVERYBODY),
    Entry("audit", "/audit", "n", frozenset({"auditor"})),
    Entry("looks", "/looks", "z", frozenset({"auditor"})),
    Entry("people", "/people", "t", SEES_DUTIES | BANK_ADMIN_ROLES),
    Entry("setup", "/setup", "u", SETS_UP),
    Entry("parked", "/parked", "e", frozenset({"admin"})),
)


def navigation(roles: frozenset[str]) -> tuple[Entry, ...]:
    """The entries for somebody with these roles, in order."""
    return tuple(entry for entry in ENTRIES if entry.roles & roles)
