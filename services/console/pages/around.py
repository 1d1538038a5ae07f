"""What stands around loans: the forms on a case's page, and the list of what ends soon with totals."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.around import STEPS, body
from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists_of_work import POLICIES
from services.console.cases.reported_rights import report_on, rights_of_collateral
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.cases import show_case
from services.console.upstream.client import not_found
from services.console.upstream.optional import items, or_none

router = APIRouter()


@router.post("/case-around/{case_id}/{sort}")
async def record(page: Page, case_id: UUID, sort: str) -> Response:
    """Record a policy, a guarantee, a commitment or a report for a case."""

    async def send(form: FormData) -> None:
        at = f"/applications/{case_id}"
        more: dict[str, Any] = {}
        match sort:
            case "policy":
                path, more = "/policies", {"case": str(case_id)}
            case "guarantee":
                path, more = f"{at}/guarantees", {}
            case "co_investment":
                path, more = f"{at}/co-investments", {}
            case "report":
                path, more = "/due-diligence-reports", {"case": str(case_id)}
                if text(form, "subject") == "firm":
                    more["firm_uscc"] = text(form, "firm_uscc")
                else:
                    ticked = [str(one) for one in form.getlist("rights")]
                    more |= report_on(await rights_of_collateral(page, ticked))
            case _:
                raise not_found()
        said = body(sort, form) | more
        await page.applications.post(path, said, key=once(form))

    return await page.answer_form(
        send,
        action=f"around-{sort}",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}#around", "done.around"),
    )


@router.post("/case-around/{case_id}/{sort}/{one_id}/{step}")
async def take_step(page: Page, case_id: UUID, sort: str, one_id: UUID, step: str) -> Response:
    """Endorse, change or end a policy or a guarantee; a commitment is paid or taken back."""
    if step not in STEPS.get(sort, ()):
        raise not_found()
    return await page.answer_form(
        lambda form: page.applications.post(
            f"/{sort}/{one_id}/{step}", body(step, form), key=once(form)
        ),
        action=f"around-{step}-{one_id}",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}#around", "done.around"),
    )


@router.get("/register/around")
async def listed(page: Page) -> Response:
    """Policies and guarantees by their last day, and this year's totals."""
    usual = await opens_with(page, POLICIES)
    return page.redirect(usual) if usual else await _list(page, NOTHING_SENT)


@router.post("/register/around")
async def record_of_firm(page: Page) -> Response:
    """Record a policy of a firm that no case is linked to."""

    async def send(form: FormData) -> None:
        firm = {name: text(form, name) for name in ("firm_uscc", "firm_name")}
        await page.applications.post("/policies", body("policy", form) | firm, key=once(form))

    return await page.answer_form(
        send,
        action="around-policy",
        show=lambda attempt: _list(page, attempt),
        done=lambda _: page.redirect("/register/around", "done.around"),
    )


async def _list(page: PageContext, attempt: Attempt) -> Response:
    day = await today(page)
    span = {"since": f"{day[:4]}-01-01", "until": f"{day[:4]}-12-31"}
    within = page.request.query_params.get("within_days", "")
    (grid, problem), guarantees, totals, investments = await asyncio.gather(
        grid_of(page, POLICIES),
        or_none(page.applications.get("/guarantees", within_days=within, limit=200)),
        page.applications.get("/policy-totals", **span),
        page.applications.get("/co-investment-totals", **span),
    )
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    return page.render(
        "register_around.html",
        attempt=attempt,
        grid=grid,
        names=grid.names,
        guarantees=items(guarantees),
        totals=totals,
        investments=items(investments),
        year=day[:4],
        policy_kinds=page.texts.codes("policy_kind"),
        bearers=page.texts.codes("borne_by"),
    )
