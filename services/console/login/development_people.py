"""Whom one can choose to be in development: the bureau's people, an operator and a checker of every bank,
and a clerk of every guarantor, insurer and appraiser that stands in a pool.

The subjects are those of the demo's year, so that what they did there meets the four eyes here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.auth.identity import Identity
from shared.contracts.audiences import audience_of
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import ALL, Institution
from shared.roles import PARTY_ROLES, party_institution


def _bureau(subject: str, name: str, *roles: str, pools: Sequence[str] = (ALL,)) -> Identity:
    return Identity(subject, name, frozenset(roles), Institution(EVERYWHERE, pools))


BUREAU = (
    _bureau("reviewer-lin", "林晓", "reviewer"),
    _bureau("reviewer-he", "何敏", "reviewer", "approver"),
    _bureau("reviewer-dong", "董娟（仅东丽）", "reviewer", pools=("dongli",)),
    _bureau("approver-zhao", "赵建国", "approver"),
    _bureau("leader-gao", "高岚", "leader"),
    _bureau("finance-sun", "孙丽", "finance_maker"),
    _bureau("finance-qian", "钱卫东", "finance_checker"),
    _bureau("manager-wu", "吴刚", "pool_manager"),
    _bureau("auditor-zhou", "周正", "auditor"),
    _bureau("admin", "系统管理员", "admin"),
)
READER = Identity("console", "登录页", frozenset({"auditor"}), EVERYWHERE)
"""As whom the list of banks is read for the login page."""


def of_banks(banks: Sequence[dict[str, Any]]) -> tuple[Identity, ...]:
    """Of every bank who enters and who confirms, from the banks as `applications` lists them."""
    return tuple(
        Identity(
            f"{bank['code'].lower()}-{role.removeprefix('bank_')}",
            f"{bank['name']}{name}",
            frozenset({role}),
            bank["code"],
        )
        for bank in banks
        for role, name in (
            ("bank_operator", "经办"),
            ("bank_checker", "复核"),
            ("bank_admin", "管理员"),
        )
    )


def of_parties(parties: Iterable[dict[str, Any]]) -> tuple[Identity, ...]:
    """The clerk of every party that hears what is its own, from the parties of pools; each once."""
    own = {one["code"]: one["name"] for one in parties if one["role"] in audience_of()}
    return tuple(
        Identity(
            f"{code.lower()}-clerk",
            f"{name}经办",
            PARTY_ROLES,
            Institution(party_institution(code)),
        )
        for code, name in sorted(own.items())
    )
