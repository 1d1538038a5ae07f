"""The shapes of the rules about a loss: sharing, caps, trigger, deadlines and breakers."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.schemes import terms as t
from shared.schemes.reading.conditions import (
    CODE,
    FLAGS,
    MEASURED,
    PARTY,
    WORDS,
    Shares,
    Tiers,
    When,
    renamed,
)
from shared.schemes.reading.scalars import Choice, Flag, Money, Percent, Text, Whole
from shared.schemes.reading.shape import (
    At,
    Field,
    ListOf,
    MapOf,
    Named,
    Problem,
    Record,
    is_mapping,
)
from shared.schemes.vocabulary import (
    FACTS,
    FIGURES,
    PARTIES,
    PERIODS,
    RISK_CLASSES,
)

_ROW = Record(
    {
        "when": Field(When(), default=(), zh="须同时满足的条件", en="facts that must all hold"),
        "shares": Field(Shares(), required=True, zh="各方比例", en="share of each party"),
    },
    make=t.Row,
)
_PLUS = Record(
    {
        "points": Field(Percent(), required=True, zh="加点", en="points on top"),
        "to": Field(PARTY, default="pool"),
        "taken_from": Field(PARTY, default="bank"),
        "if_any": Field(ListOf(Choice(FLAGS), distinct=True), required=True),
    },
    make=t.Plus,
)
_AGREED = Record(
    {
        "party": Field(PARTY, default="pool"),
        "at_least": Field(Percent(), default=Fraction(0)),
        "required": Field(Flag(), default=False),
    },
    make=t.Agreed,
)
_SHARING_FIELDS = {
    "shares": Field(Shares(), zh="固定比例", en="flat shares"),
    "by": Field(Choice(MEASURED), zh="分档依据", en="the fact that tiers go by"),
    "tiers": Field(
        ListOf(Named(Text())), zh="分档比例，从低到高", en="shares by tier, from low to high"
    ),
    "rows": Field(ListOf(_ROW), zh="按条件的比例", en="shares by conditions"),
    "choose": Field(Choice(("first", "highest")), default="first"),
    "for_party": Field(PARTY, default="pool"),
    "plus": Field(ListOf(_PLUS), default=(), zh="加点", en="points on top"),
    "agreed": Field(_AGREED, zh="协议可另定比例", en="an agreement may state the share"),
    "only_if_confirmed": Field(
        MapOf(tuple(PARTIES), Text()), default={}, zh="须先经确认", en="prior decision needed"
    ),
    "facts_at": Field(Choice(("claim", "disbursement")), default="claim"),
}


@dataclass(frozen=True)
class SharingShape:
    """Flat shares, tiers of one fact, or rows with conditions; or `unknown`, openly."""

    def read(self, at: At, problems: list[Problem]) -> t.Sharing | str | None:
        if at.node == "unknown":
            return "unknown"
        if not is_mapping(at, problems):
            return None
        kinds = [name for name in ("shares", "tiers", "rows") if name in at.node]
        if len(kinds) != 1:
            problems.append(
                at.problem(
                    "shares（固定比例）、tiers（分档）、rows（按条件）三者必须且只能写一个；"
                    "比例未公开时写 value: unknown",
                    "write exactly one of shares (flat), tiers (by amount) and rows (by conditions); "
                    "where the ratio is not published write value: unknown",
                )
            )
            return None
        fields = dict(_SHARING_FIELDS)
        if kinds == ["tiers"]:
            by = at.node.get("by")
            if by not in MEASURED:
                place = at.child("by") if "by" in at.node else at
                problems.append(
                    place.problem(
                        f"分档须写明依据 by，可用：{'、'.join(MEASURED)}",
                        f"tiers need “by”, one of: {', '.join(MEASURED)}",
                    )
                )
                return None
            fields["tiers"] = Field(Tiers(FACTS[by].kind, "shares", Shares()))
        before = len(problems)
        found = Record(fields).read(at, problems)
        if found is None or len(problems) > before:
            return None
        return t.Sharing(
            rows=_rows(found),
            choose=found["choose"],
            for_party=found["for_party"],
            plus=tuple(found["plus"]),
            agreed=found["agreed"],
            only_if_confirmed=tuple(found["only_if_confirmed"].items()),
            facts_at=found["facts_at"],
            by=found["by"] or "",
        )

    def schema(self) -> dict[str, Any]:
        properties = {name: spec.shape.schema() for name, spec in _SHARING_FIELDS.items()}
        properties["tiers"] = Tiers("money", "shares", Shares()).schema()
        return {
            "oneOf": [
                {"const": "unknown"},
                {"type": "object", "properties": properties, "additionalProperties": False},
            ]
        }


def _rows(found: dict[str, Any]) -> tuple[t.Row, ...]:
    if found["shares"] is not None:
        return (t.Row(when=(), shares=found["shares"]),)
    if found["rows"] is not None:
        return tuple(found["rows"])
    return tuple(
        t.Row(when=(t.Condition(fact=found["by"], **ends),), shares=shares)
        for ends, shares in found["tiers"]
    )


def _cap_fits(at: At, found: dict[str, Any]) -> list[Problem]:
    fixed, rate = found["amount_fen"] is not None, found["rate"] is not None
    figure = bool(found["of"])
    if fixed == (rate or figure) or (rate and not figure):
        return [
            at.problem(
                "上限缺少依据：写 amount（固定金额），或写 of（以哪项数字为基数）并可加 rate（百分之几）",
                "the cap has no base: write amount (fixed), or of (which figure) with an optional "
                "rate (percent of it)",
            )
        ]
    return []


def _cap(**found: Any) -> t.Cap:
    words = found.pop("name") or {"zh": "", "en": ""}
    if found["rate"] is None and found["of"]:
        found["rate"] = Fraction(1)
    return t.Cap(**found, zh=words["zh"], en=words["en"])


CAP = Record(
    {
        "code": Field(CODE, required=True),
        "parties": Field(
            ListOf(PARTY, distinct=True),
            default=("pool",),
            zh="对谁的支付设限",
            en="whose payments",
        ),
        "per": Field(
            Choice(tuple(PERIODS)), required=True, zh="按什么累计", en="over what it counts"
        ),
        "amount": Field(Money(), zh="固定金额", en="a fixed amount"),
        "rate": Field(Percent(most=1_000_000), zh="基数的百分之几", en="percent of the figure"),
        "of": Field(
            Choice(tuple(FIGURES)), default="", zh="以哪项数字为基数", en="of which figure"
        ),
        "may_be_raised_to": Field(Money(), zh="经决定最高可调至", en="a decision may raise it to"),
        "name": Field(Record(WORDS)),
        "source": Field(Text(), default=""),
    },
    make=renamed(_cap, amount="amount_fen", may_be_raised_to="may_be_raised_to_fen"),
    check=lambda at, found: _cap_fits(
        at, {"amount_fen": found["amount"], "rate": found["rate"], "of": found["of"]}
    ),
)


def _covered(**found: Any) -> t.Covered:
    words = found.pop("name") or {"zh": "", "en": ""}
    return t.Covered(**found, zh=words["zh"], en=words["en"])


COVERED = Record(
    {
        "code": Field(CODE, required=True),
        "per": Field(
            Choice(("loan", "borrower", "borrower_year", "bank_year", "programme_year")),
            required=True,
        ),
        "amount": Field(Money(), required=True),
        "name": Field(Record(WORDS)),
        "source": Field(Text(), default=""),
    },
    make=renamed(_covered, amount="amount_fen"),
)


def _one_of_rate_cap(at: At, found: dict[str, Any]) -> list[Problem]:
    ways = ("over_lpr_bp", "times_lpr", "under_market_bp")
    if sum(found[way] is not None for way in ways) != 1:
        return [
            at.problem(
                "利率上限须且只能写一种：over_lpr_bp(LPR 加多少基点)、times_lpr(LPR 的百分之几)"
                "或 under_market_bp（比同类平均利率低多少基点）",
                "write exactly one of over_lpr_bp (basis points above LPR), times_lpr (percent of LPR) "
                "and under_market_bp (basis points under the going rate)",
            )
        ]
    return []


RATE_CAP = Record(
    {
        "over_lpr_bp": Field(
            Whole(most=10_000), zh="LPR 加点（基点）", en="basis points above LPR"
        ),
        "times_lpr": Field(Percent(most=1000), zh="LPR 的百分之几", en="percent of LPR"),
        "under_market_bp": Field(
            Whole(most=10_000),
            zh="低于同类平均利率（基点）",
            en="basis points under the going rate",
        ),
        "lpr_of": Field(Choice(("day", "december")), default="day"),
        "lpr_term": Field(Choice(("1y", "5y")), default="1y"),
    },
    make=t.RateCap,
    check=_one_of_rate_cap,
)

_TRIGGER_FIELDS = {
    "code": Field(CODE, required=True),
    "risk_class_at_least": Field(Choice(tuple(RISK_CLASSES))),
    "overdue_days_above": Field(Whole(most=3650)),
    "months_non_performing": Field(Whole(least=1, most=120)),
    **{
        name: Field(Flag(), default=False)
        for name in (
            "lawsuit_accepted",
            "called_early",
            "loss_confirmed",
            "written_off",
            "enforcement_ended",
            "guarantor_has_paid",
            "insurer_notified",
        )
    },
    "source": Field(Text(), default=""),
}


def _trigger_says_something(at: At, found: dict[str, Any]) -> list[Problem]:
    if any(
        value is not None and value is not False
        for key, value in found.items()
        if key not in ("code", "source")
    ):
        return []
    return [at.problem("这一项触发条件什么也没有要求", "this trigger asks for nothing")]


def _one_way(at: At, found: dict[str, Any]) -> list[Problem]:
    ways = ("working_days", "calendar_days", "months", "day_of_next_month")
    if sum(found[way] is not None for way in ways) == 1:
        return []
    return [
        at.problem(
            f"期限写法须且只能选一种：{'、'.join(ways)}",
            f"write exactly one of: {', '.join(ways)}",
        )
    ]


DEADLINE = Record(
    {
        "working_days": Field(Whole(least=1, most=250)),
        "calendar_days": Field(Whole(least=1, most=1000)),
        "months": Field(Whole(least=1, most=60)),
        "day_of_next_month": Field(Whole(least=1, most=31)),
        "source": Field(Text(), default=""),
        "mark": Field(Choice(("assumed", "recalled", "weak")), default=""),
    },
    make=t.Deadline,
    check=_one_way,
)


def _lines_in_order(at: At, found: dict[str, Any]) -> list[Problem]:
    warn, stop, resume = found["warn"], found["stop"], found["resume"]
    rising = found["trips"] == "above"
    if (rising and not (resume <= stop and warn <= stop)) or (
        not rising and not (resume >= stop and warn >= stop)
    ):
        return [
            at.problem(
                "预警线、停止线、恢复线的次序不对："
                + (
                    "预警线和恢复线都不应高于停止线" if rising else "预警线和恢复线都不应低于停止线"
                ),
                "the lines are out of order: "
                + (
                    "warn and resume may not lie above stop"
                    if rising
                    else "warn and resume may not lie below stop"
                ),
            )
        ]
    return []


BREAKER = Record(
    {
        "trips": Field(Choice(("above", "below")), required=True),
        "warn": Field(Percent(), required=True),
        "stop": Field(Percent(), required=True),
        "resume": Field(Percent(), required=True),
        "month_ends": Field(Whole(least=1, most=24), default=1),
    },
    make=t.BreakerRule,
    check=_lines_in_order,
)


TRIGGER = Record(_TRIGGER_FIELDS, make=t.TriggerRule, check=_trigger_says_something)
