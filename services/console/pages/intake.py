"""A bank's clerk files one application: begins it, keeps it as a draft, has it checked, files it, and
amends or mends what was filed, all on one form."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.application_form import (
    LABELS,
    OTHER,
    PURPOSES,
    REPAYMENTS,
    Filled,
    body,
    consents_of,
    papers_shown,
    shown,
    typed,
)
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem, not_found
from services.console.upstream.optional import items, or_none
from shared.schemes.rules.filing import BEFORE
from shared.schemes.vocabulary import DOCUMENTS, IP_KINDS

router = APIRouter()

_STORED = 100
"""So many of the bank's papers are offered to choose from, the last ones first."""
_WHERE = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}:[a-z][a-z0-9_]{0,63}$"
_FILED_PAPERS = ("loan_contract", "disbursement_voucher", "pledge_certificate")
"""Of a loan that is filed after it was paid out."""
_NUMBER = re.compile(r"[A-Za-z]{1,16}-[0-9]{4}-[0-9]{1,12}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NO_CASE = UUID(int=0)
"""What a number is that no case of the bank has: the service says so at its field."""
_RIGHT_KINDS = tuple(kind for kind in IP_KINDS if kind != "several")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The form at hand: where it is sent, of which pool and mode, and what may be done with it."""

    where: str
    pool_code: str
    mode: str
    does: tuple[str, ...]
    title: str = ""
    etag: str = ""
    case: Mapping[str, Any] | None = None
    draft: Mapping[str, Any] | None = None

    def with_etag(self, etag: str) -> "Sheet":
        """The same, seen as it stands now."""
        return Sheet(**vars(self) | {"etag": etag})


@router.get("/intake")
async def intake(page: Page, cursor: str = "") -> Response:
    """The drafts to go on with, and where a new application can be made."""
    return await _choose(page, cursor=cursor)


async def _choose(page: PageContext, *, draft: Any = None, cursor: str = "") -> Response:
    """The pools and modes to choose from, for a new application or a draft that names none yet."""
    found, pools = await asyncio.gather(
        page.applications.get("/drafts", cursor=cursor, limit=20),
        page.applications.get("/pools"),
    )
    open_pools = [one for one in items(pools) if not one["stopped_on"]]
    # Pools of one measure have the same modes: it is asked once, however many pools there are.
    one_of = {one["programme"]: one["code"] for one in open_pools}
    asked = await asyncio.gather(
        *(or_none(page.applications.get(f"/pools/{code}/modes")) for code in one_of.values())
    )
    modes = dict(zip(one_of, map(items, asked), strict=True))
    return page.render(
        "intake.html",
        choose_for=draft,
        drafts=items(found),
        choices=[(one, of) for one in open_pools if (of := modes[one["programme"]])],
        pools={one["programme"]: one["name"] for one in items(pools)},
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/intake/new")
async def new(page: Page, at: Annotated[str, Query(pattern=_WHERE)]) -> Response:
    """An empty form for a pool and a mode."""
    return await _show(page, _new(at), shown({}), NOTHING_SENT)


@router.get("/intake/renewals/{case_id}")
async def renewal(page: Page, case_id: UUID) -> Response:
    """A form for the renewal of a case's loan: what the case says, without its papers."""
    revisions, loan = await asyncio.gather(
        page.applications.get(f"/applications/{case_id}/revisions"),
        page.applications.get(f"/loans/{case_id}"),
    )
    said = items(revisions)[0]["said"] | {"documents": [], "renews": str(case_id)}
    said |= {"amount": loan["outstanding_principal"], "ip_amount": None}
    return await _show(page, _new(f"{said['pool_code']}:{said['mode']}"), shown(said), NOTHING_SENT)


@router.post("/intake/new")
async def send_new(page: Page) -> Response:
    """Keep what is typed as a draft, have it checked, or file it."""
    form = await page.form()
    at = f"{text(form, 'pool_code')}:{text(form, 'mode')}"
    return await _answer(page, _new(at), form)


@router.get("/intake/drafts/{draft_id}")
async def draft(
    page: Page, draft_id: UUID, at: Annotated[str, Query(pattern=_WHERE)] = ""
) -> Response:
    """A draft to go on with; one that was filed leads to its case."""
    answer = await page.applications.read(f"/drafts/{draft_id}")
    if answer.body["application_id"]:
        return page.redirect(f"/cases/{answer.body['application_id']}")
    said = answer.body["application"]
    pool_code, _, mode = at.partition(":")
    pool_code, mode = pool_code or said.get("pool_code", ""), mode or said.get("mode", "")
    if not (pool_code and mode):
        return await _choose(page, draft=answer.body)
    sheet = await _of_draft(page, answer.body, pool_code, mode)
    sheet = sheet.with_etag(answer.etag)
    return await _show(page, sheet, shown(said), NOTHING_SENT)


@router.post("/intake/drafts/{draft_id}")
async def send_draft(page: Page, draft_id: UUID) -> Response:
    """Save a draft, have it checked, or file it."""
    form = await page.form()
    found = await page.applications.get(f"/drafts/{draft_id}")
    if found["application_id"]:
        return page.redirect(f"/cases/{found['application_id']}")
    sheet = await _of_draft(page, found, text(form, "pool_code"), text(form, "mode"))
    return await _answer(page, sheet.with_etag(text(form, "_etag")), form)


@router.post("/intake/drafts/{draft_id}/remove")
async def remove_draft(page: Page, draft_id: UUID) -> Response:
    """Throw a draft away."""
    form = await page.form()
    await page.applications.delete(f"/drafts/{draft_id}", if_match=text(form, "_etag"))
    return page.redirect("/intake", "done.draft-removed")


@router.get("/intake/cases/{case_id}")
async def filed(page: Page, case_id: UUID) -> Response:
    """What a case says, to be amended before its review or mended after it came back; where its bank
    has begun with that already, its draft."""
    kept = items(await page.applications.get("/drafts", amends=str(case_id), filed="false"))
    if kept:
        return page.redirect(f"/intake/drafts/{kept[0]['id']}")
    sheet, said = await _of_case(page, case_id)
    return await _show(page, sheet, shown(said), NOTHING_SENT)


@router.post("/intake/cases/{case_id}")
async def send_filed(page: Page, case_id: UUID) -> Response:
    """Keep what is typed as a draft, have it checked, or hand it in as the case's new revision."""
    form = await page.form()
    sheet, _ = await _of_case(page, case_id)
    return await _answer(page, sheet.with_etag(text(form, "_etag")), form)


def _new(at: str) -> Sheet:
    pool_code, _, mode = at.partition(":")
    return Sheet(
        where="/intake/new", pool_code=pool_code, mode=mode, does=("save", "check", "submit")
    )


async def _of_draft(
    page: PageContext, draft: Mapping[str, Any], pool_code: str, mode: str
) -> Sheet:
    """The form of a draft; of one that amends a case, with the case and how it is handed in now."""
    case = None
    last: tuple[str, ...] = ("submit",)
    if draft["amends"]:
        case = await page.applications.get(f"/applications/{draft['amends']}")
        last = _hands_in(case)
    return Sheet(
        where=f"/intake/drafts/{draft['id']}", pool_code=pool_code, mode=mode,
        does=("save", "check", *last), title=draft["title"], draft=draft, case=case,
    )  # fmt: skip


def _hands_in(case: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one for one in ("amend", "resubmit") if one in case["pending_actions"])


async def _of_case(page: PageContext, case_id: UUID) -> tuple[Sheet, Mapping[str, Any]]:
    """The form of a case that its bank may hand in again, and what it says now."""
    answer, revisions = await asyncio.gather(
        page.applications.read(f"/applications/{case_id}"),
        page.applications.get(f"/applications/{case_id}/revisions"),
    )
    case = answer.body
    does = _hands_in(case)
    if not does:
        raise not_found()
    said = items(revisions)[0]["said"]
    sheet = Sheet(
        where=f"/intake/cases/{case_id}", pool_code=said["pool_code"], mode=said["mode"],
        does=("save", "check", *does), etag=answer.etag, case=case,
    )  # fmt: skip
    return sheet, said


async def _answer(page: PageContext, sheet: Sheet, form: FormData) -> Response:
    """Do what was asked for; whatever comes of it, what was typed stays on the page."""
    does = text(form, "_do")
    if does == "more-rights":
        return await _show(page, sheet, typed(form), Attempt("", form), more_rights=1)
    if does == "more-pledgors":
        filled = typed(form).with_pledgors(more=1)
        return await _show(page, sheet, filled, Attempt("", form))
    try:
        if does == "check" or does not in sheet.does:
            return await _checked(page, sheet, form)
        if sheet.case is not None and sheet.draft is None and does != "save":
            await page.applications.post(
                f"/applications/{sheet.case['id']}/{does}", await _said(page, form), key=once(form),
                if_match=sheet.etag,
            )  # fmt: skip
            return page.redirect(f"/cases/{sheet.case['id']}", f"done.case-{does}")
        sheet = await _saved(page, sheet, form)
        assert sheet.draft is not None
        if does == "save":
            return page.redirect(sheet.where, "done.draft-saved")
        case = await page.applications.post(
            f"/drafts/{sheet.draft['id']}/submit", key=_another(form, sheet.etag)
        )
        done = f"case-{does}" if sheet.case else f"application-{case['state']}"
        return page.redirect(f"/cases/{case['id']}", f"done.{done}")
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _show(page, sheet, typed(form), Attempt("", form, _at_fields(problem)))


async def _saved(page: PageContext, sheet: Sheet, form: FormData) -> Sheet:
    """The draft as it is kept now. Raises Problem."""
    said = await _said(page, form)
    pool = await page.applications.get("/pools")
    of_pool = {one["code"]: one["programme"] for one in items(pool)}
    title = text(form, "title") or text(form, "borrower.name") or page.texts("intake.untitled")
    if sheet.case is not None:
        title = page.texts("intake.amends", number=sheet.case["number"])
    written = {
        "title": title,
        "programme": of_pool.get(sheet.pool_code, sheet.pool_code),
        "application": said,
    }
    if sheet.case is not None:
        written["amends"] = sheet.case["id"]
    if sheet.draft is None:
        kept = await page.applications.post("/drafts", written, key=once(form))
        etag = f'"{kept["version"]}"'
    else:
        answer = await page.applications.put(
            f"/drafts/{sheet.draft['id']}", written, if_match=sheet.etag
        )
        kept, etag = answer.body, answer.etag
    saved = await _of_draft(page, kept, sheet.pool_code, sheet.mode)
    return saved.with_etag(etag)


async def _checked(page: PageContext, sheet: Sheet, form: FormData) -> Response:
    """What would become of what is typed, every gap at its field; nothing is kept."""
    verdict = await page.applications.post(
        "/pre-checks", await _said(page, form), key=once(form),
        application=sheet.case["id"] if sheet.case else "",
    )  # fmt: skip
    found = [*verdict["wrong_fields"], *verdict["findings"]]
    errors = [{"pointer": one["field"], "message": page.texts.of(one)} for one in found]
    problem = Problem(
        200, "application-gaps", page.texts("intake.gaps", count=len(found)), "console", errors
    )
    attempt = Attempt("", form, problem if found else None)
    return await _show(page, sheet, typed(form), attempt, passed=not found)


async def _said(page: PageContext, form: FormData) -> dict[str, Any]:
    """What the form says; the case whose loan is renewed may be named by its number."""
    said = body(form)
    number = str(said.get("renews", ""))
    if _NUMBER.fullmatch(number):
        found = items(await page.applications.get("/applications", q=number))
        same = [one["id"] for one in found if one["number"] == number.upper()]
        said["renews"] = same[0] if same else str(_NO_CASE)
    return said


async def _renewed(page: PageContext, filled: Filled) -> str:
    """The number of the case whose loan is renewed, for people; what is typed where there is none."""
    named = filled.of("renews")
    if not _ID.fullmatch(named):
        return named
    case = await or_none(page.applications.get(f"/applications/{named}"))
    return str(case["number"]) if case else named


def _another(form: FormData, etag: str) -> str:
    """A key for the second request that a form becomes; the same for the same form."""
    return str(uuid5(UUID(once(form)), f"submit {etag}"))


def _at_fields(problem: Problem) -> Problem:
    """A draft's fields stand one level deeper in its request than on the page."""
    for error in problem.errors:
        pointer = str(error.get("pointer", "")).removeprefix("#")
        error["pointer"] = pointer.removeprefix("/application")
    return problem


async def _show(
    page: PageContext, sheet: Sheet, filled: Filled, attempt: Attempt, *, more_rights: int = 0,
    passed: bool = False,
) -> Response:  # fmt: skip
    asked, stored, pools = await asyncio.gather(
        page.applications.get(f"/pools/{sheet.pool_code}/modes/{sheet.mode}/facts"),
        page.applications.get("/documents", limit=_STORED),
        page.applications.get("/pools"),
    )
    facts = [one for one in asked["facts"] if (one["at"], one["by"]) == ("approval", "bank")]
    takes_filed = asked["filing"]["entry"] != BEFORE
    kinds = [one["kind"] for one in asked["papers"]]
    kinds += [one for one in _FILED_PAPERS if takes_filed and one not in kinds]
    papers = papers_shown(filled, kinds)
    filled = filled.with_pledgors()
    return page.render(
        "intake_form.html",
        attempt=attempt,
        sheet=sheet,
        filled=filled,
        title=attempt.typed("title", sheet.title),
        pool=next((one for one in items(pools) if one["code"] == sheet.pool_code), None),
        asked=asked,
        takes_filed=takes_filed,
        others=[*filled.others, *(dict.fromkeys(OTHER, "") for _ in range(2))],
        facts_asked=facts,
        further=_further(filled, facts),
        rights=[*filled.rights, *({} for _ in range(more_rights or (not filled.rights)))],
        right_kinds=_RIGHT_KINDS,
        choices={"purpose": PURPOSES, "repayment": REPAYMENTS},
        papers=papers,
        paper_kinds=tuple(dict.fromkeys((*kinds, *DOCUMENTS))),
        stored=_offered(items(stored), papers, consents_of(filled)),
        renewed=await _renewed(page, filled),
        passed=passed,
    )


def _further(filled: Filled, facts: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Facts that no rule asks for: the labels, and what was said all the same."""
    asked = {one["name"] for one in facts}
    names = dict.fromkeys((*LABELS, *filled.attributes))
    return [
        {
            "name": name,
            "kind": "flag" if isinstance(filled.attributes.get(name), bool) else "word",
            "value": str(filled.attributes.get(name, "")),
        }
        for name in names
        if name not in asked
    ]


def _offered(
    stored: Sequence[Mapping[str, Any]], papers: Sequence[Mapping[str, Any]],
    consents: Sequence[str],
) -> list[tuple[str, str]]:  # fmt: skip
    """The papers to choose from: the bank's last ones, and those that are named already."""
    known = {str(one["id"]): f"{one['filename']} · {one['sent_at'][:10]}" for one in stored}
    for reference in (*(row["reference"] for row in papers), *consents):
        if reference:
            known.setdefault(reference, reference)
    return list(known.items())
