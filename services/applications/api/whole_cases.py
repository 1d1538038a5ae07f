"""A case with all that stands around it, as one answer: for a page, or for who keeps a case elsewhere.

Each part is the answer of its own route, to whom that route answers. Read one by one they are twenty-five
requests; here they are read in the same two transactions.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from inspect import get_annotations
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.applications.api import register_work_lists, work_lists
from services.applications.api.approval_levels import LevelsAnswer, read_levels
from services.applications.api.case_checks import ChecksAnswer, read_checks
from services.applications.api.cases import read_case
from services.applications.api.co_investments import CoInvestmentAnswer, list_co_investments
from services.applications.api.common import Anyone
from services.applications.api.conditions import ConditionAnswer, list_conditions
from services.applications.api.cover_call_models import CallSummary
from services.applications.api.desk import read_case_looks, read_priorities
from services.applications.api.desk_answers import (
    CaseLookAnswer,
    ConflictAnswer,
    PriorityAnswer,
    StaffAnswer,
)
from services.applications.api.draws import list_draws
from services.applications.api.due_diligence import ReportShown
from services.applications.api.effects import EffectAnswer, read_effect
from services.applications.api.enhancement_answers import EnhancementsAnswer
from services.applications.api.facts import FactsAnswer, read_facts_of_mode
from services.applications.api.letters import TimelineEntry, read_timeline
from services.applications.api.list_answers import MatchAnswer
from services.applications.api.listed_firms import list_matches
from services.applications.api.loan_changes import LoanChangeAnswer, list_changes
from services.applications.api.opinion_templates import TemplateAnswer, list_filled
from services.applications.api.paper_checklist import ChecklistAnswer, read_checklist
from services.applications.api.pledges import PledgeAnswer, read_pledges
from services.applications.api.policies import read_enhancements
from services.applications.api.positions import list_positions
from services.applications.api.register_due import RegisterDueAnswer, read_due_of_case
from services.applications.api.renewals import ChainAnswer, read_chain
from services.applications.api.responses import CaseAnswer, DrawAnswer, PositionAnswer
from services.applications.api.revisions import RevisionAnswer, read_revisions
from services.applications.api.staff import list_conflicts, list_staff
from services.applications.domain.life_cycle import Action, State
from shared.auth.identity import Identity, admits
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Asked, Listed, page_asked
from shared.http.pages import MOST_PER_PAGE
from shared.postgres.one_moment import at_one_moment
from shared.refusals import Refused

router = APIRouter(tags=["applications"])

_UNDECIDED: Final = frozenset(
    {State.ACCEPTED, State.UNDER_REVIEW, State.RECOMMENDED, State.TO_COUNTERSIGN}
)
_ASKS_FACTS: Final = frozenset({Action.APPROVE, Action.COUNTERSIGN, Action.DISBURSE, Action.DRAW})


class WholeCaseAnswer(BaseModel):
    """A case and its parts, each as its own route answers it. null: not for you, or not there at this
    state of the case."""

    case: CaseAnswer
    conditions: list[ConditionAnswer] | None
    timeline: list[TimelineEntry] | None
    chain: ChainAnswer | None
    checks: ChecksAnswer | None
    checklist: ChecklistAnswer | None
    revisions: list[RevisionAnswer] | None = Field(description="Where there is more than one.")
    register_due: list[RegisterDueAnswer] | None
    listed: list[MatchAnswer] | None = Field(description="What its firm stands on.")
    pledges: list[PledgeAnswer] | None
    enhancements: EnhancementsAnswer | None
    co_investments: list[CoInvestmentAnswer] | None
    reports: list[ReportShown] | None
    cover_calls: list[CallSummary] | None
    positions: list[PositionAnswer] | None = Field(description="The first fifty.")
    changes: list[LoanChangeAnswer] | None
    draws: list[DrawAnswer] | None
    facts: FactsAnswer | None = Field(
        description="What its mode asks for, of the day of its approval or of today, where the next "
        "step states facts."
    )
    levels: LevelsAnswer | None
    effect: EffectAnswer | None = Field(description="While nobody has decided.")
    staff: list[StaffAnswer] | None
    conflicts: list[ConflictAnswer] | None
    priorities: list[PriorityAnswer] | None
    looks: list[CaseLookAnswer] | None
    templates: list[TemplateAnswer] | None


@router.get("/applications/{case_id}/whole")
async def read_whole_case(
    case_id: UUID, caller: Anyone, context: CurrentContext, response: Response
) -> WholeCaseAnswer:
    """A case with all that stands around it in one answer, each part as its own route gives it to you:
    conditions, timeline, chain, checks, papers, register, policies, loan, and for the bureau the desk."""
    case = await read_case(case_id, caller, context, response)
    async with at_one_moment(context.database, caller.institution) as moment:
        parts = _Parts(case, caller, replace(context, database=moment))
        return WholeCaseAnswer(
            case=case,
            **await parts.what_happened(),
            **await parts.of_rights(),
            **await parts.of_loan(),
            **await parts.to_decide(),
            **await parts.at_desk(),
        )


class _Parts:
    """The parts of one case, as one caller reads them."""

    def __init__(self, case: CaseAnswer, caller: Identity, context: Context) -> None:
        self._case = case
        self._who: dict[str, Any] = {"caller": caller, "context": context}

    async def what_happened(self) -> dict[str, Any]:
        """What was said, found and handed in so far."""
        is_mended = self._case.revision > 1
        return {
            "conditions": await self._rows(list_conditions),
            "timeline": await self._rows(read_timeline),
            "chain": await self._part(read_chain),
            "checks": await self._part(read_checks),
            "checklist": await self._part(read_checklist),
            "revisions": await self._rows(read_revisions) if is_mended else None,
        }

    async def of_rights(self) -> dict[str, Any]:
        """Registers, what secures the loan beside its rights, and what was found of firm and rights."""
        uscc = self._case.borrower.uscc
        is_registered = bool(self._case.registrations)
        reports = register_work_lists
        return {
            "register_due": await self._rows(read_due_of_case),
            "listed": await self._rows(list_matches, uscc=uscc),
            "pledges": await self._rows(read_pledges) if is_registered else None,
            "enhancements": await self._part(read_enhancements),
            "co_investments": await self._rows(list_co_investments, limit=MOST_PER_PAGE),
            "reports": await self._list(reports.REPORTS, reports.reports_wanted, MOST_PER_PAGE),
        }

    async def of_loan(self) -> dict[str, Any]:
        """What has become of the loan; nothing before it is paid out."""
        if self._case.loan is None:
            return dict.fromkeys(("cover_calls", "positions", "changes", "draws"))
        return {
            "cover_calls": await self._list(work_lists.CALLS, work_lists.calls_wanted, 50),
            "positions": await self._rows(list_positions),
            "changes": await self._rows(list_changes),
            "draws": await self._rows(list_draws),
        }

    async def to_decide(self) -> dict[str, Any]:
        """What a decision needs, moves and asks for."""
        case = self._case
        asks = bool(_ASKS_FACTS & set(case.pending_actions))
        mode = {"code": case.pool_code, "mode": case.mode, "on": case.approved_on}
        return {
            "facts": await self._part(read_facts_of_mode, **mode) if asks else None,
            "levels": await self._part(read_levels),
            "effect": await self._part(read_effect) if case.state in _UNDECIDED else None,
        }

    async def at_desk(self) -> dict[str, Any]:
        """Who works on it, keeps out of it, has looked at it."""
        return {
            "staff": await self._rows(list_staff),
            "conflicts": await self._rows(list_conflicts, case=self._case.id),
            "priorities": await self._rows(read_priorities),
            "looks": await self._rows(read_case_looks),
            "templates": await self._rows(list_filled),
        }

    async def _part(self, route: Callable[..., Awaitable[Any]], **asked: Any) -> Any:
        """What a route answers of the case; None where it does not answer this caller, or refuses."""
        if not admits(route, self._who["caller"]):
            return None
        # A loan has the id of its case.
        ids = dict.fromkeys(("case_id", "loan_id"), self._case.id)
        named = {name: id_ for name, id_ in ids.items() if name in get_annotations(route)}
        try:
            return await route(**self._who, **named, **asked)
        except Refused:
            return None

    async def _rows(self, route: Callable[..., Awaitable[Any]], **asked: Any) -> Any:
        page = await self._part(route, **asked)
        return None if page is None else page.items

    async def _list(
        self, listed: Listed[Any], wanted: Callable[..., Awaitable[Any]], limit: int
    ) -> Any:
        """The rows of a list that are of the case."""
        where = await self._part(wanted)
        if where is None:
            return None
        caller, context = self._who["caller"], self._who["context"]
        asked = Asked(sort=None, cursor=None, before=None, limit=limit, totals=False)
        return (await page_asked(context, caller, listed.read_by(caller), where, asked)).items
