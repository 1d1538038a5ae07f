"""What a scheme file may say: every rule by name, the shape of its value, and what it means.

A rule's value is dated: under its name stand the days from which values hold, each with
`value`, `source` and, where it was not read in the source, a `mark`. See docs/schemes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.schemes import terms as t
from shared.schemes.reading.conditions import MEASURED, PARTY, Shares, Tiers
from shared.schemes.reading.rule_shapes import (
    BREAKER,
    CAP,
    COVERED,
    DEADLINE,
    RATE_CAP,
    TRIGGER,
    SharingShape,
)
from shared.schemes.reading.scalars import Choice, Flag, Money, Percent, Whole
from shared.schemes.reading.shape import (
    At,
    Field,
    ListOf,
    MapOf,
    Problem,
    Record,
    Shape,
    is_mapping,
)
from shared.schemes.reading.subsidy_shape import SUBSIDY
from shared.schemes.vocabulary import (
    CREDIT_LISTS,
    DOCUMENTS,
    FACTS,
    IP_KINDS,
    PARTIES,
    PURPOSES,
    STEPS,
)


def _amount_by_tier(**found: Any) -> t.AmountByTier:
    return t.AmountByTier(
        by=found["by"],
        tiers=tuple(
            t.Tier(when=t.Condition(fact=found["by"], **ends), amount_fen=amount)
            for ends, amount in found["tiers"]
        ),
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
        "分担各方（按此次序取整）",
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
        "covered", ListOf(COVERED), "纳入补偿的本金上限", "ceilings on the principal that counts"
    ),
    "caps": Rule("caps", ListOf(CAP), "补偿上限", "caps on what is paid"),
    "refunds": Rule(
        "refunds",
        MapOf(tuple(PARTIES), PARTY),
        "先代偿后分担：谁向谁返还",
        "chain: who refunds whom",
    ),
    "escrow": Rule(
        "escrow", Flag(), "先入保证金账户，核销时清算", "paid into escrow, settled at write-off"
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
        "tenor_months", Whole(least=1, most=360), "最长期限（月）", "longest tenor in months"
    ),
    "rate_cap": Rule("rate_cap", RATE_CAP, "贷款利率上限", "highest loan rate"),
    "registered_months": Rule(
        "registered_months", Whole(most=600), "企业成立满（月）", "months since registration"
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
        "最高放大倍数（1000 即 10 倍）",
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
        ListOf(TRIGGER),
        "补偿触发条件（满足其一）",
        "what entitles to claim (any one)",
    ),
    "claim_documents": Rule(
        "claim_documents", _listed(DOCUMENTS), "补偿申请材料", "documents of a claim"
    ),
    "deadlines": Rule(
        "deadlines", MapOf(tuple(STEPS), DEADLINE), "各环节期限", "deadlines per step"
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
    "bank_breaker": Rule("bank_breaker", BREAKER, "银行熔断线", "breaker per bank"),
    "pool_breaker": Rule("pool_breaker", BREAKER, "资金池停止线", "breaker of the pool"),
    "subsidies": Rule("subsidies", ListOf(SUBSIDY), "补贴", "subsidies"),
}
"""Every rule by its name in the file."""
