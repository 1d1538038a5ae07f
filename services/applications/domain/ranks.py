"""Ranks of pledges on one right: who stands behind whom, and what its value counts for in each rank.

A right may be pledged to several; they are paid in the order of their registration (Civil Code art.
414, 415). A right behind an earlier pledge is let in only where the programme says so
(`later_ranks`); whose pledge the earlier one is, is nobody's business.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from services.applications.domain.rank_held import RankHeld
from services.applications.domain.submission import (
    Collateral,
    RightKey,
    Submission,
    Surroundings,
)
from shared.schemes.decide.findings import Finding
from shared.schemes.rules.ranks import OWN, LaterRankRule
from shared.schemes.terms import Terms

LAW: Final = "民法典第四百一十四条、第四百一十五条"


def may_stand_behind(earlier: Sequence[RankHeld], rule: LaterRankRule | None) -> bool:
    """Whether one more rank is let in: every earlier pledge stands in its register, there are not too
    many, and they are whose the rule says."""
    if rule is None or not earlier:
        return False
    return (
        rank_behind(earlier) <= rule.ranks
        and all(one.is_registered for one in earlier)
        and (rule.behind != OWN or all(one.is_own for one in earlier))
    )


def rank_behind(earlier: Sequence[RankHeld]) -> int:
    """The rank behind these."""
    return max((one.rank for one in earlier), default=0) + 1


def secured_before(earlier: Sequence[RankHeld]) -> int:
    """The principal that is paid first, in fen."""
    return sum(one.secured_fen for one in earlier)


def secured_by(case: Submission) -> int:
    """The IP part of what a new case owes, or is to be lent, in fen, rounded up: its rights answer for
    the whole of it. The same as the register of held rights has of a case that is kept."""
    owed_fen = case.paid_out.outstanding_fen if case.paid_out is not None else case.amount_fen
    if case.ip_amount_fen is not None:
        return -(-owed_fen * case.ip_amount_fen // case.amount_fen)
    if case.ip_share_bp is not None:
        return -(-owed_fen * case.ip_share_bp // 10_000)
    return owed_fen


def together(held: Iterable[RankHeld]) -> tuple[RankHeld, ...]:
    """Each rank once, the first one first: a loan and its renewal are one debt, as large as the
    larger."""
    ranks: dict[int, RankHeld] = {}
    for one in held:
        other = ranks.get(one.rank, one)
        ranks[one.rank] = RankHeld(
            rank=one.rank,
            secured_fen=max(one.secured_fen, other.secured_fen),
            is_registered=one.is_registered or other.is_registered,
            is_own=one.is_own and other.is_own,
        )
    return tuple(ranks[rank] for rank in sorted(ranks))


def room_behind(value: Fraction | int, earlier_fen: int) -> Fraction:
    """What of a value after haircut is left for a rank, in fen: never less than nothing."""
    return max(Fraction(0), Fraction(value) - earlier_fen)


def counted(value: Fraction | int, secured: Sequence[int]) -> tuple[int, ...]:
    """What a value after haircut pays of each rank's principal, first rank first, to the fen.

    All together never pass the value.
    """
    found, before = [], 0
    for principal in secured:
        room = room_behind(value, before)
        found.append(min(principal, room.numerator // room.denominator))
        before += principal
    return tuple(found)


def seen_under(around: Surroundings, terms: Terms | None) -> Surroundings:
    """The surroundings without those held rights that the programme lets in behind their earlier
    pledges: what is left of `held_rights` is taken."""
    rule = terms.later_ranks if terms is not None else None
    behind = {key for key, ranks in around.earlier_ranks.items() if may_stand_behind(ranks, rule)}
    if not behind:
        return around
    return replace(around, held_rights=around.held_rights - behind)


def later_rights(around: Surroundings) -> Mapping[RightKey, Sequence[RankHeld]]:
    """Those rights of the case that stand in a later rank, each with its earlier ones."""
    return {
        key: ranks for key, ranks in around.earlier_ranks.items() if key not in around.held_rights
    }


def ranks_of(case: Submission, around: Surroundings) -> tuple[int, ...]:
    """The rank that each right of the case takes, in their order."""
    later = later_rights(around)
    return tuple(rank_behind(later.get(item.key, ())) for item in case.collateral)


def room_of(item: Collateral, earlier: Sequence[RankHeld], terms: Terms) -> int:
    """What an offered right may count for behind its earlier ranks, in fen: its value by the pledge
    rate, less what they secure."""
    rate = terms.pledge_rates.get(item.kind, Fraction(1))
    room = room_behind(item.valuation.amount_fen * rate, secured_before(earlier))
    return room.numerator // room.denominator


def nothing_left(case: Submission, around: Surroundings, terms: Terms) -> Iterator[Finding]:
    """A right whose value the earlier ranks use up secures nothing."""
    later = later_rights(around)
    for index, item in enumerate(case.collateral):
        if item.key in later and not room_of(item, later[item.key], terms):
            yield Finding(
                "no-value-behind-earlier-rank", terms.source("later_ranks") or LAW,
                f"{item.number} 的折后价值已由前顺位担保的本金占满，没有剩余价值可计",
                f"The earlier rank uses up the value of {item.number}: nothing of it is left.",
                {"number": item.number}, f"/collateral/{index}/number",
            )  # fmt: skip
