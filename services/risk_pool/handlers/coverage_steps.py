"""A change of a coverage, as the machine of life cycles takes it."""

from datetime import datetime

from services.risk_pool.domain.coverage_changes import CoverageChange
from shared.life_cycle import Person
from shared.transitions import Step


def step_of(change: CoverageChange, by: Person, now: datetime) -> Step:
    """A change that moves a coverage on, as the life cycle's machine takes it."""
    assert change.move is not None
    return Step(
        case=change.before,
        action=change.move.action,
        by=by,
        reason=change.reason,
        detail={"amount_fen": change.moved_fen},
        changes={**change.changes, "changed_at": now},
        facts=change.facts,
        term=lambda wait: change.held_until,
    )
