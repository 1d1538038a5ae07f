"""A look ahead from the book of a pool: read once, judged by each set of terms, played many times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.foresight_assumptions import Assumptions, require_feasible
from services.risk_pool.domain.lost_whole import split_whole
from services.risk_pool.domain.report_tables import Report, Table
from services.risk_pool.foresight import tables
from services.risk_pool.foresight.book import Book, book_of
from services.risk_pool.foresight.ceilings import Figures, Split
from services.risk_pool.foresight.claims_paid import play
from services.risk_pool.foresight.measures import Found, found
from services.risk_pool.queries import foresight as known
from services.risk_pool.queries.book import TermsOfLoans, agreed_shares, book_on
from services.risk_pool.queries.reports_lists import pool_named
from shared.life_cycle import Row, Words
from shared.money import format_fen
from shared.refusals import Refused
from shared.schemes.scheme import Scheme
from shared.schemes.terms import Terms

NOTES = (
    Words(
        "“余额 95%”指 100 种走向中有 95 种的月末余额不低于此数；损失曲线各栏分别取分位，一行不是同一种走向。"
        "“未到期本金”假定无人违约。",
        "“Balance, 95 %”: in 95 futures of 100 the month ends with no less. Each column of a loss curve "
        "is a level of its own, so that no row is one future. “Not due yet” is as if nobody failed.",
    ),
    Words(
        "存量自然到期，不计新增放款；续贷与所续贷款同时在保的，只计较大的一笔。每户企业一年内违约的可能按五级分类取假定值，彼此相关；违约企业的"
        "全部在保贷款一并申请补偿，按条款逐笔分担并占用各项上限。",
        "The book runs off; nothing new is lent; of a loan and its renewal that are both out only the "
        "larger counts. Each firm may fail by the chance assumed for its "
        "class, and firms fail together more often than by luck. All loans of a firm that fails are "
        "claimed for, and each is split and capped by its terms, one after the other.",
    ),
    Words(
        "“以余额为限”不作为上限计算：余额低于零即为用尽，最低余额的缺口就是需补充的出资，也是资金池只付"
        "到零为止时付不出的金额。",
        "That the pool pays at most what it has is not applied as a ceiling: below zero it is exhausted, "
        "and what it lacks at its lowest is the top-up needed, or what it would leave unpaid.",
    ),
    Words(
        "以放款额为基数的上限，按该行本年与上年放款额中较大者计；预算和限额按本年登记数计；经决定调高的上限、"
        "单笔贷款另行约定的比例不计。",
        "A ceiling that is a rate of a bank's lending counts the larger of this year's and the last's; "
        "budgets count as agreed for this year. Ceilings raised by decision and shares agreed for one "
        "loan are left out.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that is read; from here on no database is needed."""

    pool_code: str
    pool_name: str
    day: date
    available_fen: int
    loans: Sequence[Row]
    bound_by: Mapping[UUID, Terms]
    """Loan → the terms of its approval day; what no terms are published for is not here."""
    agreed: Mapping[str, Mapping[str, Fraction]]
    waiting: frozenset[UUID]
    figures: Figures
    changed: tuple[Scheme, date] | None
    """A version and its first day."""
    changed_words: Words

    def size(self) -> dict[str, Any]:
        """What it starts from, beside the report: money, loans and firms."""
        return {
            "available": format_fen(self.available_fen),
            "loans": len(self.loans),
            "firms": len({loan["borrower_uscc"] for loan in self.loans}),
        }


async def read(conn: asyncpg.Connection, pool_code: str, day: date, version: int | None) -> Known:
    """The pool as it stands on its business day. Raises NotFound for no such version."""
    name, programme = await pool_named(conn, pool_code)
    terms_of = TermsOfLoans(conn)
    loans, bound_by = [], {}
    async for loan in book_on(conn, pool_code, day):
        if not loan["covered_fen"]:
            continue  # What the pool covers of it counts with the loan that it renews or was renewed by.
        loans.append(loan)
        terms = await terms_of.of(loan)
        if terms is not None:
            bound_by[loan["loan_id"]] = terms
    changed = None
    if version is not None:
        changed = await known.scheme_of_version(conn, programme, version)
    return Known(
        pool_code=pool_code,
        pool_name=name,
        day=day,
        available_fen=await known.available_now(conn, pool_code),
        loans=loans,
        bound_by=bound_by,
        agreed=await agreed_shares(conn, pool_code, day),
        waiting=await known.loans_claimed_for(conn, pool_code),
        figures=Figures(
            taken=await known.taken_so_far(conn, pool_code),
            running=await known.running_figures(conn, pool_code, day),
            year=day.year,
        ),
        changed=changed,
        changed_words=Words(f"方案第 {version} 版", f"version {version}"),
    )


