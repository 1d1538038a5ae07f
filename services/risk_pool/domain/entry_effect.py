"""What a loan would do to every limit of its pool if it were approved now: before, after, ceiling."""

from dataclasses import dataclass

from services.risk_pool.domain.capacity import STOPS, CapacityDecision
from shared.schemes.decide.limits import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One limit as it stands, and as it would stand with the loan."""

    code: str
    before_fen: int
    after_fen: int
    ceiling_fen: int
    exceeded: bool
    source: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEffect:
    """The covered principal that is asked for, each limit, and what stops every entry."""

    requested_fen: int
    effects: tuple[Effect, ...]
    stops: tuple[Limit, ...]


def entry_effect(decision: CapacityDecision) -> EntryEffect:
    """A decision on a request, read as figures. What stops every entry has no figures: nothing is
    allowed, whatever the amounts."""
    stops = tuple(limit for limit in decision.limits if limit.code in STOPS)
    return EntryEffect(
        requested_fen=decision.requested_fen,
        effects=tuple(_effect(limit) for limit in decision.limits if limit.code not in STOPS),
        stops=stops,
    )


def _effect(limit: Limit) -> Effect:
    return Effect(
        code=limit.code,
        before_fen=limit.used_fen,
        after_fen=limit.used_fen + limit.requested_fen,
        ceiling_fen=limit.allowed_fen,
        exceeded=limit.binds,
        source=limit.source,
        zh=limit.zh.split("：")[0].split(":")[0],
        en=limit.en.split(":")[0],
    )
