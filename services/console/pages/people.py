"""People: who comes here, as what, and which pools they look after; a bank's admin sees his own bank's."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.kinds import POOL_DUTY
from services.console.http.development import somebody_with
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.rendering.navigation import SEES_DUTIES
from services.console.upstream.client import SERVICES, Api
from services.console.upstream.optional import items, nothing, or_none
from shared.people import person_key
from shared.roles import BANK_ADMIN_ROLES, BANK_ROLES

router = APIRouter(prefix="/people")

PROPOSERS: Final = frozenset({"pool_manager", "admin"})
SEES_ENDED: Final = frozenset({"admin", "auditor", *BANK_ADMIN_ROLES})
"""Who is told whose logins were ended; the service judges."""
DECIDER: Final = "approver"
_SHOWN: Final = 200
"""People a service tells at once; a larger house narrows by institution."""

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
async def people(page: Page) -> Response:
    """Who has come here, with roles, institution, pools and last time; narrowed by institution (`of`),
    role and words."""
    return await show(page, NOTHING_SENT)


@router.post("/duties")
async def propose(page: Page) -> Response:
    """Propose which pools somebody looks after, then look at it."""

    async def send(form: FormData) -> Any:
        whole = bool(text(form, "all_pools"))
        body = {
            "person": text(form, "person"),
            "person_name": text(form, "person_name") or text(form, "person"),
            "pools": ["*"] if whole else [str(one) for one in form.getlist("pools") if one],
            "from_day": text(form, "from_day"),
            "reason": text(form, "reason"),
        }
        return await page.risk_pool.post("/pool-duties", body, key=once(form))

    return await page.answer_form(
        send,
        action="duty",
        show=lambda attempt: show(page, attempt),
        done=lambda made: page.redirect(
            f"/people/duties/{made['number']}", "done.pool_duty-propose"
        ),
    )


@router.get("/duties/{number}")
async def duty(page: Page, number: Number) -> Response:
    """One duty: whose it is, which pools, who stands by it."""
    return await _show_duty(page, number, NOTHING_SENT)


@router.post("/duties/{number}/{action}")
async def act_on_duty(page: Page, number: Number, action: str) -> Response:
    """Approve a duty, refuse it or take it back."""
    return await act(
        page,
        POOL_DUTY,
        action,
        api=page.risk_pool,
        path=f"/pool-duties/{number}",
        back=f"/people/duties/{number}",
        show=lambda attempt: _show_duty(page, number, attempt),
    )


async def show(page: PageContext, attempt: Attempt) -> Response:
    """Who has come here; of a bank's admin it is the first page, too."""
    assert page.person is not None
    roles = page.person.roles
    sees_duties, may_propose = bool(roles & SEES_DUTIES), bool(roles & PROPOSERS)
    apis: list[Api] = [page.apis[name] for name in SERVICES]
    said = page.request.query_params if page.request.method == "GET" else {}
    asked = {name: said.get(name, "") for name in ("q", "role", "of")}
    narrowed = {"q": asked["q"], "role": asked["role"], "institution": asked["of"]}
    duties, pools, banks, ended, day, *seen = await asyncio.gather(
        page.risk_pool.get("/pool-duties") if sees_duties else nothing(),
        or_none(page.risk_pool.get("/pools")) if may_propose else nothing(),
        or_none(page.applications.get("/banks") if not page.person.is_of_bank else nothing()),
        or_none(page.applications.get("/ended-logins") if roles & SEES_ENDED else nothing()),
        today(page),
        *(api.get("/people", **narrowed, limit=_SHOWN) for api in apis),
    )
    found = together([items(answer) for answer in seen])
    return page.render(
        "people.html",
        attempt=attempt,
        people=found,
        asked=asked,
        roles=sorted(page.texts.codes("role"))
        if not page.person.is_of_bank
        else sorted(BANK_ROLES | BANK_ADMIN_ROLES),
        banks=items(banks),
        ended={one["account"]: over for one in found if (over := _over(one, items(ended)))},
        sees_ended=bool(roles & SEES_ENDED),
        more=any(answer.get("next_cursor") for answer in seen),
        duties=items(duties),
        sees_duties=sees_duties,
        may_propose=may_propose,
        ends=bool(roles & {"admin", "bank_admin"}),
        pools=items(pools),
        chosen=said.get("duty", ""),
        today=day,
    )


def _over(person: Mapping[str, Any], ended: list[Any]) -> Any:
    """When somebody's logins were ended last; None where they were not."""
    known = {person_key(person["person"]), person_key(person["account"])}
    return next((one for one in ended if one["person"] in known), None)


def together(seen: list[list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """Everybody whom any service has seen, once, as the last one saw him; the latest first."""
    known: dict[str, Mapping[str, Any]] = {}
    for one in (one for rows in seen for one in rows):
        before = known.get(one["account"])
        if before is None or before["last_seen_at"] < one["last_seen_at"]:
            known[one["account"]] = one
    return sorted(known.values(), key=lambda one: one["last_seen_at"], reverse=True)


async def _show_duty(page: PageContext, number: int, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/pool-duties/{number}")
    waits = "approve" not in answer.body["pending_actions"] and answer.body["waiting_for"]
    return await render_case(
        page,
        POOL_DUTY,
        answer,
        attempt,
        decider=DECIDER,
        substitute=somebody_with(page, DECIDER) if waits else None,
    )