def _nobody(played: int) -> None:
    """Nobody asks how far it is."""


def look_ahead(
    start: Known, assumptions: Assumptions, *, tell: Callable[[int], None] = _nobody
) -> Report:
    """The report of all futures. Takes seconds of a core: off the event loop. `tell` is told how many
    futures of the present terms are played.

    Raises ForesightTooLarge.
    """
    require_feasible(assumptions, len({loan["borrower_uscc"] for loan in start.loans}))
    books = {"today": (tables.TODAY, _book(start, start.bound_by, assumptions))}
    if start.changed is not None:
        changed = _all_by(*start.changed, start.loans)
        books["changed"] = (start.changed_words, _book(start, changed, assumptions))
    played = {
        name: (
            words,
            found(
                play(
                    book,
                    assumptions,
                    available_fen=start.available_fen,
                    day=start.day,
                    tell=tell if name == "today" else _nobody,
                )
            ),
        )
        for name, (words, book) in books.items()
    }
    return Report(
        code="foresight",
        words=Words("前瞻：压力与自然到期", "Foresight: stress and run-off"),
        pool_code=start.pool_code,
        pool_name=start.pool_name,
        period=start.day.isoformat(),
        first=start.day.isoformat(),
        last=tables.last_day(start.day, assumptions).isoformat(),
        notes=[*NOTES, *_lacks(books)],
        tables=_tables(start, assumptions, books, played),
    )


def _tables(
    start: Known,
    assumptions: Assumptions,
    books: Mapping[str, tuple[Words, Book]],
    played: Mapping[str, tuple[Words, Found]],
) -> list[Table]:
    shown = [tables.compared(played), tables.exhaustion(played, start.day)]
    for name, (words, one) in played.items():
        shown.append(tables.loss_curve(name, words, one))
        book = books[name][1]
        shown.append(tables.month_by_month(name, words, one, book, assumptions, start.day))
    return [
        *shown,
        tables.by_class(books["today"][1], assumptions, start.pool_code, start.day),
        tables.assumed(assumptions),
    ]


def _book(start: Known, bound_by: Mapping[UUID, Terms], assumptions: Assumptions) -> Book:
    splits = []
    for loan in start.loans:
        terms = bound_by.get(loan["loan_id"])
        agreed = start.agreed.get(loan["bank_code"], {})
        splits.append(Split(loan, split_whole(loan, terms, agreed) if terms else None))
    return book_of(splits, start.waiting, start.figures, assumptions, day=start.day)


def _all_by(scheme: Scheme, day: date, loans: Sequence[Row]) -> dict[UUID, Terms]:
    """Every loan as if it had been approved under the version, on its first day."""
    by_mode: dict[str, Terms | None] = {}
    for loan in loans:
        if loan["mode"] not in by_mode:
            try:
                by_mode[loan["mode"]] = scheme.terms(on=day, mode=loan["mode"])
            except Refused:
                by_mode[loan["mode"]] = None
    return {
        loan["loan_id"]: terms for loan in loans if (terms := by_mode[loan["mode"]]) is not None
    }


def _lacks(books: Mapping[str, tuple[Words, Book]]) -> list[Words]:
    """What could not be judged, so that nobody takes it for nothing."""
    said = []
    for words, book in books.values():
        if book.not_split:
            said.append(
                Words(
                    f"{words.zh}：{book.not_split} 笔缺少事实或条款，未能分担，全部计入银行自担",
                    f"{words.en}: {book.not_split} loans lack a fact or terms and are not split; "
                    "they stay with the banks.",
                )
            )
        for cap, figure in book.payments.not_applied:
            said.append(
                Words(
                    f"{words.zh}：上限 {cap} 的基数（{figure}）没有登记，未计入",
                    f"{words.en}: the cap {cap} is left out, for its figure ({figure}) is not known.",
                )
            )
    return said
