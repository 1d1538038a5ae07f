"""The terms that bind a loan: every rule of a scheme file as it stood on the approval day.

Each rule is declared here, once: its name, what may stand under it, and what it means.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, get_type_hints

from shared.schemes.rules.approval import ApprovalLevel
from shared.schemes.rules.claims import BreakerRule, Deadline, RecoveryRule, TriggerRule
from shared.schemes.rules.declare import (
    AtLeast,
    CreditList,
    Document,
    Fen,
    IpKind,
    Multiple,
    Party,
    Purpose,
    Says,
    Share,
    Step,
    Within,
    declared,
)
from shared.schemes.rules.facts import FactName, FactRule
from shared.schemes.rules.filing import FilingRule
from shared.schemes.rules.limits import AmountByTier, Cap, Covered, RateCap
from shared.schemes.rules.notices import PublicNoticeRule
from shared.schemes.rules.ranks import LaterRankRule
from shared.schemes.rules.sharing import Base, Behind, Sharing, Weights, weights_of
from shared.schemes.rules.subsidies import SubsidyRule
from shared.schemes.vocabulary import MARKS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Where a value comes from: source and article, how sure it is, since when it holds."""

    source: str
    mark: str = ""
    since: date
    note: str = ""

    def cited(self, language: str = "zh") -> str:
        """The citation as it stands in an explanation."""
        return f"{self.source}〔{MARKS[self.mark].said(language)}〕" if self.mark else self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A scheme's rules in one mode on one day. None or empty: the scheme has no such rule.

    The same object for every day on which the same values are in force.
    """

    programme: str
    mode: str
    since: date
    """The youngest date among the rules in force."""
    name: Words
    mode_name: Words
    status: Literal["complete", "draft", "template", "incomplete"]
    version: str
    """`<programme>/<mode>@<since>#<hash of every rule in force, with its source>`."""
    stated: Mapping[str, Stated]
    """Source of each rule in force, by rule name."""

    # who, and how a loss is shared
    parties: Annotated[
        tuple[Party, ...],
        AtLeast(2),
        Says("分担各方（按此次序取整）", "the parties, in rounding order"),
    ] = ()
    residual: Annotated[Party, Says("承担尾差的一方", "the party that takes the rounding")] = "bank"
    bearer: Annotated[
        Party, Says("受偿并承担未补偿部分的一方", "who is compensated, and bears what is cut off")
    ] = "bank"
    sharing: Annotated[Sharing | None, Says("损失分担比例", "how a loss is shared")] = None
    behind: Annotated[
        Mapping[Party, Behind], Says("某一方的出资构成", "who finances a party's share")
    ] = field(default_factory=dict)
    base: Annotated[Base, Says("损失基数", "loss base")] = field(default_factory=Base)
    rounding: Annotated[Literal["residual", "largest_remainder"], Says("取整方法", "rounding")] = (
        "residual"
    )
    covered: Annotated[
        tuple[Covered, ...],
        Says("纳入补偿的本金上限", "ceilings on the principal that counts"),
    ] = ()
    caps: Annotated[tuple[Cap, ...], Says("补偿上限", "caps on what is paid")] = ()
    refunds: Annotated[
        Mapping[Party, Party], Says("先代偿后分担：谁向谁返还", "chain: who refunds whom")
    ] = field(default_factory=dict)
    """Party → whom it refunds; whoever is not here pays the bearer directly."""
    escrow: Annotated[
        bool, Says("先入保证金账户，核销时清算", "paid into escrow, settled at write-off")
    ] = False
    limited_to_balance: Annotated[
        bool, Says("以资金池可用余额为限", "the pool pays at most its available balance")
    ] = False
    """Where the pool is a party: the cap at its balance, unless `caps` has one (B.1)."""

    # who may borrow
    ip_kinds: Annotated[tuple[IpKind, ...], Says("可质押的知识产权", "kinds of IP")] = ()
    loan_cap_fen: Annotated[Fen | None, Says("单笔贷款上限", "largest loan")] = None
    loan_cap_by: Annotated[AmountByTier | None, Says("分档的贷款上限", "largest loan by tier")] = (
        None
    )
    loan_floor_fen: Annotated[Fen | None, Says("单笔贷款下限", "smallest loan")] = None
    borrower_cap_fen: Annotated[
        Fen | None, Says("单户余额上限", "largest balance of a borrower")
    ] = None
    borrower_debt_cap_fen: Annotated[
        Fen | None, Says("企业全部贷款上限", "ceiling on all the firm's loans")
    ] = None
    revenue_cap_fen: Annotated[Fen | None, Says("年营业收入上限", "largest yearly revenue")] = None
    tenor_months: Annotated[
        int | None, Within(1, 360), Says("最长期限（月）", "longest tenor in months")
    ] = None
    rate_cap: Annotated[RateCap | None, Says("贷款利率上限", "highest loan rate")] = None
    registered_months: Annotated[
        int | None, Within(0, 600), Says("企业成立满（月）", "months since registration")
    ] = None
    in_territory: Annotated[bool, Says("须在本地注册", "registered in the territory")] = False
    sme_only: Annotated[bool, Says("限中小微企业", "small and medium firms only")] = False
    one_live_project: Annotated[bool, Says("同一企业同时只能有一笔", "one live loan per firm")] = (
        False
    )
    credit_lists: Annotated[
        tuple[CreditList, ...], Says("不得列入的名单", "lists a firm may not be on")
    ] = ()
    lists_checked_within_days: Annotated[
        int | None,
        Within(0, 366),
        Says("名单查询在几日内有效", "days for which a look at the lists holds"),
    ] = None
    """Where it is stated, nobody approves or pays out without a look at every one of the lists so
    recently; 0 is the day itself."""
    lookback_years: Annotated[
        int | None, Within(1, 20), Says("信用回溯年数", "years looked back")
    ] = None
    purposes: Annotated[tuple[Purpose, ...], Says("贷款用途", "purposes")] = ()
    pledge_rates: Annotated[
        Mapping[IpKind, Share], Says("质押率上限", "highest pledge rate by kind")
    ] = field(default_factory=dict)
    ip_share_minimum: Annotated[
        Share | None, Says("知识产权部分最低占比", "least IP share of the loan")
    ] = None
    pure_ip_only: Annotated[bool, Says("限纯知识产权质押", "pure IP pledge only")] = False
    maturity_within_ip_expiry: Annotated[
        bool, Says("贷款到期不晚于权利到期", "loan matures before the right ends")
    ] = False
    external_valuation_above_fen: Annotated[
        Fen | None, Says("超过此额须外部评估", "external valuation above")
    ] = None
    documents: Annotated[
        tuple[Document, ...], Says("申请材料", "documents of the application")
    ] = ()
    no_other_compensation: Annotated[
        bool, Says("不得重复享受补偿", "not already covered elsewhere")
    ] = False
    approval_levels: Annotated[
        tuple[ApprovalLevel, ...],
        Says("分级审批（按批准金额）", "levels of approval by amount"),
    ] = ()
    """Empty: one recommends and another approves, whatever the amount."""

    filing: Annotated[
        FilingRule, Says("审批制或备案制", "approval before or filing after disbursement")
    ] = field(default_factory=FilingRule)

    later_ranks: Annotated[
        LaterRankRule | None,
        Says("已出质权利可设后顺位质权", "a pledged right in a later rank"),
    ] = None
    """None: a right that another live case holds is refused."""

    # how much
    maximum_leverage: Annotated[
        Fraction | None,
        Within(0, 100_000),
        Multiple(),
        Says("最高放大倍数（1000 即 10 倍）", "highest leverage (1000 is 10 times)"),
    ] = None
    minimum_leverage: Annotated[
        Fraction | None,
        Within(0, 100_000),
        Multiple(),
        Says("银行承诺的放大倍数", "leverage a bank undertakes"),
    ] = None
    bank_share_of_capacity: Annotated[
        Share | None,
        Says("单家银行占总额度比例上限", "a bank's part of the pool's capacity"),
    ] = None
    programme_covered_cap_fen: Annotated[
        Fen | None, Says("在保本金总额上限", "ceiling on all covered principal")
    ] = None

    # what must be stated
    facts: Annotated[
        Mapping[FactName, FactRule],
        Says("所需事实及其说明人、截止日", "facts, by whom, of which day"),
    ] = field(default_factory=dict)

    # claims
    trigger: Annotated[
        tuple[TriggerRule, ...],
        Says("补偿触发条件（满足其一）", "what entitles to claim (any one)"),
    ] = ()
    claim_credit_lists: Annotated[
        tuple[CreditList, ...],
        Says("列入即不予补偿的名单", "lists whose firms' loans are not compensated"),
    ] = ()
    claim_documents: Annotated[
        tuple[Document, ...], Says("补偿申请材料", "documents of a claim")
    ] = ()
    deadlines: Annotated[Mapping[Step, Deadline], Says("各环节期限", "deadlines per step")] = field(
        default_factory=dict
    )
    public_notice: Annotated[
        PublicNoticeRule, Says("公示的内容和范围", "what is shown to the public, and of what")
    ] = field(default_factory=PublicNoticeRule)
    recovery: Annotated[RecoveryRule, Says("追偿款返还", "return of recovered money")] = field(
        default_factory=RecoveryRule
    )
    bank_breaker: Annotated[BreakerRule | None, Says("银行熔断线", "breaker per bank")] = None
    pool_breaker: Annotated[BreakerRule | None, Says("资金池停止线", "breaker of the pool")] = None
    subsidies: Annotated[tuple[SubsidyRule, ...], Says("补贴", "subsidies")] = ()

    without_deadline: tuple[str, ...] = ()
    """Steps for which the scheme says expressly that there is no time limit (`claim: none`)."""
    flat: Weights | None = field(init=False, repr=False, compare=False)
    """The shares that hold for everybody, as whole numbers; None where there is a row to find."""
    row_weights: tuple[Weights, ...] = field(init=False, repr=False, compare=False)
    """The shares of each row of `sharing` as whole numbers, computed once."""
    cap_payers: tuple[tuple[Cap, tuple[int, ...]], ...] = field(
        init=False, repr=False, compare=False
    )
    """Each cap with the places of its payers among the parties."""

    def __post_init__(self) -> None:
        if self.limited_to_balance and "pool" in self.parties and not self.is_capped_at_balance:
            object.__setattr__(self, "caps", (*self.caps, self._balance()))
        rows = self.sharing.rows if self.sharing is not None else ()
        weights = tuple(self.weights(dict(row.shares)) for row in rows)
        flat = weights[0] if self.sharing is not None and self.sharing.is_flat else None
        payers = tuple(
            (cap, tuple(at for at, party in enumerate(self.parties) if party in cap.parties))
            for cap in self.caps
        )
        object.__setattr__(self, "flat", flat)
        object.__setattr__(self, "row_weights", weights)
        object.__setattr__(self, "cap_payers", payers)

    @property
    def is_capped_at_balance(self) -> bool:
        """Whether the pool never pays more than it has: of several caps one that says so."""
        return any(
            cap.of == "pool_available" and "pool" in cap.parties and (cap.rate or 0) <= 1
            for cap in self.caps
        )

    def _balance(self) -> Cap:
        said = RULES["limited_to_balance"]
        return Cap(
            code="pool_balance", parties=("pool",), per="pool_balance", of="pool_available",
            zh=said.zh, en=said.en, source=self.source("limited_to_balance"),
        )  # fmt: skip

    def weights(self, shares: Mapping[str, Fraction]) -> Weights:
        """Shares of the parties as whole numbers, in the order in which the scheme names them."""
        return weights_of(tuple((party, shares[party]) for party in self.parties), self.residual)

    def source(self, rule: str, language: str = "zh") -> str:
        """The citation of a rule in force; empty where the scheme states none."""
        stated = self.stated.get(rule)
        return stated.cited(language) if stated else ""

    @property
    def assumed(self) -> tuple[str, ...]:
        """The rules in force whose values nobody has read in a source."""
        return tuple(rule for rule, stated in self.stated.items() if stated.mark == "assumed")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its declaration: where its value goes in `Terms`, its type, and what it means."""

    field: str
    hint: Any
    zh: str
    en: str


def _declared_rules() -> dict[str, Rule]:
    """The fields of `Terms` that say what they mean are rules; an amount drops its unit."""
    found = {}
    for name, hint in get_type_hints(Terms, include_extras=True).items():
        said = declared(hint).mark(Says)
        if said is not None:
            found[name.removesuffix("_fen")] = Rule(name, hint, said.zh, said.en)
    return found


RULES: Mapping[str, Rule] = _declared_rules()
"""Every rule by its name in the file."""


def _ordinarily(name: str) -> Any:
    """What a field is where no rule is in force."""
    item = Terms.__dataclass_fields__[name]
    return item.default if item.default_factory is MISSING else item.default_factory()


MAY_BE_NONE = frozenset(
    name
    for name, rule in RULES.items()
    if name not in ("parties", "sharing") and _ordinarily(rule.field) in (None, False, (), {})
)
"""Rules of which a scheme may say expressly that there is none (`value: none`, with its source)."""
