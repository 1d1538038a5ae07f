"""Files of many rows: a clerk sends one, looks on while it is gone through, and mends what is left."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import bits_of, handed_on, pass_on
from services.console.rendering.paging import next_page
from services.console.upstream.client import Api, Problem
from services.console.upstream.optional import items

router = APIRouter()

_OF_RIGHTS: Final = frozenset({"reviewer", "approver"})
"""Who sends a census of rights for the bureau."""
KINDS: Final = ("applications", "positions", "claims", "rights")
OUTCOMES: Final = ("wrong", "taken", "known")
Outcome = Literal["wrong", "taken", "known"]
_SENDS: Final = "bank_operator"
_OF_CLAIMS: Final = frozenset({"bank_operator", "bank_checker"})
"""Who reads files of claims: their rows may be drafts, which are nobody's but the bank's."""


@router.get("/bulk")
async def files(page: Page, cursor: str = "") -> Response:
    """The form to send a file, the tables to fill in, and the files of before."""
    return await _show(page, NOTHING_SENT, cursor=cursor)


@router.post("/bulk")
async def send_file(page: Page) -> Response:
    """Send the file that was chosen: to be taken, or only looked at."""

    async def send(form: FormData) -> Any:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Problem(422, "bulk-file-missing", "", "console")
        name, do = file.filename[-200:], text(form, "do")
        if text(form, "kind") == "claims":
            does = {"check": "check", "save": "save"}.get(do, "file")
            return await page.risk_pool.post_file(
                "/claim-files", bits_of(file), key=once(form), name=name, do=does
            )
        if do == "save":
            raise Problem(422, "bulk-only-claims-saved", "", "console")
        return await page.applications.post_file(
            "/bulk-files",
            bits_of(file),
            key=once(form),
            name=name,
            kind=text(form, "kind"),
            month=text(form, "month"),
            only_check="true" if do == "check" else "",
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda file: page.redirect(_where(file), "done.bulk-sent"),
        files=1,
    )


@router.get("/bulk/positions.{form}")
async def positions_template(page: Page, form: Literal["csv", "xlsx"]) -> Response:
    """The table of positions, handed on as the service made it."""
    file = await page.applications.file(f"/templates/positions.{form}")
    return handed_on(file)


@router.get("/bulk/rights.xlsx")
async def rights_template(page: Page) -> Response:
    """The table of a census of rights."""
    return handed_on(await page.applications.file("/templates/rights.xlsx"))


@router.get("/bulk/claims")
async def claim_files(page: Page, cursor: str = "") -> Response:
    """All files of claims of one's bank, the last one first."""
    found = await page.risk_pool.get("/claim-files", cursor=cursor, limit=50)
    return page.render(
        "bulk_claims.html",
        files=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/bulk/claims/{file_id}")
async def one_claim_file(
    page: Page, file_id: UUID, outcome: Outcome = "wrong", cursor: str = ""
) -> Response:
    """A file of claims: how far it is, the rows to be mended, and those that were taken."""
    return await _file(page, page.risk_pool, f"/claim-files/{file_id}", outcome, cursor)


@router.get("/bulk/claims/{file_id}/progress")
async def claims_progress(page: Page, file_id: UUID) -> Response:
    """The part of the page that changes while a file of claims is gone through."""
    return await _progress(page, page.risk_pool, f"/claim-files/{file_id}")


@router.get("/bulk/claims/{file_id}/wrong-rows")
async def claims_to_mend(page: Page, file_id: UUID) -> Response:
    """The claims to be mended as a file, handed on bit by bit."""
    return await _to_mend(page.risk_pool, f"/claim-files/{file_id}")


@router.get("/bulk/{file_id}")
async def one_file(
    page: Page, file_id: UUID, outcome: Outcome = "wrong", cursor: str = ""
) -> Response:
    """How far it is, the rows to be mended with every reason, and those that were taken."""
    return await _file(page, page.applications, f"/bulk-files/{file_id}", outcome, cursor)


@router.get("/bulk/{file_id}/progress")
async def progress(page: Page, file_id: UUID) -> Response:
    """The part of the page that changes while a file is gone through."""
    return await _progress(page, page.applications, f"/bulk-files/{file_id}")


@router.get("/bulk/{file_id}/wrong-rows")
async def rows_to_mend(page: Page, file_id: UUID) -> Response:
    """The rows to be mended as a file, handed on bit by bit."""
    return await _to_mend(page.applications, f"/bulk-files/{file_id}")


async def _file(
    page: PageContext, service: Api, path: str, outcome: Outcome, cursor: str
) -> Response:
    # The rows after the file: a file that is shown as done is shown with all its rows.
    file = await service.get(path)
    rows = await service.get(f"{path}/rows", outcome=outcome, limit=50, cursor=cursor)
    return page.render(
        "bulk_file.html",
        file=file,
        where=_where(file),
        rows=items(rows),
        outcome=outcome,
        outcomes=OUTCOMES,
        next=next_page(page.request, rows),
        is_first=not cursor,
    )


async def _progress(page: PageContext, service: Api, path: str) -> Response:
    file = await service.get(path)
    return page.render("bulk_progress.html", file=file, where=_where(file), refreshed=True)


async def _to_mend(service: Api, path: str) -> Response:
    found = await service.stream(f"{path}/wrong-rows")
    return pass_on(found, "content-type", "content-disposition")


def _where(file: Mapping[str, Any]) -> str:
    """The page of a file."""
    return f"/bulk/claims/{file['id']}" if file["kind"] == "claims" else f"/bulk/{file['id']}"


async def _show(page: PageContext, attempt: Attempt, *, cursor: str = "") -> Response:
    assert page.person is not None
    is_bank = _SENDS in page.person.roles
    found, pools = await asyncio.gather(
        page.applications.get("/bulk-files", cursor=cursor, limit=20),
        page.risk_pool.get("/pools"),
    )
    claims: Any = {"items": []}
    if _OF_CLAIMS & page.person.roles:
        claims = await page.risk_pool.get("/claim-files", limit=5)
    return page.render(
        "bulk.html",
        attempt=attempt,
        files=items(found),
        claim_files=items(claims),
        pools=items(pools),
        next=next_page(page.request, found),
        is_first=not cursor,
        kinds=KINDS if is_bank else ("rights",),
        is_bank=is_bank,
        may_send=is_bank or bool(_OF_RIGHTS & page.person.roles),
    )
