"""The words of notices: by type of event, with their fields, versions and differences."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.rendering.word_changes import changes
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter()

HERE = "/templates"
WRITERS = frozenset({"admin", "pool_manager", "bank_operator", "bank_checker"})
"""Who is shown the form; the service judges."""
EventType = Annotated[str, Path(pattern=r"^[a-z][a-z0-9.-]{0,99}$")]
Step = Literal["approve", "refuse", "withdraw", "keep"]
PARTS = ("title_zh", "text_zh", "title_en", "text_en")
_KEEPS = ("event_type", "reader", "scope", "programme", "pool_code")


@router.get(HERE)
async def worded_types(page: Page, q: str = "") -> Response:
    """Every type of event that people are told of, in groups; `q` is looked for in type and title."""
    found = items(await page.notifications.get("/worded-types"))
    words = q.strip().casefold()
    shown = [
        one
        for one in found
        if words in one["event_type"] or words in page.texts.of(one["title"]).casefold()
    ]
    groups: dict[str, list[Any]] = {}
    for one in sorted(shown, key=lambda one: one["event_type"]):
        groups.setdefault(one["event_type"].split(".")[0], []).append(one)
    return page.render(
        "wordings.html",
        groups=groups,
        q=q,
        total=len(found),
        drafts=sum(one["drafts"] for one in found),
    )


@router.get(f"{HERE}/{{event_type}}")
async def worded_type(page: Page, event_type: EventType) -> Response:
    """One type: the words in force, a form for new ones with the fields beside it, all versions."""
    return await _show(page, event_type, NOTHING_SENT)


@router.post(f"{HERE}/{{event_type}}")
async def draft(page: Page, event_type: EventType) -> Response:
    """Draft words, or look how they would read; what is typed stays in the form."""
    form = await page.form()
    if text(form, "do") == "preview":
        try:
            shown = await _previewed(page, event_type, form)
        except Problem as problem:
            return await _refused(page, event_type, form, problem)
        return await _show(page, event_type, Attempt("draft", form), preview=shown)

    async def send(form: FormData) -> None:
        place = {name: text(form, name) for name in ("reader", "scope", "programme", "pool_code")}
        said = {name: value for name, value in place.items() if value}
        body = {**_words(event_type, form), **said, "why": text(form, "why")}
        await page.notifications.post("/templates", body, key=once(form))

    return await page.answer_form(
        send,
        action="draft",
        show=lambda attempt: _show(page, event_type, attempt),
        done=lambda _: page.redirect(f"{HERE}/{event_type}#versions", "done.wording-draft"),
    )


@router.post(f"{HERE}/{{event_type}}/preview")
async def preview(page: Page, event_type: EventType) -> Response:
    """How what is typed would read: a part of the page, asked for while somebody types."""
    form = await page.form()
    try:
        shown = await _previewed(page, event_type, form)
    except Problem as problem:
        if problem.status == 401:
            raise
        return page.render("wording_preview.html", preview=None, wrong=problem)
    return page.render("wording_preview.html", preview=shown, wrong=None)


@router.post(f"{HERE}/{{event_type}}/{{template_id}}/{{step}}")
async def take_step(page: Page, event_type: EventType, template_id: UUID, step: Step) -> Response:
    """Approve, refuse, withdraw or keep a version."""

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step in ("refuse", "withdraw") else None
        await page.notifications.post(f"/templates/{template_id}/{step}", body, key=once(form))

    return await page.answer_form(
        send,
        action=f"{step} {template_id}",
        show=lambda attempt: _show(page, event_type, attempt),
        done=lambda _: page.redirect(f"{HERE}/{event_type}#versions", f"done.wording-{step}"),
    )


def _words(event_type: str, form: FormData) -> dict[str, Any]:
    said = {part: text(form, part).replace("\r\n", "\n") for part in PARTS}
    return {
        "event_type": event_type,
        "title": {"zh": said["title_zh"], "en": said["title_en"]},
        "text": {"zh": said["text_zh"], "en": said["text_en"]},
    }


async def _previewed(page: PageContext, event_type: str, form: FormData) -> Any:
    body = _words(event_type, form)
    if reader := text(form, "reader"):
        body["reader"] = reader
    return await page.notifications.post("/templates/preview", body, key=once(form))


async def _refused(
    page: PageContext, event_type: str, form: FormData, problem: Problem
) -> Response:
    if problem.status == 401:
        raise problem
    return await _show(page, event_type, Attempt("draft", form, problem))


async def _show(
    page: PageContext, event_type: str, attempt: Attempt, *, preview: Any = None
) -> Response:
    assert page.person is not None
    query = page.request.query_params
    detail, found = await asyncio.gather(
        page.notifications.get(f"/worded-types/{event_type}"),
        page.notifications.get(
            "/templates", event_type=event_type, cursor=query.get("cursor", ""), limit=20
        ),
    )
    versions = items(found)
    reader = str(attempt.typed("reader", query.get("reader", "")))
    if reader not in detail["readers"]:
        reader = detail["readers"][0]
    return page.render(
        "wording.html",
        attempt=attempt,
        detail=detail,
        event_type=event_type,
        reader=reader,
        begins=_begins(detail, versions, reader, query.get("from", "")),
        versions=_with_changes(versions, detail),
        writes=bool(page.person.roles & WRITERS),
        scopes=[] if page.person.is_of_bank else ["house", "programme", "pool"],
        preview=preview,
        wrong=None,
        next=next_page(page.request, found),
        is_first="cursor" not in query,
    )


def _begins(
    detail: Mapping[str, Any], versions: Sequence[Mapping[str, Any]], reader: str, wanted: str
) -> dict[str, str]:
    """What the form begins with: the version asked for, else the house's own words."""
    known = [*versions, *detail["in_force"]]
    words = next((one for one in known if wanted and one["id"] == wanted), None)
    if words is None:
        words = next(one for one in detail["house"] if one["reader"] == reader)
    return {f"{part}_{one}": words[part][one] for part in ("title", "text") for one in ("zh", "en")}


def _with_changes(
    versions: Sequence[Mapping[str, Any]], detail: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Every version with what it says otherwise than the one before, the first than the house."""
    by_place = {(*(one[name] for name in _KEEPS), one["edition"]): one for one in versions}
    house = {one["reader"]: one for one in detail["house"]}
    shown = []
    for one in versions:
        place = tuple(one[name] for name in _KEEPS)
        before = by_place.get((*place, one["edition"] - 1))
        other = before or house.get(one["reader"])
        differs = [
            (f"{part}_{language}", changes(other[part][language], one[part][language]))
            for language in ("zh", "en")
            for part in ("title", "text")
            if other is not None and other[part][language] != one[part][language]
        ]
        shown.append({**one, "differs": differs, "than_house": before is None})
    return shown
