"""What words there are for each type of event, what they may use, and how they would read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import APIRouter

from services.notifications.api.common import InTwoLanguages, settings_of
from services.notifications.api.field_answers import fields_of
from services.notifications.api.template_models import (
    HouseWords,
    PreviewAnswer,
    PreviewPart,
    PreviewRequest,
    TypeDetail,
    WordedType,
    in_force_shown,
    in_two,
)
from services.notifications.api.templates import Looker, Writer
from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.refusals import nothing_here
from services.notifications.domain.templates import TemplateState
from services.notifications.domain.wording import Reader, hears_of, reader_of
from services.notifications.queries import templates as known
from services.notifications.queries.delivery_log import pool_names
from services.notifications.templates.judging import (
    EXAMPLE_NAMES,
    as_told,
    examples_for,
    rendered,
    require_valid,
)
from services.notifications.templates.words import CATALOGUE
from shared.auth.identity import Identity
from shared.contracts.shapes import read_back
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.postgres.database import seeing_everything
from shared.refusals import FieldFault, FieldsWrong

router = APIRouter(tags=["words of notices"])


@router.get("/worded-types")
async def worded_types(caller: Looker, here: CurrentContext) -> Page[WordedType]:
    """The types of events that your people are told of; the bureau also sees those banks are."""
    types = {name: found for name in NOTICES if (found := _readers(caller, name))}
    async with here.database.looking(caller.institution) as conn:
        reaching = await _reaching(conn, list(types), caller)
        drafts = await known.waiting(
            conn, institution=caller.institution, state=TemplateState.DRAFT
        )
    counts: dict[str, int] = {}
    for row in reaching:
        counts[row["event_type"]] = counts.get(row["event_type"], 0) + 1
    items = [
        WordedType(
            event_type=name,
            readers=readers,
            title=_example_title(name, readers[0]),
            in_force=counts.get(name, 0),
            drafts=drafts.get(name, 0),
        )
        for name, readers in types.items()
    ]
    return Page(items=items)


@router.get("/worded-types/{event_type}")
async def worded_type(event_type: str, caller: Looker, here: CurrentContext) -> TypeDetail:
    """One type: the fields that words may use, by reader, the house's own text, and the texts in
    force that reach your people; the bureau sees everyone's."""
    readers = _readers(caller, event_type)
    if not readers:
        raise nothing_here("事件类型", "event type")
    async with here.database.looking(caller.institution) as conn:
        programmes = await known.programmes_of(conn)
        reaching = await _reaching(conn, [event_type], caller)
    return TypeDetail(
        event_type=event_type,
        readers=readers,
        fields={reader: fields_of(event_type, reader) for reader in readers},
        house=[_house(event_type, reader) for reader in readers],
        in_force=[in_force_shown(row) for row in reaching],
        programmes=programmes,
    )


@router.post("/templates/preview", response_model=PreviewAnswer)
async def preview(body: PreviewRequest, caller: Writer, here: CurrentContext) -> PreviewAnswer:
    """How words would read with a real case of your institution: the message named, else the newest
    of its type, else the contract's example. Judged as a draft is; nothing is kept or sent."""
    reader = body.reader or reader_of(caller.institution)
    if reader not in _readers(caller, body.event_type):
        raise FieldsWrong(
            [
                FieldFault(
                    ("reader",), "not-told", "该读者不接收此类事件的通知",
                    "Such a reader is told nothing of this type, or is not yours to speak to.",
                )
            ]
        )  # fmt: skip
    require_valid(body.written, body.event_type, reader)
    async with here.database.looking(caller.institution) as conn:
        row = await known.told_case(
            conn,
            event_type=body.event_type,
            institution=caller.institution,
            message_id=body.message_id,
        )
    if row is None and body.message_id is not None:
        raise nothing_here("消息", "message")
    fact = None
    if row is not None:
        fact = read_back(body.event_type, orjson.loads(row["payload"])["data"])
    if row is None or fact is None:
        told, names = examples_for(body.event_type, reader)[0], EXAMPLE_NAMES
        link, message_id = "/", None
    else:
        told = as_told(body.event_type, fact, reader)
        async with here.database.looking(caller.institution) as conn:
            names = await pool_names(conn)
        link, message_id = row["link"], row["id"]
    url = f"{settings_of(here).console}{link}"
    return _previewed(body, told, names, url, message_id)


def _previewed(
    body: PreviewRequest,
    told: dict[str, Any],
    names: Mapping[str, str],
    url: str,
    message_id: UUID | None,
) -> PreviewAnswer:
    said = rendered(body.written, told, names)

    def part(language: str, title: str, text: str) -> PreviewPart:
        _, html = CATALOGUE.email(language, title=title, text=text, url=url)
        return PreviewPart(title=title, text=text, html=html)

    return PreviewAnswer(
        source="example" if message_id is None else "message",
        message_id=message_id,
        zh=part("zh", said.title_zh, said.text_zh),
        en=part("en", said.title_en, said.text_en),
    )


def _readers(caller: Identity, event_type: str) -> list[Reader]:
    """Whose words of a type the caller may look at; none where it is no type, or not theirs."""
    those = (Reader.BANK,) if caller.bank is not None else tuple(Reader)
    return [reader for reader in those if hears_of(reader, event_type)]


async def _reaching(
    conn: asyncpg.Connection, event_types: list[str], caller: Identity
) -> list[asyncpg.Record]:
    """The texts in force that the caller's people are told in; of the bureau's rows a bank is shown
    those that reach it, with no person in them."""
    if caller.bank is None:
        return await known.reaching(conn, event_types, bank=None)
    async with seeing_everything(conn):
        return await known.reaching(conn, event_types, bank=caller.bank)


def _house(event_type: str, reader: Reader) -> HouseWords:
    text = CATALOGUE.source(event_type, for_bank=reader is Reader.BANK)
    return HouseWords(reader=reader, title=in_two(text, "title"), text=in_two(text, "text"))


def _example_title(event_type: str, reader: Reader) -> InTwoLanguages:
    institution = BUREAU if reader is Reader.BUREAU else ""
    told = examples_for(event_type, reader)[0]
    return in_two(CATALOGUE.words(institution, event_type, told, EXAMPLE_NAMES), "title")
