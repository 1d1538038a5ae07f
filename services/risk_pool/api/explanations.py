"""Explain over HTTP: any figure opens to its parts, transfers, rule, article with its text, people."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.ledger import TransferInList
from services.risk_pool.domain import (
    adjustment,
    agreement,
    claim,
    collection,
    coverage,
    disposal,
    recovery,
    settlement,
    subsidy,
    top_up,
)
from services.risk_pool.domain.figure import FORMS
from services.risk_pool.handlers.explain import Opened, explain
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.life_cycle import Words
from shared.money import Fen
from shared.schemes.sources import Citation

router = APIRouter(tags=["explanations"])


class PartAnswer(Money):
    """What the figure is put together from, and where that opens in turn."""

    zh: str
    en: str
    amount_fen: Fen
    address: str | None


class SourceAnswer(BaseModel):
    """A source as an official looks it up, with the article's text where it is known."""

    title_zh: str
    title_en: str
    number: str = Field(description="文号; empty where the title has none.")
    article: str
    link: str
    text_zh: str = Field(description="Empty: only the citation is known.")
    text_en: str
    verbatim: bool = Field(description="The text is the wording; otherwise what it comes to.")
    known: str = Field(
        description="text: its text is here; reported: read in another's report; citation: only "
        "the citation is known; unseen: nobody here has seen the article.",
        examples=["text"],
    )


class StepAnswer(BaseModel):
    """One rule applied: what went in, what came out, and what it stands on."""

    rule: str
    zh: str
    en: str
    inputs: dict[str, str]
    result: str
    note_zh: str
    note_en: str
    source: str = Field(description="The sources in words, on one line.")
    sources: list[SourceAnswer]
    is_this: bool = Field(description="The step that ends in the figure asked for.")


class SchemeAnswer(BaseModel):
    """The published version of the measure that bound."""

    programme: str
    name_zh: str
    name_en: str
    mode: str
    mode_zh: str
    mode_en: str
    number: int | None
    in_force_from: date
    sha256: str
    published_at: datetime | None
    proposed_by: str | None
    published_by: str | None


class PersonAnswer(BaseModel):
    """Somebody who had a hand in it."""

    name: str
    role: str
    action: str
    action_zh: str
    action_en: str
    at: datetime


class TransferBehind(TransferInList):
    """A booked transfer that the figure counts, with its own address."""

    address: str


class FigureAnswer(Money):
    """A figure opened."""

    address: str = Field(examples=["claim/DL-C-2026-0001/shares/pool"])
    zh: str
    en: str
    amount_fen: Fen | None
    pool_code: str
    parts: list[PartAnswer] = Field(description="They add up to the figure; empty: it is a step's.")
    steps: list[StepAnswer]
    scheme: SchemeAnswer | None
    scheme_version: str
    fact: dict[str, Any] | None = Field(description="The business fact that a transfer books.")
    transfers: list[TransferBehind] = Field(description="The newest; a bank's on its accounts.")
    transfers_in_all: int
    people: list[PersonAnswer]
    seen_as: str = Field(description="house, or bank: without the figures of others.")
    path: str = Field(description="Where the thing itself is shown by this API.")


@router.get("/explanations/{address:path}")
async def show_explanation(
    address: Annotated[
        str,
        Path(
            max_length=200,
            description="A figure's address: " + "; ".join(one.example for one in FORMS.values()),
            examples=["statement/dongli/2026-03/ICBC/net"],
        ),
    ],
    caller: Anyone,
    context: CurrentContext,
) -> FigureAnswer:
    """What a figure is made of, down to transfers, rule, article and people. A bank opens its own."""
    today = business_date(context.clock.now())
    return answered(address, await explain(context.database, caller, address, today=today))


