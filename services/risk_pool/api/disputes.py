"""Disputes over HTTP: a party files one against a line of its statement, two persons decide."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import Anyone, CaseStep, add_steps, presented, step_context
from services.risk_pool.api.dispute_answers import (
    DisputeAnswer,
    DisputeEffect,
    DisputeInList,
    LineDisputed,
)
from services.risk_pool.api.papers import CasePaper, PaperShown, papers_of
from services.risk_pool.api.roles import require_pool
from services.risk_pool.api.statements import MonthText, PoolCode
from services.risk_pool.domain.dispute import CHECKER, LIFE_CYCLE, Action, State
from services.risk_pool.domain.dispute_filing import VERDICT_WORDS, Filed
from services.risk_pool.domain.statement import account_words, in_words, kind_words
from services.risk_pool.handlers import disputes as handlers
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries import disputes as known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables import shown_trials, stored_papers
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.progress import progress_answer
from shared.http.requests import LongText, RequestBody, ShortText
from shared.life_cycle import Row
from shared.money import MONEY_NAMES, RequestFen, RequestFenOrZero
from shared.months import MONTH_PATTERN, Month
from shared.postgres.database import EVERYWHERE, seeing_everything
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["disputes"])

Filer = Annotated[Identity, part_in(LIFE_CYCLE, Action.FILE)]


class NewDispute(RequestBody):
    """A line of a posted statement that is wrong, and what it should be."""

    model_config = ConfigDict(**MONEY_NAMES)

    line: int = Field(ge=1, le=2**53 - 1, examples=[17], description="`seq` of the entry.")
    right_fen: RequestFenOrZero = Field(
        examples=["360.00"],
        description="The amount that you hold to be right; `0.00` where all of it is wrong.",
    )
    reason: LongText = Field(examples=["评估费 40 元已在前案扣除，不应重复计入。"])
    papers: list[CasePaper] = Field(
        default_factory=list, max_length=20, description="What proves it, as stored papers."
    )
    letter: ShortText | None = Field(
        None,
        examples=["工银津函〔2026〕17 号"],
        description="Where finance files for a party: the letter that it has received.",
    )


class DisputeProposed(RequestBody):
    """How finance proposes to decide, and why."""

    model_config = ConfigDict(**MONEY_NAMES)

    verdict: Literal[tuple(VERDICT_WORDS)] = Field(  # type: ignore[valid-type] # the domain's words
        examples=["uphold_in_part"]
    )
    amount_fen: RequestFen | None = Field(
        None, examples=["30.00"], description="Of `uphold_in_part`: how much of the difference."
    )
    reason: LongText = Field(examples=["发票显示 30 元确已扣除，其余 10 元不属实。"])


class DisputeDecided(RequestBody):
    """The decision names the trial that it was taken on."""

    trial: ShortText = Field(description="The `id` of the trial that you saw.")
    opinion: LongText = Field(examples=["同意部分成立。"])


@router.post(
    "/pools/{code}/settlements/{month}/statements/{party_code}/disputes",
    status_code=201,
    response_model=DisputeAnswer,
)
async def file_dispute(
    code: PoolCode,
    month: MonthText,
    party_code: Annotated[str, Path(max_length=40, examples=["ICBC-TJ"])],
    body: NewDispute,
    request: Request,
    caller: Filer,
    context: CurrentContext,
) -> Response:
    """Dispute a line of a posted statement (bank_operator for its own; finance_maker by a party's
    letter), within ten working days after the posting."""
    filing, papers = step_context(request, caller, context), papers_of(body, caller)
    await papers.wait(context)
    filed = Filed(
        line=body.line, right_fen=body.right_fen, reason=body.reason, letter=body.letter or ""
    )
    bank = caller.bank

    async def work(conn: asyncpg.Connection) -> Answer:
        await papers.refer(conn, place="disputes", now=filing.now)
        dispute_id = await handlers.file(
            conn, code, Month.parse(month), party_code, filed, filing, bank=bank
        )
        await papers.add_to(conn, dispute_id, bank_code=bank or "", now=filing.now)
        answer = await detail(conn, dispute_id, caller)
        where = f"/api/v1/disputes/{dispute_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/disputes")
async def list_disputes(
    code: PoolCode,
    caller: Anyone,
    context: CurrentContext,
    state: State | None = None,
    month: Annotated[str | None, Query(pattern=MONTH_PATTERN)] = None,
    party: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[DisputeInList]:
    """Disputes of a pool's statements, the newest first. A bank sees its own."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(
            conn,
            code,
            state=state,
            month=month,
            party=party,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
    items = [DisputeInList(**presented(LIFE_CYCLE, row, caller)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/disputes/{dispute_id}")
async def show_dispute(
    dispute_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> DisputeAnswer:
    """A dispute with its line, the trial of what is proposed, the decision, people and history."""
    async with _looking(context, caller) as conn:
        answer = await detail(conn, dispute_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _looking(context: Context, caller: Identity) -> Any:
    """What somebody sees who may decide is kept; all others only read."""
    if caller.roles & CHECKER:
        return context.database.begin(caller.institution)
    return context.database.looking(caller.institution)


async def detail(conn: asyncpg.Connection, dispute_id: UUID, caller: Identity) -> DisputeAnswer:
    """A dispute as the caller may see it. Raises NotFound."""
    row = await known.find(conn, dispute_id)
    if row is None:
        raise NotFound("没有该争议", "There is no such dispute.")
    is_bank = caller.institution != EVERYWHERE
    why = await known_claims.explanation(conn, row["explanation_id"])
    async with seeing_everything(conn):
        names = await party_names(conn, row["pool_code"])
    shown = presented(LIFE_CYCLE, row, caller)
    return DisputeAnswer(
        **shown
        | {
            "disputed_line": _line(row, names),
            "papers": [
                *(
                    PaperShown(kind="evidence", document=None, filename=name)
                    for name in row["papers"]
                ),
                *(PaperShown(**one) for one in await stored_papers.of_case(conn, dispute_id)),
            ],
            "effect": None if row["effect"] is None else _effect(row["effect"], names),
            "pending_actions": LIFE_CYCLE.open_to(row, caller),
        },
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        trial=None if is_bank else await _trial(conn, row, caller, names),
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        history=[
            MoveAnswer(**move)
            for move in await history_of(conn, dispute_id)
            if not (is_bank and move["action"] in _OF_THE_HOUSE)
        ],
    )


_OF_THE_HOUSE = (Action.PROPOSE, Action.SEND_BACK)
"""What finance thinks of a dispute before it is decided; no party is told."""


async def _trial(
    conn: asyncpg.Connection, row: Row, caller: Identity, names: Mapping[str, str]
) -> DisputeEffect | None:
    """What the proposal would do now. What somebody sees who may decide is kept."""
    trial = await handlers.trial_of(conn, row)
    if trial is None:
        return None
    shown = trial.as_data()
    if caller.roles & CHECKER:
        await shown_trials.keep(conn, row["id"], shown, to=caller.subject)
    return _effect(shown, names)


def _effect(figures: Mapping[str, Any], names: Mapping[str, str]) -> DisputeEffect:
    """What a decision books, with its accounts in words."""
    entries = [{**one, **in_words(one, names)} for one in figures["entries"]]
    return DisputeEffect(**{**figures, "entries": entries})


def _line(row: Row, names: Mapping[str, str]) -> LineDisputed:
    kind = kind_words(row["line_kind"])
    debit, credit = (account_words(row[side], names) for side in ("line_debit", "line_credit"))
    return LineDisputed(
        seq=row["line_seq"],
        reference=row["line_reference"],
        kind=row["line_kind"],
        zh=kind.zh,
        en=kind.en,
        debit_zh=debit.zh,
        debit_en=debit.en,
        credit_zh=credit.zh,
        credit_en=credit.en,
        amount_fen=row["line_amount_fen"],
        day=row["line_date"],
    )


add_steps(
    router,
    "/disputes/{dispute_id}",
    (
        CaseStep(
            action=Action.PROPOSE,
            handler=handlers.propose,
            body=DisputeProposed,
            name="propose_decision_of_dispute",
            description="Propose how to decide it (finance_maker).",
        ),
        CaseStep(
            action=Action.SEND_BACK,
            handler=handlers.send_back,
            body=Refusal,
            name="send_back_dispute",
            description="The proposal is not followed; finance looks again (finance_checker).",
        ),
        CaseStep(
            action=Action.DECIDE,
            handler=handlers.decide,
            body=DisputeDecided,
            name="decide_dispute",
            description="Another person decides on the trial (finance_checker): what is upheld is "
            "booked in the first open month, the rest is due again in ten working days.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Refusal,
            name="withdraw_dispute",
            description="Whoever filed it takes it back (bank_operator, finance_maker): its amount "
            "is due as it was.",
        ),
    ),
    show=detail,
    answer=DisputeAnswer,
)
