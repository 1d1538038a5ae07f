"""What a case would take up in its pool, beside the decision: asked of the pool by what the case says."""

from collections.abc import Mapping
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.optional import or_none


async def pool_effect_of(page: PageContext, case: Mapping[str, Any], *, is_open: bool) -> Any:
    """Each limit before and after it; None once somebody has decided, and where it is not to be seen."""
    if not is_open:
        return None
    return await or_none(
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
    )


def _owed(case: Mapping[str, Any]) -> dict[str, str]:
    """What is owed of a loan that was filed after it was paid out: so much is covered."""
    paid = case["paid_out"]
    return {"outstanding": paid["outstanding_principal"]} if paid else {}


def _ip_part(case: Mapping[str, Any]) -> dict[str, str]:
    """The IP part in basis points, where other collateral secures the loan, too."""
    share = case["ip_share_bp"]
    return {"ip_share_bp": str(share)} if case["has_other_collateral"] and share else {}
