"""The trial split of a claim over HTTP, and the trials that stand beside a claim."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query

from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.kept_trials import Tried, kept_for, looked_at
from services.risk_pool.api.trial_responses import TrialAnswer
from services.risk_pool.domain.claim import SECOND_PERSON, UNDECIDED, Action
from services.risk_pool.handlers.trial import trial_of
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.life_cycle import Row
from shared.money import RequestFenOrZero
from shared.refusals import NotFound, Refused

router = APIRouter(tags=["claims"])


class NothingToDecide(Refused):
    """A trial is of what is still to be decided; what was decided stands on the claim."""

    code: ClassVar[str] = "nothing-to-decide"


@router.get("/claims/{claim_id}/trial")
async def trial_of_claim(
    claim_id: UUID,
    caller: Anyone,
    context: CurrentContext,
    principal: Annotated[
        RequestFenOrZero | None,
        Query(description="Where only this part of the principal claimed were approved."),
    ] = None,
) -> TrialAnswer:
    """What the claim would be split into now: shares, payments, every cap before and after, the
    pool's balance, the facts that were used, and what is missing."""

    async def read(
        conn: asyncpg.Connection, claim_id: UUID, caller: Identity
    ) -> Tried[TrialAnswer]:
        row = await known.find(conn, claim_id)
        if row is None:
            raise NotFound("没有该补偿申请", "There is no such claim.")
        if row["state"] not in UNDECIDED:
            raise NothingToDecide(
                "该补偿申请不在待决定状态，没有试算。",
                "Nothing is to be decided about this claim; there is no trial split of it.",
                state=row["state"],
            )
        return await tried(conn, row, caller, principal_fen=principal)

    return await looked_at(context, caller, claim_id, read, claims.keep_trial)


async def tried(
    conn: asyncpg.Connection,
    claim: Row,
    caller: Identity,
    *,
    principal_fen: int | None = None,
) -> Tried[TrialAnswer]:
    """The trial of a claim, and what is kept of it for who may decide."""
    trial = (await trial_of(conn, claim, principal_fen=principal_fen)).as_data()
    return TrialAnswer(**trial), kept_for(caller, SECOND_PERSON, trial)


def trials_kept(claim: Row, history: Sequence[Mapping[str, Any]]) -> dict[str, TrialAnswer]:
    """The trials that were kept on the way: at filing, at review, and the one that was approved."""
    kept = {} if claim["trial"] is None else {"filing": claim["trial"]}
    names = {Action.REVIEW: "review", Action.APPROVE: "decision"}
    for move in history:
        if move["action"] in names and "trial" in move["detail"]:
            kept[names[move["action"]]] = move["detail"]["trial"]
    return {name: TrialAnswer(**trial) for name, trial in kept.items()}
