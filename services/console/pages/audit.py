"""An auditor's desk: samples, drawn so that they can be drawn again; ledgers, verified where they lie."""

import asyncio
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import names_of
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.http.today import today
from services.console.upstream.client import Api, not_found
from services.console.upstream.optional import items

router = APIRouter()

KINDS: Final = {"case": "applications", "loan": "risk_pool", "claim": "risk_pool"}
"""What samples are drawn of → the service that draws them."""
KEEPERS: Final = ("applications", "risk_pool")
_OPTIONAL: Final = ("seed", "pool_code", "bank_code", "amount_from")
_SHOWN: Final = 20


@router.get("/audit")
async def desk(page: Page, number: str = "") -> Response:
    """What was drawn, a form to draw, the ledgers to verify. `number`: of a trail that was not found."""
    return await _show(page, NOTHING_SENT, number=number)


@router.post("/audit/samples")
async def draw(page: Page) -> Response:
    """Draw a sample, and look at it."""
    drawn_by = {"service": ""}

    async def send(form: FormData) -> Any:
        kind = text(form, "kind")
        drawn_by["service"] = KINDS.get(kind, KEEPERS[0])
        body: dict[str, Any] = {
            name: text(form, name) for name in ("kind", "risk", "first", "last", "reason")
        } | {name: text(form, name) for name in _OPTIONAL if text(form, name)}
        size = text(form, "size")
        body["size"] = int(size) if size.isascii() and size.isdigit() else 0
        return await page.apis[drawn_by["service"]].post("/audit-samples", body, key=once(form))

    return await page.answer_form(
        send,
        action="sample",
        show=lambda attempt: _show(page, attempt),
        done=lambda made: page.redirect(
            f"/audit/samples/{drawn_by['service']}/{made['id']}", "done.audit-sample"
        ),
    )


@router.get("/audit/samples/{service}/{sample_id}")
async def sample(page: Page, service: str, sample_id: UUID, again: str = "") -> Response:
    """One sample; on request drawn once more beside it."""
    api = _api(page, service)
    path = f"/audit-samples/{sample_id}"
    found, compared, banks, pools = await asyncio.gather(
        api.get(path),
        api.get(f"{path}/again") if again else _nothing(),
        page.applications.get("/banks"),
        page.applications.get("/pools"),
    )
    return page.render(
        "audit_sample.html",
        one=found,
        service=service,
        compared=compared,
        names=names_of(items(pools), items(banks)),
    )


@router.get("/audit/samples/{service}/{sample_id}/export.{form}")
async def export(page: Page, service: str, sample_id: UUID, form: str) -> Response:
    """The sample as a file."""
    if form not in ("csv", "xlsx"):
        raise not_found()
    answer = await _api(page, service).stream(f"/audit-samples/{sample_id}/export.{form}")
    return pass_on(answer, "content-type", "content-disposition")


@router.get("/audit/ledgers/{code}")
async def ledger(page: Page, code: str) -> Response:
    """The ledger of a pool, verified now from its first transfer on."""
    found, pool = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}/verification"), page.risk_pool.get(f"/pools/{code}")
    )
    return page.render("audit_ledger.html", found=found, pool=pool)


async def _nothing() -> None:
    return None


def _api(page: PageContext, service: str) -> Api:
    if service not in KEEPERS:
        raise not_found()
    return page.apis[service]


async def _show(page: PageContext, attempt: Attempt, *, number: str = "") -> Response:
    found = await asyncio.gather(
        *(page.apis[name].get("/audit-samples", limit=_SHOWN) for name in KEEPERS)
    )
    drawn = [
        one | {"service": name}
        for name, some in zip(KEEPERS, found, strict=True)
        for one in items(some)
    ]
    pools, banks, day = await asyncio.gather(
        page.risk_pool.get("/pools"), page.applications.get("/banks"), today(page)
    )
    return page.render(
        "audit.html",
        attempt=attempt,
        samples=sorted(drawn, key=lambda one: str(one["drawn_at"]), reverse=True),
        kinds=list(KINDS),
        risks=page.texts.codes("sample_risk"),
        pools=items(pools),
        banks=items(banks),
        year=f"{day[:4]}-01-01",
        day=day,
        number=number,
    )
