"""The shape of a subsidy in a scheme file."""

from fractions import Fraction
from typing import Any

from shared.schemes import terms as t
from shared.schemes.reading.conditions import CODE, FLAGS, PARTY, WORDS, Shares, renamed
from shared.schemes.reading.rule_shapes import RATE_CAP
from shared.schemes.reading.scalars import Choice, Flag, Money, Percent, Text, Whole
from shared.schemes.reading.shape import At, Field, ListOf, Named, Problem, Record

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
    make=renamed(t.SubsidyCap, amount="amount_fen"),
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
    if found["day_base"] not in (360, 365):
        problems.append(
            at.problem("日基数 day_base 只能是 360 或 365", "day_base is either 360 or 365")
        )
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


SUBSIDY = Record(
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
    make=renamed(_subsidy, least_loan="least_loan_fen", largest_loan="largest_loan_fen"),
    check=_subsidy_fits,
)
