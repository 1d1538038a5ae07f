"""Papers beside the decision: a case's papers page by page, two side by side, notes, verdicts.

Everything works by links and forms; the page's pictures are handed on from the service, which
writes down who looked.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, Response

from services.console.cases.papers_shown import CASES, line_of, papers_of_case
from services.console.cases.papers_shown import shown as shown_of
from services.console.http.forms import NOTHING_SENT, Attempt, new_key, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import bits_of, pass_on
from services.console.pages.cases import show_case
from services.console.upstream.client import Problem, not_found
from services.console.upstream.optional import items, or_none

router = APIRouter()

ZOOMS = (50, 75, 100, 150, 200)
"""Of the width that there is, in percent."""
TURNS = (0, 90, 180, 270)
_MOST_OF_LETTERS = 40
"""Papers of letters beside those of the case."""
_NEAR = 100
"""Beyond this a page is drawn larger, so that small print can be read."""

Kind = Literal[("cases", *CASES)]  # type: ignore[valid-type] # words of papers_shown
"""Whose papers."""
Number = Annotated[int, Query(ge=1, le=100_000)]


@dataclass(frozen=True, kw_only=True)
class View:
    """What is looked at: which page of which paper, how near, how turned, what beside it."""

    base: str
    """The case's own address."""
    document: str
    page: int = 1
    zoom: int = 100
    turn: int = 0
    beside: str = ""
    beside_page: int = 1

    def at(self, **other: Any) -> str:
        """The address of this view with something else changed."""
        values = {**vars(self), **other}
        document, base = values.pop("document"), values.pop("base")
        told = {
            name: value
            for name, value in values.items()
            if value != getattr(View, name) and value is not None
        }
        query = f"?{urlencode(told)}" if told else ""
        return f"{base}/papers/{document}{query}"


@router.get("/{kind}/{case_id}/papers/{document_id}")
async def look(
    page: Page,
    kind: Kind,
    case_id: UUID,
    document_id: UUID,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    zoom: int = 100,
    turn: int = 0,
    beside: UUID | None = None,
    beside_page: Number = 1,
) -> Response:
    """One paper of a case, page by page, another beside it where one is chosen."""
    view = View(
        base=f"/{kind}/{case_id}",
        document=str(document_id),
        page=number,
        zoom=zoom if zoom in ZOOMS else 100,
        turn=turn if turn in TURNS else 0,
        beside=str(beside or ""),
        beside_page=beside_page,
    )
    return await _show(page, view, NOTHING_SENT)


@router.post("/{kind}/{case_id}/papers/{document_id}/{what}")
async def say(page: Page, kind: Kind, case_id: UUID, document_id: UUID, what: str) -> Response:
    """Note something on a page, or say what one finds of a paper or of its kind."""
    if what not in (("note", "verdict") if kind == "cases" else ("note",)):
        raise not_found()

    async def send(form: FormData) -> None:
        if what == "note":
            number = text(form, "page")
            body: dict[str, Any] = {"text": text(form, "text")}
            body["page"] = int(number) if number.isascii() and number.isdigit() else 1
            await page.applications.post(f"/documents/{document_id}/notes", body, key=once(form))
            return
        verdict = text(form, "verdict")
        body = {"kind": text(form, "kind"), "verdict": verdict, "reason": text(form, "reason")}
        if verdict in ("refused", "accepted"):
            body["document"] = str(document_id)
        await page.applications.post(f"/applications/{case_id}/checklist", body, key=once(form))

    form = await page.form()
    number = text(form, "page")
    view = View(
        base=f"/{kind}/{case_id}",
        document=str(document_id),
        page=int(number) if number.isascii() and number.isdigit() else 1,
    )
    return await page.answer_form(
        send,
        action=what,
        show=lambda attempt: _show(page, view, attempt),
        done=lambda _: page.redirect(view.at(), f"done.paper-{what}"),
    )


