"""A version of a programme's measure as a case: proposed by one person, published by another.

Who proposes is the pool's manager, who keeps the measure. Who publishes is somebody who decides on
other people's work anyway: the approver of loans, because the terms say whom the pool takes in, or
the checker of finance, because they say what it pays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.completeness import assumed, gaps, live_modes
from shared.schemes.problems import Problem
from shared.schemes.scheme import Scheme, SchemeNotInForce, SchemeNotLive

MOST_YEARS_AHEAD: Final = 2


class State(StrEnum):
    """Where a version stands."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done with a version."""

    PROPOSE = "propose"
    PUBLISH = "publish"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_PROPOSES = frozenset({"pool_manager"})
_PUBLISHES = frozenset({"approver", "finance_checker"})
_NOT_THE_PROPOSER = "another person than the proposer"

LIFE_CYCLE = LifeCycle(
    goal=State.PUBLISHED,
    noun=Words("方案版本", "version of a programme"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, _PROPOSES),
        Move(
            State.PROPOSED,
            Action.PUBLISH,
            State.PUBLISHED,
            _PUBLISHES,
            guards=(_NOT_THE_PROPOSER,),
            tells=("scheme.published.v1",),
        ),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, _PUBLISHES),
        Move(State.PROPOSED, Action.WITHDRAW, State.REFUSED, _PROPOSES),
    ),
    guards={_NOT_THE_PROPOSER: another_person_than("proposed_by", zh="发布", en="publishing")},
    states={
        State.PROPOSED: Words("已提出，待发布", "proposed"),
        State.PUBLISHED: Words("已发布", "published"),
        State.REFUSED: Words("未采用", "refused"),
    },
    actions={
        Action.PROPOSE: Words("提出", "proposed"),
        Action.PUBLISH: Words("发布", "published"),
        Action.REFUSE: Words("退回", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("approver", "finance_checker"),
            words=Words("等待另一人发布", "waits for a second person to publish it"),
        ),
    },
)


class SchemeUnreadable(FieldsWrong):
    """The text cannot be read; everything that is to be mended in it, with line and column."""

    code = "scheme-unreadable"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            [
                FieldFault(("text",), "scheme-problem", one.text("zh"), one.text("en"))
                for one in problems
            ]
        )
        self.zh = "方案文本读不懂，请按行修改"
        self.en = "The text of the scheme cannot be read; mend it line by line."
        self.extra = {
            "problems": [
                {
                    "line": one.line,
                    "column": one.column,
                    "path": one.path,
                    "zh": one.zh,
                    "en": one.en,
                }
                for one in problems
            ]
        }


EXTENDS_NOTHING: Final = FieldFault(
    ("common_text",), "extends-nothing", "方案文本没有写 extends，不能附通行做法的文本",
    "The text extends nothing; it goes without a common text.",
)  # fmt: skip


class SchemeSaysTooLittle(Refused):
    """Rules that a live pool needs are not stated, or assumed values are not accepted by name."""

    code: ClassVar[str] = "scheme-says-too-little"


class VersionNotLater(Refused):
    """Which version holds on a day must stay what it was: a new one begins tomorrow or later."""

    code: ClassVar[str] = "version-not-later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed, as the reader has understood it."""

    scheme: Scheme
    in_force_from: date
    accepts: tuple[str, ...]
    """The rules whose assumed values the proposer stands by."""

    def require_enough(self) -> None:
        """Everything a live pool needs is said, or said to be none; nothing assumed is silent.

        Raises SchemeNotLive, SchemeNotInForce, SchemeSaysTooLittle, FieldsWrong.
        """
        self._require_live()
        self._require_in_validity()
        known = assumed(self.scheme, since=self.in_force_from)
        self._require_names(known)
        unsaid = gaps(self.scheme, since=self.in_force_from)
        silent = [name for name in known if name not in self.accepts]
        if not unsaid and not silent:
            return
        zh = [gap.zh for gap in unsaid]
        en = [gap.en for gap in unsaid]
        if silent:
            zh.append(f"以下假定值须逐项点名接受：{'、'.join(silent)}")
            en.append(f"these assumed values must be accepted by name: {', '.join(silent)}")
        raise SchemeSaysTooLittle(
            f"方案 {self.scheme.programme} 还不能发布：" + "；".join(zh),
            f"The scheme {self.scheme.programme} cannot be published yet: " + "; ".join(en) + ".",
            missing=[gap.as_data() for gap in unsaid],
            assumed=silent,
        )

    def require_later(self, *, newest: date | None, today: date) -> None:
        """Raises VersionNotLater, and FieldsWrong for a day so far ahead that it would keep every
        other version out. `newest`: from when the newest published version is in force.

        The first may begin in the past: no pool stands under it yet. Every other one begins after
        today, so that the terms of an approval day never change behind a loan.
        """
        if self.in_force_from.year > today.year + MOST_YEARS_AHEAD:
            raise FieldsWrong(
                [
                    FieldFault(
                        ("in_force_from",), "too-far-ahead",
                        f"施行日最迟为 {today.year + MOST_YEARS_AHEAD} 年：此后的版本须晚于它施行",
                        f"at the latest in {today.year + MOST_YEARS_AHEAD}: every later version "
                        "begins after it",
                    )
                ]
            )  # fmt: skip
        if newest is None or self.in_force_from > max(newest, today):
            return
        raise VersionNotLater(
            f"新版本须在 {max(newest, today)} 之后施行（现行版本自 {newest} 起，今天 {today}）",
            f"A new version must be in force after {max(newest, today)}: the newest is from "
            f"{newest}, today is {today}.",
            newest_in_force_from=newest.isoformat(),
            today=today.isoformat(),
        )

    def _require_live(self) -> None:
        if not live_modes(self.scheme):
            status = self.scheme.status
            raise SchemeNotLive(
                f"方案 {self.scheme.programme} 没有可以运行的模式（状态 {status}）",
                f"The scheme {self.scheme.programme} has no live mode; its status is {status}.",
                scheme_status=status,
            )

    def _require_in_validity(self) -> None:
        first, last = self.scheme.valid_from, self.scheme.valid_to
        if self.in_force_from < first or (last is not None and self.in_force_from > last):
            raise SchemeNotInForce(
                f"施行日 {self.in_force_from} 不在方案文本的有效期 {first} 至 {last or '长期'} 内",
                f"{self.in_force_from} lies outside the validity of the text, {first} to "
                f"{last or 'further notice'}.",
                valid_from=first.isoformat(),
                valid_to=last.isoformat() if last else None,
            )

    def _require_names(self, known: Sequence[str]) -> None:
        faults = [
            FieldFault(
                ("accepts", place),
                "not-assumed",
                f"{name} 不是假定值" + (f"，假定值有：{'、'.join(known)}" if known else ""),
                f"{name} is not assumed" + (f"; assumed are {', '.join(known)}" if known else ""),
            )
            for place, name in enumerate(self.accepts)
            if name not in known
        ]
        if faults:
            raise FieldsWrong(faults)
