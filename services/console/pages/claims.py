"""Claims and recoveries: what was filed, how it was split and why, and who does the next step."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases import actions
from services.console.http.forms import once, text
from services.console.http.page_context import Desk, desk
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items, or_none
from services.console.upstream.today import today

router = APIRouter()
At = Annotated[Desk, Depends(desk)]

CLAIM_STATES = ("submitted", "reviewed", "approved", "paid", "refused")
RECOVERY_STATES = ("reported", "confirmed", "refused")
ROUTES = ("auction", "sale", "discount", "debtor", "litigation")


@router.get("/claims")
async def claims(
    at: At, state: str = "", pool: str = "", bank: str = "", cursor: str = ""
) -> Response:
    """Claims, the newest first."""
    found, pools, banks = await asyncio.gather(
        at.risk_pool.get("/claims", state=state, pool=pool, bank=bank, cursor=cursor),
        at.risk_pool.get("/pools"),
        at.applications.get("/banks", limit=200),
    )
    return at.page(
        "claims.html",
        claims=found["items"],
        next=next_page(at.request, found),
        is_first=not cursor,
        pools=items(pools),
        banks=items(banks),
        states=CLAIM_STATES,
        chosen={"state": state, "pool": pool, "bank": bank},
    )


@router.get("/claims/{claim_id}")
async def claim(at: At, claim_id: UUID) -> Response:
    """One claim with every figure of its split."""
    return await _claim_shown(at, claim_id)


@router.post("/claims/{claim_id}/{action}")
async def act_on_claim(at: At, claim_id: UUID, action: str) -> Response:
    """Do one step of a claim, or report a recovery on it."""
    form = await at.form()
    known = actions.CLAIM.get(action)
    try:
        if action == "recover":
            await at.risk_pool.post(
                f"/claims/{claim_id}/recoveries", _recovery(form), key=once(form)
            )
        elif known is not None:
            await at.risk_pool.post(
                f"/claims/{claim_id}/{known.path}",
                actions.body_of(known, form),
                key=once(form),
                if_match=text(form, "_etag"),
            )
        else:
            raise Problem(404, "not-found", "", "console")
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _claim_shown(at, claim_id, problem=problem, tried=action, sent=form)
    return at.done(f"/claims/{claim_id}", f"done.claim-{action}")


async def _claim_shown(
    at: Desk,
    claim_id: UUID,
    *,
    problem: Problem | None = None,
    tried: str = "",
    sent: FormData | None = None,
) -> Response:
    answer = await at.risk_pool.read(f"/claims/{claim_id}")
    recoveries = await or_none(at.risk_pool.get("/recoveries", claim_id=str(claim_id), limit=200))
    return at.page(
        "claim.html",
        status=problem.status if problem else 200,
        claim=answer.body,
        etag=answer.etag,
        acts=actions.offered(actions.CLAIM, answer.body["pending_actions"]),
        recoveries=items(recoveries or []),
        routes=ROUTES,
        problem=problem,
        tried=tried,
        sent=sent or FormData(),
        today=await today(at),
    )


def _recovery(form: FormData) -> dict[str, object]:
    return {
        "received_on": text(form, "received_on"),
        "route": text(form, "route"),
        "from_pledged_ip": text(form, "from_pledged_ip") == "yes",
        "gross": text(form, "gross").replace(",", ""),
        "costs": text(form, "costs").replace(",", "") or "0",
    }


@router.get("/recoveries")
async def recoveries(
    at: At, state: str = "", pool: str = "", bank: str = "", cursor: str = ""
) -> Response:
    """Recoveries, the newest first."""
    found, pools, banks = await asyncio.gather(
        at.risk_pool.get("/recoveries", state=state, pool=pool, bank=bank, cursor=cursor),
        at.risk_pool.get("/pools"),
        at.applications.get("/banks", limit=200),
    )
    return at.page(
        "recoveries.html",
        recoveries=found["items"],
        next=next_page(at.request, found),
        is_first=not cursor,
        pools=items(pools),
        banks=items(banks),
        states=RECOVERY_STATES,
        chosen={"state": state, "pool": pool, "bank": bank},
    )


@router.get("/recoveries/{recovery_id}")
async def recovery(at: At, recovery_id: UUID) -> Response:
    """One recovery: costs first, then back by what each party bore."""
    return await _recovery_shown(at, recovery_id)


@router.post("/recoveries/{recovery_id}/{action}")
async def act_on_recovery(at: At, recovery_id: UUID, action: str) -> Response:
    """Confirm a recovery, or send it back."""
    form = await at.form()
    known = actions.RECOVERY.get(action)
    if known is None:
        raise Problem(404, "not-found", "", "console")
    try:
        await at.risk_pool.post(
            f"/recoveries/{recovery_id}/{known.path}",
            actions.body_of(known, form) or None,
            key=once(form),
            if_match=text(form, "_etag"),
        )
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _recovery_shown(at, recovery_id, problem=problem, tried=action, sent=form)
    return at.done(f"/recoveries/{recovery_id}", f"done.recovery-{action}")


async def _recovery_shown(
    at: Desk,
    recovery_id: UUID,
    *,
    problem: Problem | None = None,
    tried: str = "",
    sent: FormData | None = None,
) -> Response:
    answer = await at.risk_pool.read(f"/recoveries/{recovery_id}")
    return at.page(
        "recovery.html",
        status=problem.status if problem else 200,
        recovery=answer.body,
        etag=answer.etag,
        acts=actions.offered(actions.RECOVERY, answer.body["pending_actions"]),
        problem=problem,
        tried=tried,
        sent=sent or FormData(),
    )
