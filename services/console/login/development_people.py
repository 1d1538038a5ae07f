"""Whom one can choose to be in development: the bureau's people, and an operator of every bank.

The subjects are those of the demo's year, so that what they did there meets the four eyes here.
"""

from collections.abc import Sequence
from typing import Any

from shared.auth.identity import Identity
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import ALL, Institution


def _bureau(subject: str, name: str, *roles: str, pools: Sequence[str] = (ALL,)) -> Identity:
    return Identity(subject, name, frozenset(roles), Institution(EVERYWHERE, pools))


BUREAU = (
    _bureau("reviewer-lin", "林晓", "reviewer"),
    _bureau("reviewer-he", "何敏", "reviewer", "approver"),
    _bureau("reviewer-dong", "董娟（仅东丽）", "reviewer", pools=("dongli",)),
    _bureau("approver-zhao", "赵建国", "approver"),
    _bureau("finance-sun", "孙丽", "finance_maker"),
    _bureau("finance-qian", "钱卫东", "finance_checker"),
    _bureau("manager-wu", "吴刚", "pool_manager"),
    _bureau("auditor-zhou", "周正", "auditor"),
    _bureau("admin", "系统管理员", "admin"),
)
READER = Identity("console", "console", frozenset({"auditor"}), EVERYWHERE)
"""As whom the list of banks is read for the login page."""


def of_banks(banks: Sequence[dict[str, Any]]) -> tuple[Identity, ...]:
    """The operator of every bank, from the banks as `applications` lists them."""
    return tuple(
        Identity(
            f"{bank['code'].lower()}-operator",
            f"{bank['name']}经办",
            frozenset({"bank_operator"}),
            bank["code"],
        )
        for bank in banks
    )
