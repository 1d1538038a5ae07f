"""Whether rights are pledged in a live case: yes or no, without a case and without a name.

A bank asks before it files. What it hears names nobody, and who asks is recorded; asking is limited
so that nobody reads the pools' rights off by trying numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.applications.domain.submission import RightKey
from shared.refusals import Refused

MOST_AT_ONCE: Final = 50
MOST_AN_HOUR: Final = 500
"""Rights that one bank may ask about within an hour: ten full questions."""
HOUR_SECONDS: Final = 3600


class AskedTooMuch(Refused):
    """The bank has asked about as many rights as it may within an hour."""

    code = "asked-too-much"
    status = 429
    headers: Mapping[str, str] = {"Retry-After": str(HOUR_SECONDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRight:
    """A right that is asked about."""

    key: RightKey
    number_as_given: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswer:
    """Whether it is pledged; the number of the case, where the caller may see that case."""

    right: AskedRight
    is_pledged: bool
    case_number: str | None = None
    later_rank: bool | None = None
    """Where it is pledged and a pool was named: whether a case may take a rank behind."""

    def as_data(self) -> dict[str, Any]:
        """As it is recorded."""
        key = self.right.key
        return {
            "kind": key.kind,
            "number": key.number,
            "number_as_given": self.right.number_as_given,
            "nice_class": key.nice_class,
            "pledged": self.is_pledged,
            **({} if self.later_rank is None else {"later_rank": self.later_rank}),
        }


def require_measure(asked: Sequence[AskedRight], asked_before: int) -> None:
    """Raises AskedTooMuch. `asked_before`: rights that the bank asked about in the last hour."""
    left = max(0, MOST_AN_HOUR - asked_before)
    if len(asked) > left:
        raise AskedTooMuch(
            f"每家银行每小时最多查询 {MOST_AN_HOUR} 项权利，本小时还可查询 {left} 项",
            f"A bank may ask about {MOST_AN_HOUR} rights an hour; {left} are left of this hour.",
            asked_before=asked_before,
            left=left,
        )


def answers(
    asked: Sequence[AskedRight],
    held: Mapping[RightKey, str | None],
    later: Mapping[RightKey, bool] | None = None,
) -> tuple[RightAnswer, ...]:
    """To every right, in the order of the question. `held`: right → its case's number, or None
    where that is not the caller's to see. `later`: whether a later rank is possible in the pool that
    was named."""
    return tuple(
        RightAnswer(
            right=one,
            is_pledged=one.key in held,
            case_number=held.get(one.key),
            later_rank=later.get(one.key, False) if later is not None and one.key in held else None,
        )
        for one in asked
    )
