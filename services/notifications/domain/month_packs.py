"""A month's pack: what a posted month leaves, with what was told in it and what waits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.refusals import FieldFault
from shared.roles import BANK_ROLES

PACK_TYPE: Final = "month-pack.v1"
POSTED: Final = "settlement.posted.v1"
"""The event that makes one: the month is signed and never changes again."""

FOR_ROLES: Final = BANK_ROLES | {
    "auditor", "finance_checker", "finance_maker", "leader", "pool_manager",
}  # fmt: skip
"""Whose month it is: a bank's people its own part of it, the bureau's these."""


def faults_of(*, channel: str, roles: Sequence[str]) -> list[FieldFault]:
    """Why a receiver cannot have packs."""
    place = ("month_pack",)
    if channel != "email":
        return [
            FieldFault(
                place,
                "month-pack-by-mail-only",
                "月度材料含附件，只能发送到邮箱",
                "A month's pack has files, and goes by e-mail only.",
            )
        ]
    if not FOR_ROLES.intersection(roles):
        return [
            FieldFault(
                place,
                "month-pack-of-others",
                "月度材料只发给银行人员和管理方的分管领导、资金池管理员、财务和审计人员",
                "A month's pack is for banks, and for the bureau's leader, pool manager, finance and "
                "auditor.",
            )
        ]
    return []


def as_data(
    told: Mapping[str, Any],
    *,
    counts: Sequence[Mapping[str, Any]],
    waiting: Sequence[Mapping[str, Any]],
    for_bureau: bool,
    files: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """What a pack's message keeps: `told` is the event as its reader may know it; `counts` are the
    messages of the month by type; `waiting` what waits until a day; `files` the signed statement, by
    language."""
    due_on = told.get("due_on")
    return {
        "pool_code": told["pool_code"],
        "month": told["month"],
        "posted_on": told["posted_on"].isoformat(),
        "due_on": due_on.isoformat() if due_on else "",
        # Whole fen as text: names that end in `_fen` are amounts on the wire.
        "statements": [
            {**{name: line[name] for name in ("party_code", "party_role", "party_name")},
             "net": str(line["net_fen"]), "for_bureau": for_bureau}
            for line in told["statements"]
        ],
        "counts": [dict(one) for one in counts],
        "waiting": [dict(one) for one in waiting],
        "files": [dict(one) for one in files],
    }  # fmt: skip
