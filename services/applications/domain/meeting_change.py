"""What a change of a called meeting changes, as its members and its minutes read it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.applications.domain.meeting import Part
from shared.refusals import Refused

MeetingField = Literal[
    "held_on", "place", "quorum", "chair", "secretary", "members", "cases"
]  # fmt: skip


class NothingChanged(Refused):
    """Everything is as it was."""

    code = "nothing-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What people are told of a meeting: names of people and numbers of cases, in their order."""

    held_on: date
    place: str
    quorum: int
    members: tuple[tuple[str, Part], ...]
    cases: tuple[str, ...]

    def as_texts(self) -> dict[MeetingField, str]:
        """Each field as people read it; "" for none."""
        return {
            "held_on": str(self.held_on),
            "place": self.place,
            "quorum": str(self.quorum),
            "chair": self._of("chair"),
            "secretary": self._of("secretary"),
            "members": "、".join(sorted(name for name, _ in self.members)),
            "cases": "、".join(self.cases),
        }

    def _of(self, part: Part) -> str:
        return "、".join(name for name, own in self.members if own == part)


def changes_between(before: Announced, after: Announced) -> list[dict[str, str]]:
    """What a change has changed, as field, before and after. Raises NothingChanged."""
    now = after.as_texts()
    changed = [
        {"field": str(name), "before": was, "after": now[name]}
        for name, was in before.as_texts().items()
        if was != now[name]
    ]
    if not changed:
        raise NothingChanged("没有任何变更", "Nothing is changed.")
    return changed
