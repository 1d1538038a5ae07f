"""What a statement of one month says to one party, from the movements of its accounts.

Every table here begins with an opening, ends with a closing, and the rows between them lead from
one to the other; each row is the sum of transfers that can be listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.risk_pool.domain.ledger import (
    CASH,
    CLAIMS,
    FEES,
    INTEREST,
    RECOVERIES,
    SUBSIDIES,
    SUSPENSE,
    account_kind,
    contribution_of,
    covered_of,
    earmarked_for,
    escrow_for,
    payable_to,
    receivable_from,
    reserved_for,
)
from services.risk_pool.domain.month_figures import AccountMonth
from shared.life_cycle import Words

KINDS: dict[str, Words] = {
    "contribution": Words("出资到账", "Contributions received"),
    "interest": Words("专户利息", "Interest on the account"),
    "fee": Words("管理费用", "Fees"),
    "subsidy": Words("贴息支出", "Subsidies"),
    "reserve": Words("额度预留", "Capacity reserved"),
    "activate": Words("放款入库", "Loans paid out"),
    "draw": Words("分次提款", "Loans drawn upon"),
    "undo-draw": Words("撤销提款", "Draws undone"),
    "release": Words("解除额度", "Capacity released"),
    "position": Words("本金变动", "Change of principal"),
    "reopen": Words("恢复保障", "Put back into cover"),
    "undo": Words("撤销放款", "Disbursements undone"),
    "claim-approved": Words("资金池应承担补偿", "Claims borne by the pool"),
    "claim-shared": Words("分担方应付补偿", "Claims payable by sharing parties"),
    "claim-paid": Words("补偿款拨付", "Claims paid out"),
    "escrow-earmarked": Words("批准转入保证金", "Set aside for escrow"),
    "escrow-held": Words("转入保证金账户", "Moved into escrow"),
    "escrow-paid": Words("保证金清算付银行", "Paid to the bank out of escrow"),
    "escrow-added": Words("清算补足", "Added at the settlement of escrow"),
    "escrow-released": Words("保证金退回资金池", "Released from escrow to the pool"),
    "recovery-booked": Words("追偿款返还", "Recoveries returned"),
    "claim-adjusted": Words("补偿更正", "Claims adjusted"),
    "unpaid-claim-adjusted": Words("待付补偿更正", "Claims adjusted before payment"),
    "recovery-adjusted": Words("追偿返还更正", "Returned recoveries adjusted"),
    "subsidy-approved": Words("贴息贴费", "Subsidies approved"),
    "dispute-upheld": Words("争议成立更正", "Disputes upheld"),
    "distribution": Words("清算分配", "Distribution at the end of the pool"),
    "settlement-net": Words("月结轧差", "Netted by a settlement"),
    "settlement-collect": Words("月结收款", "Collected by a settlement"),
    "settlement-pay": Words("月结付款", "Paid by a settlement"),
    "suspense-received": Words("暂收入账", "Taken into suspense"),
    "suspense-returned": Words("暂收退回", "Paid back out of suspense"),
    "suspense-moved": Words("暂收转出", "Moved out of suspense"),
    "opening-balance": Words("期初接管", "Opening balance"),
}
"""What the kinds of transfers are called on paper."""

ACCOUNTS: dict[str, Words] = {
    "cash": Words("专户现金", "cash of the account"),
    "contribution": Words("出资", "contribution"),
    "claims": Words("补偿支出", "claims"),
    "recoveries": Words("追偿收入", "recoveries"),
    "interest": Words("利息收入", "interest"),
    "fees": Words("费用支出", "Fees"),
    "subsidies": Words("贴息支出", "subsidies"),
    "payable": Words("应付", "payable"),
    "suspense": Words("暂收款项", "suspense"),
    "receivable": Words("应收", "receivable"),
    "capacity": Words("已占用额度", "capacity taken up"),
    "reserved": Words("预留额度", "reserved"),
    "escrow": Words("保证金账户", "escrow"),
    "earmarked": Words("待转保证金", "earmarked for escrow"),
    "earmarks": Words("待转保证金合计", "earmarks"),
    "covered": Words("在保本金", "covered principal"),
}


def kind_words(kind: str) -> Words:
    """What a kind is called; a reversal says what it reverses."""
    if kind.startswith("reversal-of-"):
        of = kind_words(kind.removeprefix("reversal-of-"))
        return Words(f"冲正：{of.zh}", f"reversal: {of.en}")
    return KINDS.get(kind, Words(kind, kind))


def account_words(account: str, names: Mapping[str, str] | None = None) -> Words:
    """What an account is called, with its party: by name where `names` has it, else by code."""
    words = ACCOUNTS[account_kind(account)]
    code = account.partition(":")[2]
    party = (names or {}).get(code, code)
    return Words(f"{words.zh} {party}", f"{words.en} {party}") if party else words


def in_words(transfer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Both accounts of a transfer in words, the party by its name."""
    debit, credit = (account_words(transfer[side], names) for side in ("debit", "credit"))
    return {
        "debit_zh": debit.zh,
        "debit_en": debit.en,
        "credit_zh": credit.zh,
        "credit_en": credit.en,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A balance over the month: opening + rows = closing, to the fen."""

    code: str
    words: Words
    opening_fen: int
    rows: tuple[tuple[str, int], ...]
    """Kind of fact and what it changed."""
    closing_fen: int
    signs: Mapping[str, int] = field(default_factory=dict)
    """The accounts that it adds up, each with its sign."""

    def __post_init__(self) -> None:
        moved = sum(fen for _, fen in self.rows)
        assert self.opening_fen + moved == self.closing_fen, f"{self.code} does not add up"


def table(
    code: str, words: Words, accounts: Mapping[str, AccountMonth], signs: Mapping[str, int]
) -> Table:
    """Several accounts as one balance: each counts with its sign, in its own direction."""
    present = [(accounts[name], sign) for name, sign in signs.items() if name in accounts]
    rows: dict[str, int] = {}
    for account, sign in present:
        for movement in account.movements:
            rows[movement.kind] = rows.get(movement.kind, 0) + sign * movement.natural_fen
    order = {kind: place for place, kind in enumerate(KINDS)}
    return Table(
        code=code,
        words=words,
        opening_fen=sum(sign * account.opening_fen for account, sign in present),
        rows=tuple(
            (kind, rows[kind])
            for kind in sorted(rows, key=lambda kind: (order.get(kind, len(order)), kind))
            if rows[kind]
        ),
        closing_fen=sum(sign * account.closing_fen for account, sign in present),
        signs=dict(signs),
    )


def tables_of_party(party: str, accounts: Mapping[str, AccountMonth]) -> tuple[Table, ...]:
    """What a party's statement shows: what is between it and the pool, what it has paid in, and
    a bank's exposure. Tables without any entry are left out."""
    shown = (
        table(
            "current",
            Words("往来余额（正数为应付给贵方）", "Between us (positive: owed to you)"),
            accounts,
            {payable_to(party): 1, receivable_from(party): -1},
        ),
        table("contribution", Words("出资", "Contribution"), accounts, {contribution_of(party): 1}),
        table(
            "escrow",
            Words("为贵方持有的保证金", "Held in escrow for your claims"),
            accounts,
            {escrow_for(party): 1},
        ),
        table(
            "earmarked",
            Words("已批准待转保证金", "Approved, to be moved into escrow"),
            accounts,
            {earmarked_for(party): 1},
        ),
        table("covered", Words("在保本金", "Covered principal"), accounts, {covered_of(party): 1}),
        table("reserved", Words("预留额度", "Reserved"), accounts, {reserved_for(party): 1}),
    )
    return tuple(one for one in shown if one.code == "current" or one.opening_fen or one.rows)


def tables_of_pool(accounts: Mapping[str, AccountMonth]) -> tuple[Table, ...]:
    """What the pool's own statement shows: its money, its account, what it owes and is owed, and
    its exposure."""
    by_kind: dict[str, list[str]] = {}
    for account in accounts:
        by_kind.setdefault(account_kind(account), []).append(account)

    def all_of(kind: str, sign: int) -> dict[str, int]:
        return dict.fromkeys(by_kind.get(kind, ()), sign)

    own = {INTEREST: 1, RECOVERIES: 1, CLAIMS: -1, FEES: -1, SUBSIDIES: -1}
    set_aside = {**all_of("escrow", -1), **all_of("earmarked", -1)}
    escrow = table("escrow", Words("保证金账户", "Held in escrow"), accounts, all_of("escrow", 1))
    return (
        table(
            "available",
            Words("可用余额", "Available balance"),
            accounts,
            {**all_of("contribution", 1), **own, **set_aside},
        ),
        table("cash", Words("专户现金", "Cash of the account"), accounts, {CASH: 1}),
        *((escrow,) if escrow.opening_fen or escrow.rows else ()),
        table("payable", Words("应付各方", "Payable to parties"), accounts, all_of("payable", 1)),
        table(
            "receivable",
            Words("应收各方", "Receivable from parties"),
            accounts,
            all_of("receivable", 1),
        ),
        *(
            [table("suspense", Words("暂收款项", "In suspense"), accounts, {SUSPENSE: 1})]
            if SUSPENSE in accounts
            else []
        ),
        table("covered", Words("在保本金", "Covered principal"), accounts, all_of("covered", 1)),
        table("reserved", Words("预留额度", "Reserved"), accounts, all_of("reserved", 1)),
    )
