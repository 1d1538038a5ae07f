"""The queue, the list of cases, and the page of one case with everything that decides it."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases import actions
from services.console.cases.figures import is_below, totals
from services.console.http.forms import once, text
from services.console.http.page_context import Desk, desk
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items, nothing, or_none
from services.console.upstream.today import today

router = APIRouter()
At = Annotated[Desk, Depends(desk)]

WAY = ("submit", "accept", "review", "decide", "reserve", "register", "disburse", "repay", "close")
"""The steps that the way through a case shows."""

_AT = {
    "submitted": 1,
    "returned_for_correction": 0,
    "accepted": 2,
    "under_review": 2,
    "recommended": 3,
    "approved": 4,
    "capacity_declined": 4,
    "capacity_reserved": 5,
    "pledge_registered": 6,
    "disbursed": 7,
    "overdue": 7,
    "claimed": 7,
    "repaid": 8,
    "closed": 9,
}
"""State → the step that is being done; the other states have left the way."""

STATES = (*_AT, "rejected", "withdrawn", "expired")
_MOST_REASON_ROWS = 12


@router.get("/queue")
async def queue(at: At, pool: str = "", cursor: str = "") -> Response:
    """What waits for this reviewer or approver, the oldest first."""
    found, pools = await asyncio.gather(
        at.applications.get("/queue", pool=pool, cursor=cursor), at.applications.get("/pools")
    )
    return at.page(
        "queue.html",
        cases=found["items"],
        next=next_page(at.request, found),
        is_first=not cursor,
        pools=items(pools),
        chosen={"pool": pool},
    )


@router.get("/cases")
async def cases(
    at: At, q: str = "", state: str = "", pool: str = "", bank: str = "", cursor: str = ""
) -> Response:
    """All cases that this person may see."""
    found, pools, banks = await asyncio.gather(
        at.applications.get("/applications", q=q, state=state, pool=pool, bank=bank, cursor=cursor),
        at.applications.get("/pools"),
        at.applications.get("/banks", limit=200),
    )
    return at.page(
        "cases.html",
        cases=found["items"],
        next=next_page(at.request, found),
        is_first=not cursor,
        pools=items(pools),
        banks=items(banks),
        states=STATES,
        chosen={"q": q, "state": state, "pool": pool, "bank": bank},
    )


@router.get("/cases/{case_id}")
async def case(at: At, case_id: UUID) -> Response:
    """One case on one page."""
    return await _shown(at, case_id)


@router.post("/cases/{case_id}/{action}")
async def act(at: At, case_id: UUID, action: str) -> Response:
    """Do one thing to a case, then look at it again."""
    form = await at.form()
    known = actions.CASE.get(action)
    if known is None:
        raise Problem(404, "not-found", "", "console")
    if text(form, "_more"):
        return await _shown(at, case_id, tried=action, sent=form, more=1)
    try:
        await at.applications.post(
            f"/applications/{case_id}/{known.path}",
            actions.body_of(known, form) or None,
            key=once(form),
            if_match=text(form, "_etag"),
        )
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _shown(at, case_id, problem=problem, tried=action, sent=form)
    return at.done(f"/cases/{case_id}", f"done.case-{action}")


async def _shown(
    at: Desk,
    case_id: UUID,
    *,
    problem: Problem | None = None,
    tried: str = "",
    sent: FormData | None = None,
    more: int = 0,
) -> Response:
    answer = await at.applications.read(f"/applications/{case_id}")
    found = answer.body
    pool, coverage, positions, claims = await asyncio.gather(
        or_none(at.risk_pool.get(f"/pools/{found['pool_code']}")),
        or_none(at.risk_pool.get(f"/coverages/{case_id}")),
        or_none(at.applications.get(f"/loans/{case_id}/positions") if found["loan"] else nothing()),
        or_none(at.risk_pool.get("/claims", loan_id=str(case_id)) if found["loan"] else nothing()),
    )
    given = text(sent, "_rows") if sent is not None else ""
    rows = int(given) if given.isascii() and given.isdigit() else 3
    return at.page(
        "case.html",
        status=problem.status if problem else 200,
        case=found,
        etag=answer.etag,
        acts=actions.offered(actions.CASE, found["pending_actions"]),
        way=WAY,
        at=_AT.get(found["state"]),
        rights=_rights(found),
        pool=pool,
        own=_standing(pool, found["bank_code"]),
        coverage=coverage,
        positions=items(positions or []),
        claims=items(claims or []),
        places=_places(at, found),
        totals=totals(found),
        is_below=is_below,
        problem=problem,
        tried=tried,
        sent=sent or FormData(),
        reason_rows=min(rows + more, _MOST_REASON_ROWS),
        today=await today(at),
    )


def _rights(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every right with what the checks found against it."""
    return [
        {
            **item,
            "found": [
                one
                for one in case["findings"]
                if f"{one['field']}/".startswith(f"/collateral/{n}/")
            ],
        }
        for n, item in enumerate(case["collateral"])
    ]


def _standing(pool: Mapping[str, Any] | None, bank_code: str) -> Mapping[str, Any] | None:
    """Where the case's bank stands in the pool."""
    if pool is None:
        return None
    if pool.get("own"):
        own: Mapping[str, Any] = pool["own"]
        return own
    return next((one for one in pool.get("banks") or [] if one["bank_code"] == bank_code), None)


def _places(at: Desk, case: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of an application that a reason can name: JSON pointer and words."""
    t = at.texts
    plain = [
        ("/borrower", t("case.borrower")),
        ("/amount", t("field.amount")),
        ("/tenor_months", t("case.tenor")),
        ("/annual_rate_bp", t("case.rate")),
        ("/purpose", t("case.purpose")),
        ("/ip_share_bp", t("case.ip-share")),
        ("/parties", t("case.parties")),
        ("/documents", t("case.documents")),
    ]
    parts = ("number", "owner_name", "expires_on", "valuation")
    rights = []
    for n in range(len(case["collateral"])):
        name = f"{t('ip.right')} {n + 1}"
        rights.append((f"/collateral/{n}", name))
        rights += [(f"/collateral/{n}/{part}", f"{name} · {t('field.' + part)}") for part in parts]
    return plain + rights
