"""The book by the five classes (五级分类), gross and net of what the bank itself would bear."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import asyncpg

from services.risk_pool.domain.lost_whole import (
    bank_bears_fen,
    part_left,
    pool_bears_fen,
    split_whole,
    whole_of,
)
from services.risk_pool.domain.report_period import Period
from services.risk_pool.domain.report_tables import Cell, Column, Line, Table
from services.risk_pool.domain.report_words import DIMENSIONS, value_words
from services.risk_pool.queries.book import TermsOfLoans, agreed_shares, book_on
from services.risk_pool.reports.counting import TOTAL, list_of, share_bp
from shared.life_cycle import Words
from shared.money import round_half_up
from shared.risk_classes import RISK_CLASSES
from shared.schemes.terms import Terms

NOTE = Words(
    "净额：假定每笔贷款全额损失，按其批准日条款扣除银行自担部分；跨笔累计的上限（年度、银行、余额）不计。贷款与其续贷按一笔债务计（取较大者，先列入较差的分类），因此可能低于账户余额",
    "Net: each loan as if lost whole, less what the bank bears under the terms of its approval day; "
    "caps that run over several claims (year, bank, balance) are left aside. A loan and its renewal are "
    "one debt, as large as the larger, in the worse of their classes; so the book may be below the "
    "accounts.",
)

_UNKNOWN = Column("unknown", Words("未能分担", "not split"), "money")
"""Shown where there is any: a fact is missing that the terms ask for."""


@dataclass(slots=True)
class _Sum:
    loans: int = 0
    outstanding_fen: int = 0
    covered_fen: int = 0
    bank_fen: int = 0
    pool_fen: int = 0
    unknown_fen: int = 0
    """Covered principal that the terms do not split, for a fact is missing."""


async def classes(conn: asyncpg.Connection, pool_code: str, period: Period) -> list[Table]:
    """Loans in cover at the period's end by class, and what of them the bank bears itself."""
    terms_of = TermsOfLoans(conn)
    agreed = await agreed_shares(conn, pool_code, period.last)
    loans = [
        (loan, await terms_of.of(loan)) async for loan in book_on(conn, pool_code, period.last)
    ]
    # Each is split by its terms: work of a processor, while others are answered.
    sums = await asyncio.to_thread(_by_class, loans, agreed)
    whole = _Sum()
    for one in sums.values():
        for name in _Sum.__slots__:
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    order = ["", *RISK_CLASSES] if "" in sums else list(RISK_CLASSES)
    return [_table(pool_code, period, {name: sums[name] for name in order}, whole)]


def _by_class(
    loans: Sequence[tuple[Mapping[str, Any], Terms | None]],
    agreed: Mapping[str, Mapping[str, Fraction]],
) -> dict[str, _Sum]:
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for loan, terms in loans:
        here = sums[loan["risk_class"] or ""]
        here.loans += loan["covered_fen"] > 0
        here.outstanding_fen += loan["outstanding_fen"]
        here.covered_fen += loan["covered_fen"]
        decision = terms and split_whole(whole_of(loan), terms, agreed.get(loan["bank_code"], {}))
        if decision:
            left = part_left(loan)
            here.bank_fen += round_half_up(bank_bears_fen(decision) * left)
            here.pool_fen += round_half_up(pool_bears_fen(decision) * left)
        else:
            here.unknown_fen += loan["covered_fen"]
    return sums


def _table(pool_code: str, period: Period, sums: dict[str, _Sum], whole: _Sum) -> Table:
    def cells(one: _Sum, value: str | None) -> dict[str, Cell]:
        href = list_of(pool_code, "covered", period, "class", value)
        net_fen = one.covered_fen - one.bank_fen - one.unknown_fen
        return {
            "loans": Cell(one.loans, href),
            "outstanding": Cell(one.outstanding_fen, href),
            "covered": Cell(one.covered_fen, href),
            "bank": Cell(one.bank_fen, href),
            "net": Cell(net_fen, href),
            "pool": Cell(one.pool_fen, href),
            "unknown": Cell(one.unknown_fen, href),
            "share": Cell(share_bp(one.covered_fen, whole.covered_fen)),
        }

    return Table(
        code="classes",
        words=Words("期末五级分类", "Five classes at the end"),
        first_column=DIMENSIONS["class"],
        columns=[
            Column("loans", Words("笔数", "loans"), "count"),
            Column("outstanding", Words("未还本金", "outstanding"), "money"),
            Column("covered", Words("在保本金", "covered, gross"), "money"),
            Column("share", Words("占比", "part"), "percent"),
            Column("bank", Words("银行自担", "borne by the bank"), "money"),
            Column("net", Words("银行自担后净额", "net of the bank"), "money"),
            Column("pool", Words("资金池承担", "of it the pool's"), "money"),
            *([_UNKNOWN] if whole.unknown_fen else []),
        ],
        lines=[
            Line(name, value_words("class", name), cells(one, name)) for name, one in sums.items()
        ],
        total=Line("", TOTAL, cells(whole, None)),
        charted="covered",
    )
