"""What a scheme file may say: every rule by name, the shape of its value, and what it means.

A rule's value is dated: under its name stand the days from which values hold, each with
`value`, `source` and, where it was not read in the source, a `mark`. See docs/schemes.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.schemes import terms as t
from shared.schemes.shape import (
    At,
    Choice,
    Field,
    Flag,
    ListOf,
    MapOf,
    Money,
    Named,
    Percent,
    Problem,
    Record,
    Shape,
    Text,
    Whole,
    is_mapping,
    unknown,
)
from shared.schemes.vocabulary import (
    CREDIT_LISTS,
    DOCUMENTS,
    FACTS,
    FIGURES,
    IP_KINDS,
    PARTIES,
    PERIODS,
    PURPOSES,
    RISK_CLASSES,
    STEPS,
)

PARTY = Choice(tuple(PARTIES))
FLAGS = tuple(name for name, fact in FACTS.items() if fact.kind == "flag")
WORDS = {"zh": Field(Text(), required=True), "en": Field(Text(), required=True)}


@dataclass(frozen=True)
class Shares:
    """Party → share of the whole; together exactly 100 percent."""

    def read(self, at: At, problems: list[Problem]) -> tuple[tuple[str, Fraction], ...] | None:
        before = len(problems)
        found = MapOf(tuple(PARTIES), Percent()).read(at, problems)
        if found is None or len(problems) > before:
            return None
        total = sum(found.values())
        if total != 1:
            listed = " + ".join(f"{name} {_as_percent(share)}" for name, share in found.items())
            off = "少" if total < 1 else "多"
            short = "short of" if total < 1 else "above"
            problems.append(
                at.problem(
                    f"各方比例合计 {_as_percent(total)},比 100% {off} {_as_percent(abs(1 - total))}"
                    f"({listed})",
                    f"the shares add up to {_as_percent(total)}, {_as_percent(abs(1 - total))} "
                    f"{short} 100% ({listed})",
                )
            )
            return None
        return tuple(found.items())

    def schema(self) -> dict[str, Any]:
        return MapOf(tuple(PARTIES), Percent()).schema()


def _as_percent(share: Fraction | int) -> str:
    percent = Fraction(share) * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    scaled = percent * 10_000
    if scaled.denominator == 1:
        return f"{scaled.numerator // 10_000}.{scaled.numerator % 10_000:04d}".rstrip("0") + "%"
    return f"{Fraction(share)}"


KIND_SHAPES: Mapping[str, Shape] = {
    "money": Money(),
    "ratio": Percent(most=1_000_000),
    "count": Whole(),
    "flag": Flag(),
    "word": Choice(tuple(RISK_CLASSES)),
}


def _ends(kind: str) -> Record:
    """An interval of a measured fact: each end once, inclusive or not."""
    shape = KIND_SHAPES[kind]
    return Record(
        {name: Field(shape) for name in ("above", "at_least", "up_to", "below")},
        check=_ends_fit,
    )


def _ends_fit(at: At, found: dict[str, Any]) -> list[Problem]:
    low = [name for name in ("above", "at_least") if found[name] is not None]
    high = [name for name in ("up_to", "below") if found[name] is not None]
    if len(low) > 1 or len(high) > 1:
        return [
            at.problem(
                "above(大于)与 at_least(不小于)只写一个,up_to(不大于)与 below(小于)只写一个",
                "write one of above and at_least, and one of up_to and below",
            )
        ]
    if not low and not high:
        return [at.problem("区间没有任何一端", "the interval has no end at all")]
    if low and high:
        empty = found[low[0]] > found[high[0]] or (
            found[low[0]] == found[high[0]] and (low[0], high[0]) != ("at_least", "up_to")
        )
        if empty:
            return [
                at.problem("区间是空的:下端高于上端", "the interval is empty: its ends are crossed")
            ]
    return []


@dataclass(frozen=True)
class When:
    """Facts and what they must be: flags true or false, amounts between two ends."""

    def read(self, at: At, problems: list[Problem]) -> tuple[t.Condition, ...] | None:
        if not is_mapping(at, problems):
            return None
        conditions = []
        for name in at.node:
            if name not in FACTS:
                problems.append(unknown(at.key(name), tuple(FACTS)))
                continue
            kind = FACTS[name].kind
            place = at.child(name)
            if kind in ("flag", "word"):
                value = KIND_SHAPES[kind].read(place, problems)
                conditions.append(t.Condition(fact=name, equals=value))
            else:
                ends = _ends(kind).read(place, problems)
                if ends is not None:
                    conditions.append(t.Condition(fact=name, **ends))
        return tuple(conditions)

    def schema(self) -> dict[str, Any]:
        properties = {
            name: (
                KIND_SHAPES[fact.kind].schema()
                if fact.kind in ("flag", "word")
                else _ends(fact.kind).schema()
            )
            | {"description": f"{fact.zh} {fact.en}"}
            for name, fact in FACTS.items()
        }
        return {"type": "object", "properties": properties, "additionalProperties": False}


def gaps(places: list[tuple[At, t.Condition]]) -> list[Problem]:
    """Where a row of tiers leaves a hole, overlaps, or is not in rising order."""
    problems = []
    for (_, lower), (at, upper) in itertools.pairwise(places):
        meets = (
            lower.up_to is not None and upper.above is not None and lower.up_to == upper.above
        ) or (
            lower.below is not None and upper.at_least is not None and lower.below == upper.at_least
        )
        if meets:
            continue
        high = lower.up_to if lower.up_to is not None else lower.below
        low = upper.above if upper.above is not None else upper.at_least
        if high is None or low is None:
            zh, en = (
                "各档须从低到高排列,上一档要有上端,这一档要有下端",
                (
                    "tiers rise from low to high: the one before needs an upper end, this one a lower"
                ),
            )
        elif low < high or (low == high and lower.up_to is not None and upper.at_least is not None):
            zh, en = (
                "这一档与上一档重叠:同一数额落入两档",
                ("this tier overlaps the one before: one amount falls into both"),
            )
        else:
            zh, en = (
                "这一档与上一档之间有空档:有的数额落不进任何一档",
                (
                    "there is a gap between this tier and the one before: some amounts fall into none"
                ),
            )
        problems.append(
            at.problem(
                zh + ";上一档写 up_to: X,这一档就写 above: X(或 below: X 配 at_least: X)",
                en + "; after up_to: X write above: X (or after below: X write at_least: X)",
            )
        )
    return problems


@dataclass(frozen=True)
class Tiers:
    """Tiers of one fact, each with its stretch and what holds in it, from low to high."""

    kind: str
    payload: str
    shape: Shape

    def read(self, at: At, problems: list[Problem]) -> list[tuple[dict[str, Any], Any]] | None:
        record = Record(
            {
                name: Field(KIND_SHAPES[self.kind])
                for name in ("above", "at_least", "up_to", "below")
            }
            | {self.payload: Field(self.shape, required=True)},
            check=lambda place, found: _ends_fit(place, found),
        )
        before = len(problems)
        rows = ListOf(record).read(at, problems)
        if rows is None or len(problems) > before:
            return None
        pairs = [
            (
                at.child(index),
                t.Condition(fact="", **{k: v for k, v in row.items() if k != self.payload}),
            )
            for index, row in enumerate(rows)
        ]
        problems.extend(gaps(pairs))
        return [
            ({k: v for k, v in row.items() if k != self.payload}, row[self.payload]) for row in rows
        ]

    def schema(self) -> dict[str, Any]:
        ends = {
            name: KIND_SHAPES[self.kind].schema()
            for name in ("above", "at_least", "up_to", "below")
        }
        return {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": ends | {self.payload: self.shape.schema()},
                "required": [self.payload],
                "additionalProperties": False,
            },
        }


MEASURED = tuple(name for name, fact in FACTS.items() if fact.kind not in ("flag", "word"))

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
        ListOf(Named(Text())), zh="分档比例,从低到高", en="shares by tier, from low to high"
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
                    "shares(固定比例)、tiers(分档)、rows(按条件)三者必须且只能写一个;"
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
                        f"分档须写明依据 by,可用:{'、'.join(MEASURED)}",
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
                "上限缺少依据:写 amount(固定金额),或写 of(以哪项数字为基数)并可加 rate(百分之几)",
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


def _renamed(make: Callable[..., Any], **names: str) -> Callable[..., Any]:
    """Files say `amount`, code says `amount_fen`."""

    def build(**found: Any) -> Any:
        return make(**{names.get(key, key): value for key, value in found.items()})

    return build


CODE = Text(
    pattern=r"[a-z][a-z0-9_]*",
    hint_zh="小写英文字母、数字和下划线",
    hint_en="lower case letters, digits and _",
)

_CAP = Record(
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
    make=_renamed(_cap, amount="amount_fen", may_be_raised_to="may_be_raised_to_fen"),
    check=lambda at, found: _cap_fits(
        at, {"amount_fen": found["amount"], "rate": found["rate"], "of": found["of"]}
    ),
)


def _covered(**found: Any) -> t.Covered:
    words = found.pop("name") or {"zh": "", "en": ""}
    return t.Covered(**found, zh=words["zh"], en=words["en"])


_COVERED = Record(
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
    make=_renamed(_covered, amount="amount_fen"),
)


def _one_of_rate_cap(at: At, found: dict[str, Any]) -> list[Problem]:
    ways = ("over_lpr_bp", "times_lpr", "under_market_bp")
    if sum(found[way] is not None for way in ways) != 1:
        return [
            at.problem(
                "利率上限须且只能写一种:over_lpr_bp(LPR 加多少基点)、times_lpr(LPR 的百分之几)"
                "或 under_market_bp(比同类平均利率低多少基点)",
                "write exactly one of over_lpr_bp (basis points above LPR), times_lpr (percent of LPR) "
                "and under_market_bp (basis points under the going rate)",
            )
        ]
    return []


RATE_CAP = Record(
    {
        "over_lpr_bp": Field(Whole(most=10_000), zh="LPR 加点(基点)", en="basis points above LPR"),
        "times_lpr": Field(Percent(most=1000), zh="LPR 的百分之几", en="percent of LPR"),
        "under_market_bp": Field(
            Whole(most=10_000), zh="低于同类平均利率(基点)", en="basis points under the going rate"
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
            f"期限写法须且只能选一种:{'、'.join(ways)}",
            f"write exactly one of: {', '.join(ways)}",
        )
    ]


_DEADLINE = Record(
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
                "预警线、停止线、恢复线的次序不对:"
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


_BREAKER = Record(
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


def _amount_by_tier(**found: Any) -> t.AmountByTier:
    return t.AmountByTier(
        by=found["by"],
        tiers=tuple(
            t.Tier(when=t.Condition(fact=found["by"], **ends), amount_fen=amount)
            for ends, amount in found["tiers"]
        ),
    )


_SUBSIDY_CAP = Record(
    {
        "code": Field(CODE, required=True),
        "per": Field(
            Choice(
                ("borrower_year", "borrower_life", "product_year", "product_life", "programme_year")
            ),
            required=True,
        ),
        "amount": Field(Money(), required=True),
    },
    make=_renamed(t.SubsidyCap, amount="amount_fen"),
)
_SHARE_IF = Record(
    {
        "all": Field(ListOf(Choice(FLAGS), distinct=True), required=True),
        "share": Field(Percent(), required=True),
    },
    make=lambda **found: (found["all"], found["share"]),
)


def _subsidy(**found: Any) -> t.SubsidyRule:
    name = found.pop("name")
    found["paid_by"] = found["paid_by"] or ()
    found["products"] = tuple((found["products"] or {}).items())
    found["residual"] = found["residual"] or (found["paid_by"][-1][0] if found["paid_by"] else "")
    return t.SubsidyRule(zh=name["zh"], en=name["en"], **found)


def _subsidy_fits(at: At, found: dict[str, Any]) -> list[Problem]:
    problems = []
    if found["of"] == "principal" and found["rate_bp"] is None and not found["products"]:
        problems.append(
            at.problem(
                "按本金补贴须写 rate_bp 或 products",
                "a subsidy on principal needs rate_bp or products",
            )
        )
    if found["residual"] and found["residual"] not in dict(found["paid_by"] or ()):
        problems.append(
            at.problem("residual 须是 paid_by 中的一方", "residual is to be one of paid_by")
        )
    return problems


_SUBSIDY = Record(
    {
        "code": Field(CODE, required=True),
        "name": Field(Record(WORDS), required=True),
        "of": Field(
            Choice(
                ("interest", "guarantee_fee", "insurance_premium", "appraisal_fee", "principal")
            ),
            required=True,
        ),
        "mode": Field(
            Choice(("upfront_rate_cut", "ex_post_to_company", "ex_post_on_settlement")),
            required=True,
        ),
        "rate_bp": Field(Whole(most=10_000)),
        "share": Field(Percent(), default=Fraction(1)),
        "share_if": Field(ListOf(_SHARE_IF), default=()),
        "rate_ceiling": Field(RATE_CAP),
        "above_ceiling": Field(
            Choice(("counted_up_to_ceiling", "nothing")), default="counted_up_to_ceiling"
        ),
        "fee_ceiling_bp": Field(Whole(most=10_000)),
        "ip_part_only": Field(Flag(), default=False),
        "day_base": Field(Whole(least=360, most=365), default=365),
        "per_year": Field(Flag(), default=True),
        "rounded_each": Field(Choice(("period", "quarter")), default="period"),
        "longest_days": Field(Whole(least=1, most=36_500)),
        "least_loan": Field(Money()),
        "largest_loan": Field(Money()),
        "paid_by": Field(Shares()),
        "residual": Field(PARTY, default=""),
        "caps": Field(ListOf(_SUBSIDY_CAP), default=()),
        "products": Field(Named(Whole(most=10_000))),
        "source": Field(Text(), default=""),
    },
    make=_renamed(_subsidy, least_loan="least_loan_fen", largest_loan="largest_loan_fen"),
    check=_subsidy_fits,
)


@dataclass(frozen=True)
class LoanCapBy:
    """A loan cap by tiers of one measured fact."""

    def read(self, at: At, problems: list[Problem]) -> t.AmountByTier | None:
        if not is_mapping(at, problems):
            return None
        kind = FACTS[at.node["by"]].kind if at.node.get("by") in MEASURED else "money"
        read: t.AmountByTier | None = Record(
            {
                "by": Field(Choice(MEASURED), required=True),
                "tiers": Field(Tiers(kind, "amount", Money()), required=True),
            },
            make=_amount_by_tier,
        ).read(at, problems)
        return read

    def schema(self) -> dict[str, Any]:
        return Record(
            {
                "by": Field(Choice(MEASURED), required=True),
                "tiers": Field(Tiers("money", "amount", Money()), required=True),
            }
        ).schema()


@dataclass(frozen=True)
class Rule:
    """A rule of a scheme: where its value goes in `Terms`, its shape and what it means."""

    field: str
    shape: Shape
    zh: str
    en: str


def _listed(words: Mapping[str, Any]) -> ListOf:
    return ListOf(Choice(tuple(words)), distinct=True)


RULES: dict[str, Rule] = {
    "parties": Rule(
        "parties",
        ListOf(PARTY, least=2, distinct=True),
        "分担各方(按此次序取整)",
        "the parties, in rounding order",
    ),
    "residual": Rule("residual", PARTY, "承担尾差的一方", "the party that takes the rounding"),
    "bearer": Rule(
        "bearer",
        PARTY,
        "受偿并承担未补偿部分的一方",
        "who is compensated, and bears what is cut off",
    ),
    "sharing": Rule("sharing", SharingShape(), "损失分担比例", "how a loss is shared"),
    "behind": Rule(
        "behind",
        MapOf(
            tuple(PARTIES),
            Record(
                {"shares": Field(Shares(), required=True), "residual": Field(PARTY, required=True)},
                make=t.Behind,
            ),
        ),
        "某一方的出资构成",
        "who finances a party's share",
    ),
    "base": Rule(
        "base",
        Record(
            {
                "of": Field(
                    Choice(("outstanding_principal", "compensated_amount")),
                    default="outstanding_principal",
                ),
                "plus": Field(
                    ListOf(
                        Choice(("interest", "penalty_interest", "compound_interest", "costs")),
                        distinct=True,
                    ),
                    default=(),
                ),
                "net_of_recoveries": Field(Flag(), default=False),
            },
            make=t.Base,
        ),
        "损失基数",
        "loss base",
    ),
    "rounding": Rule("rounding", Choice(("residual", "largest_remainder")), "取整方法", "rounding"),
    "covered": Rule(
        "covered", ListOf(_COVERED), "纳入补偿的本金上限", "ceilings on the principal that counts"
    ),
    "caps": Rule("caps", ListOf(_CAP), "补偿上限", "caps on what is paid"),
    "refunds": Rule(
        "refunds",
        MapOf(tuple(PARTIES), PARTY),
        "先代偿后分担:谁向谁返还",
        "chain: who refunds whom",
    ),
    "escrow": Rule(
        "escrow", Flag(), "先入保证金账户,核销时清算", "paid into escrow, settled at write-off"
    ),
    "ip_kinds": Rule("ip_kinds", _listed(IP_KINDS), "可质押的知识产权", "kinds of IP"),
    "loan_cap": Rule("loan_cap_fen", Money(), "单笔贷款上限", "largest loan"),
    "loan_cap_by": Rule("loan_cap_by", LoanCapBy(), "分档的贷款上限", "largest loan by tier"),
    "loan_floor": Rule("loan_floor_fen", Money(), "单笔贷款下限", "smallest loan"),
    "borrower_cap": Rule(
        "borrower_cap_fen", Money(), "单户余额上限", "largest balance of a borrower"
    ),
    "borrower_debt_cap": Rule(
        "borrower_debt_cap_fen", Money(), "企业全部贷款上限", "ceiling on all the firm's loans"
    ),
    "revenue_cap": Rule("revenue_cap_fen", Money(), "年营业收入上限", "largest yearly revenue"),
    "tenor_months": Rule(
        "tenor_months", Whole(least=1, most=360), "最长期限(月)", "longest tenor in months"
    ),
    "rate_cap": Rule("rate_cap", RATE_CAP, "贷款利率上限", "highest loan rate"),
    "registered_months": Rule(
        "registered_months", Whole(most=600), "企业成立满(月)", "months since registration"
    ),
    "in_territory": Rule("in_territory", Flag(), "须在本地注册", "registered in the territory"),
    "sme_only": Rule("sme_only", Flag(), "限中小微企业", "small and medium firms only"),
    "one_live_project": Rule(
        "one_live_project", Flag(), "同一企业同时只能有一笔", "one live loan per firm"
    ),
    "credit_lists": Rule(
        "credit_lists", _listed(CREDIT_LISTS), "不得列入的名单", "lists a firm may not be on"
    ),
    "lookback_years": Rule(
        "lookback_years", Whole(least=1, most=20), "信用回溯年数", "years looked back"
    ),
    "purposes": Rule("purposes", _listed(PURPOSES), "贷款用途", "purposes"),
    "pledge_rates": Rule(
        "pledge_rates",
        MapOf(tuple(IP_KINDS), Percent()),
        "质押率上限",
        "highest pledge rate by kind",
    ),
    "ip_share_minimum": Rule(
        "ip_share_minimum", Percent(), "知识产权部分最低占比", "least IP share of the loan"
    ),
    "pure_ip_only": Rule("pure_ip_only", Flag(), "限纯知识产权质押", "pure IP pledge only"),
    "maturity_within_ip_expiry": Rule(
        "maturity_within_ip_expiry",
        Flag(),
        "贷款到期不晚于权利到期",
        "loan matures before the right ends",
    ),
    "external_valuation_above": Rule(
        "external_valuation_above_fen", Money(), "超过此额须外部评估", "external valuation above"
    ),
    "documents": Rule("documents", _listed(DOCUMENTS), "申请材料", "documents of the application"),
    "no_other_compensation": Rule(
        "no_other_compensation", Flag(), "不得重复享受补偿", "not already covered elsewhere"
    ),
    "maximum_leverage": Rule(
        "maximum_leverage",
        Percent(most=100_000),
        "最高放大倍数(1000 即 10 倍)",
        "highest leverage (1000 is 10 times)",
    ),
    "minimum_leverage": Rule(
        "minimum_leverage",
        Percent(most=100_000),
        "银行承诺的放大倍数",
        "leverage a bank undertakes",
    ),
    "bank_share_of_capacity": Rule(
        "bank_share_of_capacity",
        Percent(),
        "单家银行占总额度比例上限",
        "a bank's part of the pool's capacity",
    ),
    "programme_covered_cap": Rule(
        "programme_covered_cap_fen", Money(), "在保本金总额上限", "ceiling on all covered principal"
    ),
    "trigger": Rule(
        "trigger",
        ListOf(Record(_TRIGGER_FIELDS, make=t.TriggerRule, check=_trigger_says_something)),
        "补偿触发条件(满足其一)",
        "what entitles to claim (any one)",
    ),
    "claim_documents": Rule(
        "claim_documents", _listed(DOCUMENTS), "补偿申请材料", "documents of a claim"
    ),
    "deadlines": Rule(
        "deadlines", MapOf(tuple(STEPS), _DEADLINE), "各环节期限", "deadlines per step"
    ),
    "recovery": Rule(
        "recovery",
        Record(
            {
                "by": Field(PARTY, default="bank"),
                "order": Field(Choice(("pro_rata", "statutory")), default="pro_rata"),
                "counts_uncovered": Field(Flag(), default=True),
            },
            make=t.RecoveryRule,
        ),
        "追偿款返还",
        "return of recovered money",
    ),
    "bank_breaker": Rule("bank_breaker", _BREAKER, "银行熔断线", "breaker per bank"),
    "pool_breaker": Rule("pool_breaker", _BREAKER, "资金池停止线", "breaker of the pool"),
    "subsidies": Rule("subsidies", ListOf(_SUBSIDY), "补贴", "subsidies"),
}
"""Every rule by its name in the file."""
