"""What the page of a case shows beside a decision: levels of approval, and the effect of the case."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from services.console.http.page_context import PageContext
from services.console.upstream.optional import or_none

_READS: Final = frozenset({"reviewer", "approver", "leader", "pool_manager", "auditor"})
_NOTHING: Final[dict[str, Any]] = {"levels": None, "effect": None, "pool_effect": None}
_UNDECIDED: Final = ("accepted", "under_review", "recommended", "to_countersign")


async def levels_of(page: PageContext, case: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing for a bank; the effect only while nobody has decided."""
    assert page.person is not None
    if not page.person.roles & _READS:
        return dict(_NOTHING)
    path = f"/applications/{case['id']}"
    if case["state"] not in _UNDECIDED:
        return _NOTHING | {
            "levels": await or_none(page.applications.get(f"{path}/approval-levels"))
        }
    levels, effect, of_pool = await asyncio.gather(
        or_none(page.applications.get(f"{path}/approval-levels")),
        or_none(page.applications.get(f"{path}/effect")),
        or_none(
            page.risk_pool.get(
                f"/pools/{case['pool_code']}/entry-effect",
                bank=case["bank_code"],
                borrower=case["borrower"]["uscc"],
                amount=case["amount"],
                mode=case["mode"],
                **_ip_part(case),
                **_owed(case),
                **({"renews": case["renews"]} if case["renews"] else {}),
            )
        ),
    )
    return {"levels": levels, "effect": effect, "pool_effect": of_pool}


def _owed(case: Mapping[str, Any]) -> dict[str, str]:
    """What is owed of a loan that was filed after it was paid out: so much is covered."""
    paid = case["paid_out"]
    return {"outstanding": paid["outstanding_principal"]} if paid else {}


def _ip_part(case: Mapping[str, Any]) -> dict[str, str]:
    """The IP part in basis points, where other collateral secures the loan, too."""
    share = case["ip_share_bp"]
    return {"ip_share_bp": str(share)} if case["has_other_collateral"] and share else {}