def answered(address: str, opened: Opened) -> FigureAnswer:
    """A figure as it is told over HTTP."""
    figure = opened.figure
    return FigureAnswer(
        address=address,
        zh=figure.words.zh,
        en=figure.words.en,
        amount_fen=figure.amount_fen,
        pool_code=figure.pool_code,
        parts=[
            PartAnswer(
                zh=one.words.zh, en=one.words.en, amount_fen=one.amount_fen, address=one.address
            )
            for one in figure.parts
        ],
        steps=_steps(opened),
        scheme=_scheme(opened),
        scheme_version=opened.version,
        fact={name: opened.fact[name] for name in ("zh", "en", "figures")} if opened.fact else None,
        transfers=[
            TransferBehind(**row, address=f"transfer/{figure.pool_code}/{row['seq']}")
            for row in opened.transfers
        ],
        transfers_in_all=opened.transfers_in_all,
        people=[_person(one, _OWN.get(address.split("/")[0], {})) for one in opened.people],
        seen_as="bank" if opened.is_bank else "house",
        path=figure.path,
    )


def _steps(opened: Opened) -> list[StepAnswer]:
    steps = [
        StepAnswer(
            rule=step["rule"],
            zh=step["zh"],
            en=step["en"],
            inputs={name: str(value) for name, value in step["inputs"].items()},
            result=str(step["result"]),
            note_zh=step.get("note_zh") or "",
            note_en=step.get("note_en") or "",
            source="；".join(_title(one) for one in citations),
            sources=[_source(one) for one in citations],
            is_this=False,
        )
        for step, citations in opened.steps
    ]
    # Of several steps of one rule the last one ends in the figure (base: IP part, then base).
    ending = [one for one in steps if one.rule == opened.figure.step]
    if opened.figure.step == "base" and opened.figure.amount_fen is not None:
        ending = [one for one in ending if one.zh in opened.figure.words.zh] or ending
    if ending:
        ending[-1].is_this = True
    return steps


_CYCLES = (coverage, adjustment, subsidy, settlement, recovery, claim)
_SAID = {
    "record": Words("登记", "recorded"),
    "import": Words("导入对账单", "statement imported"),
    "match": Words("勾对", "matched"),
    **{str(action): said for one in _CYCLES for action, said in one.LIFE_CYCLE.actions.items()},
}
"""What the moves of any case are called; those of the figure's own case come first."""


_OWN: Mapping[str, Mapping[str, Words]] = {
    "claim": claim.LIFE_CYCLE.actions,
    "recovery": recovery.LIFE_CYCLE.actions,
    "subsidy": subsidy.LIFE_CYCLE.actions,
    "disposal": disposal.LIFE_CYCLE.actions,
    "collection": collection.LIFE_CYCLE.actions,
    "agreement": agreement.LIFE_CYCLE.actions,
    "bank": agreement.LIFE_CYCLE.actions,
    "planned": {**agreement.LIFE_CYCLE.actions, **top_up.LIFE_CYCLE.actions},
    "top-up-call": top_up.LIFE_CYCLE.actions,
    "month": settlement.LIFE_CYCLE.actions,
    "statement": settlement.LIFE_CYCLE.actions,
    "statement-line": settlement.LIFE_CYCLE.actions,
}


def _person(one: Mapping[str, Any], own: Mapping[str, Words]) -> PersonAnswer:
    said = own.get(one["action"]) or _SAID.get(one["action"], Words(one["action"], one["action"]))
    told = {name: one[name] for name in ("name", "role", "action", "at")}
    return PersonAnswer(**told, action_zh=said.zh, action_en=said.en)


def _title(one: Citation) -> str:
    return f"{one.title.zh} {one.article}".strip()


def _source(one: Citation) -> SourceAnswer:
    if one.text.zh:
        known = "text"
    elif one.unseen:
        known = "unseen"
    else:
        known = "reported" if one.weak else "citation"
    return SourceAnswer(
        title_zh=one.title.zh,
        title_en=one.title.en,
        number=one.number,
        article=one.article,
        link=one.link,
        text_zh=one.text.zh,
        text_en=one.text.en,
        verbatim=one.verbatim,
        known=known,
    )


def _scheme(opened: Opened) -> SchemeAnswer | None:
    if (bound := opened.bound) is None:
        return None
    terms = bound.terms
    return SchemeAnswer(
        programme=terms.programme,
        name_zh=terms.name.zh,
        name_en=terms.name.en,
        mode=terms.mode,
        mode_zh=terms.mode_name.zh,
        mode_en=terms.mode_name.en,
        number=bound.number,
        in_force_from=bound.in_force_from,
        sha256=bound.sha256,
        published_at=bound.published_at,
        proposed_by=bound.proposed_by,
        published_by=bound.published_by,
    )