@router.post("/case-papers/{case_id}/verdict")
async def judge_kind(page: Page, case_id: UUID) -> Response:
    """Say that a kind of paper is not needed in this case, or is."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("kind", "verdict", "reason")}
        await page.applications.post(f"/applications/{case_id}/checklist", body, key=once(form))

    return await page.answer_form(
        send,
        action="checklist",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}#documents", "done.paper-verdict"),
    )


@router.get("/papers/{document_id}/pages/{number}")
async def picture(page: Page, document_id: UUID, number: int, width: int = 800) -> Response:
    """A page as a picture."""
    found = await page.applications.file(f"/documents/{document_id}/pages/{number}?width={width}")
    kept = ("content-type", "x-content-type-options")
    headers = {name: found.headers[name] for name in kept if name in found.headers}
    return Response(found.content, headers=headers)


@router.get("/papers/{document_id}/content")
async def download(page: Page, document_id: UUID) -> Response:
    """The paper itself, to be kept."""
    found = await page.applications.stream(f"/documents/{document_id}/content")
    return pass_on(found, "content-type", "content-disposition", "content-length")


@router.post("/papers")
async def store(page: Page) -> Response:
    """Store the file that was chosen in a form, so that the form can refer to it (asked for by
    console.js)."""
    form = await page.form(files=1)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise not_found()

    try:
        kept = await page.applications.post_file(
            "/documents", bits_of(file), key=new_key(), name=file.filename
        )
    except Problem as problem:
        return JSONResponse({"detail": problem.detail}, status_code=problem.status)
    return JSONResponse({name: kept[name] for name in ("id", "sha256", "filename")})


async def _show(page: PageContext, view: View, attempt: Attempt) -> Response:
    case, listed = await _listed(page, view.base)
    papers = _papers(listed["items"])
    if view.document not in papers:
        raise not_found()
    if view.beside not in papers:
        view = View(**vars(view) | {"beside": "", "beside_page": 1})
    one, other, notes, looks = await asyncio.gather(
        _shown(page, papers, view.document, view.page),
        _shown(page, papers, view.beside, view.beside_page),
        page.applications.get(f"/documents/{view.document}/notes"),
        page.applications.get(f"/documents/{view.document}/looks"),
    )
    return page.render(
        "paper.html",
        attempt=attempt,
        case=case,
        view=view,
        lines=listed["items"],
        paper=one,
        other=other,
        notes=items(notes),
        looks=items(looks)[:20],
        may_judge=listed["may_judge"],
        zooms=ZOOMS,
        turned=TURNS[(TURNS.index(view.turn) + 1) % len(TURNS)],
        width=1600 if view.zoom > _NEAR else 800,
    )


async def _listed(page: PageContext, base: str) -> tuple[Any, Mapping[str, Any]]:
    """A case of either service, and the list of its papers."""
    _, kind, number = base.split("/")
    if kind in CASES:
        of_pool = await page.risk_pool.get(f"/{kind}/{number}")
        lines = await shown_of(page, papers_of_case(kind, of_pool))
        return of_pool, {"items": lines, "may_judge": False}
    case, listed, told = await asyncio.gather(
        page.applications.get(f"/applications/{number}"),
        page.applications.get(f"/applications/{number}/checklist"),
        page.applications.get(f"/applications/{number}/timeline"),
    )
    of_letters = _of_letters(page, items(told), _papers(listed["items"]))
    return case, {**listed, "items": [*listed["items"], *of_letters]}


def _of_letters(
    page: PageContext, told: Sequence[Mapping[str, Any]], listed: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The papers that came with letters, answers and conditions, each as a line of the list."""
    came = {one["document_id"]: one for one in told if one["document_name"]}
    lines = []
    for key, one in came.items():
        if key not in listed:
            paper = {"id": key, "filename": one["document_name"], "sha256": ""}
            lines.append(line_of(page.texts.term("timeline", one["kind"]), "", paper, paper))
    return lines[:_MOST_OF_LETTERS]


def _papers(lines: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The stored papers on the list by id, each with its kind."""
    return {
        one["document"]: {**one, "line": line}
        for line in lines
        for one in line["papers"]
        if one["document"]
    }


async def _shown(
    page: PageContext, papers: Mapping[str, Mapping[str, Any]], document: str, number: int
) -> dict[str, Any] | None:
    """A paper with how many pages are shown of it (none where it is for download only)."""
    if not document:
        return None
    about, pages = await asyncio.gather(
        page.applications.get(f"/documents/{document}"),
        or_none(page.applications.get(f"/documents/{document}/pages")),
    )
    count = pages["pages"] if pages else 0
    return {**papers[document], **about, "pages": count, "page": min(number, count)}
