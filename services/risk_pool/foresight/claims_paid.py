"""What every future costs: claims one after the other, each under every ceiling as it then stands.

The k-th claim of a month is decided in all futures at once, so that the order of filing holds in
each of them and the work is done in columns. Amounts are whole fen; where a share has to be scaled
down it is rounded down, and the bearer takes the rest, as in every claim.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.risk_pool.domain.foresight_assumptions import Assumptions
from services.risk_pool.foresight.book import Book, Ints
from services.risk_pool.foresight.ceilings import Ceilings
from services.risk_pool.foresight.draws import Failures, failures

_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Futures:
    """Future × month, in fen. Month 1 of the horizon stands first."""

    lost: Ints
    """Principal of the IP part that claims are for."""
    paid: Ints
    """By the pool."""
    recovered: Ints
    """That comes back to the pool."""
    banks: Ints
    """What stays with the banks, before recoveries."""
    balance: Ints
    """The pool's own money at the month's end; below zero what it would lack."""


@dataclass(slots=True)
class _Portion:
    """Some of the futures while their claims are paid."""

    lost: Ints
    paid: Ints
    recovered: Ints
    banks: Ints
    balance: Ints
    """By future, now."""
    used_principal: Ints
    used_payments: Ints


def play(
    book: Book, assumptions: Assumptions, *, available_fen: int, day: date,
    tell: Callable[[int], None],
) -> Futures:  # fmt: skip
    """All futures of a book, the same for the same seed. `tell` is told how many of them are played."""
    shape = (assumptions.scenarios, assumptions.horizon_months)
    whole = Futures(*(np.zeros(shape, dtype=np.int64) for _ in range(5)))
    years = _year_of_month(day, assumptions.horizon_months)
    counters = max(len(book.principal.used), len(book.payments.used)) * (int(years[-1]) + 1)
    for part in failures(_chances(book, assumptions), assumptions, cells_per_future=counters):
        rows = slice(part.first, part.first + part.futures)
        portion = _Portion(
            lost=whole.lost[rows],
            paid=whole.paid[rows],
            recovered=whole.recovered[rows],
            banks=whole.banks[rows],
            balance=np.full(part.futures, available_fen, dtype=np.int64),
            used_principal=_used_today(book.principal, part.futures, int(years[-1]) + 1),
            used_payments=_used_today(book.payments, part.futures, int(years[-1]) + 1),
        )
        _play(portion, part, book, assumptions, years, whole.balance[rows])
        tell(part.first + part.futures)
    return whole


def _chances(book: Book, assumptions: Assumptions) -> NDArray[np.float64]:
    chances = np.array([assumptions.pd_of(one) for one in book.firms.risk_class], dtype=np.float64)
    chances[book.firms.largest(assumptions.largest_fail)] = 1.0
    return chances


def _year_of_month(day: date, months: int) -> Ints:
    return (day.month - 1 + np.arange(1, months + 1)) // 12


def _used_today(ceilings: Ceilings, futures: int, years: int) -> Ints:
    used = np.zeros((futures, len(ceilings.used), years), dtype=np.int64)
    used[:, :, 0] = ceilings.used
    return used


def _play(
    portion: _Portion, part: Failures, book: Book, assumptions: Assumptions, years: Ints,
    balance: Ints,
) -> None:  # fmt: skip
    future, loan, month = _claims(part, book, assumptions)
    starts = _rounds(future, month)
    at_month = month[starts[:-1]]
    for one in range(1, assumptions.horizon_months + 1):
        portion.balance += portion.recovered[:, one - 1] + assumptions.monthly_contribution_fen
        for turn in range(*np.searchsorted(at_month, (one, one + 1))):
            claims = slice(starts[turn], starts[turn + 1])
            _pay(portion, future[claims], loan[claims], one, int(years[one - 1]), book, assumptions)
        balance[:, one - 1] = portion.balance


def _claims(part: Failures, book: Book, assumptions: Assumptions) -> tuple[Ints, Ints, Ints]:
    """(future, loan, month of payment) by month and place in line."""
    order = np.argsort(book.firm, kind="stable")
    starts = np.searchsorted(book.firm[order], np.arange(len(book.firms.uscc) + 1))
    count = (starts[1:] - starts[:-1])[part.firm]
    future = np.repeat(part.future, count)
    month = np.repeat(part.month, count)
    first = np.repeat(starts[:-1][part.firm], count)
    within = np.arange(len(future)) - np.repeat(np.cumsum(count) - count, count)
    loan = order[first + within]
    last = book.matures_in + assumptions.after_maturity_months
    pays_in = month + assumptions.claim_months
    happens = ~book.waiting[loan] & (month <= last[loan]) & (pays_in <= assumptions.horizon_months)
    filed = np.flatnonzero(book.waiting)
    future = np.concatenate([future[happens], np.repeat(np.arange(part.futures), len(filed))])
    loan = np.concatenate([loan[happens], np.tile(filed, part.futures)])
    month = np.concatenate([pays_in[happens], np.ones(len(filed) * part.futures, dtype=np.int64)])
    line = np.lexsort((loan, future, month))
    future, loan, month = future[line], loan[line], month[line]
    turn = _turn(future, month)
    line = np.lexsort((future, turn, month))
    return future[line], loan[line], month[line]


def _turn(future: Ints, month: Ints) -> Ints:
    """The how manieth claim of its future in its month each is; sorted by month and future."""
    if not len(future):
        return future
    new = np.ones(len(future), dtype=np.bool_)
    new[1:] = (future[1:] != future[:-1]) | (month[1:] != month[:-1])
    begins = np.flatnonzero(new)
    return np.arange(len(future)) - np.repeat(begins, np.diff([*begins, len(future)]))


def _rounds(future: Ints, month: Ints) -> Ints:
    """Where each round begins in which no future has two claims; at the end, where the last ends."""
    new = np.ones(len(future), dtype=np.bool_)
    new[1:] = (future[1:] <= future[:-1]) | (month[1:] != month[:-1])
    return np.append(np.flatnonzero(new), len(future))


def _pay(
    portion: _Portion, future: Ints, loan: Ints, month: int, year: int, book: Book,
    assumptions: Assumptions,
) -> None:  # fmt: skip
    """One claim in each of these futures."""
    failed_in = max(month - assumptions.claim_months - 1, 0)
    left = max(_PPM - failed_in * assumptions.monthly_repayment_bp * 100, 0)
    ip_part = book.ip_part[loan] * left // _PPM
    base = np.minimum(book.base[loan], ip_part)
    for column in range(len(book.principal.places)):
        room = _room(book.principal, column, portion.used_principal, portion, future, loan, year)
        base = np.minimum(base, room)
    shares = _shares(portion, future, loan, base, year, book)
    _fill(book.principal, portion.used_principal, future, loan, year, base[:, None],
          np.ones((len(book.principal.places), 1), dtype=np.bool_))  # fmt: skip
    _fill(book.payments, portion.used_payments, future, loan, year, shares, book.payers)
    paid = shares[:, book.pool]
    uncovered = np.where(book.bearer[loan] == book.bank, ip_part - base, 0)
    portion.lost[future, month - 1] += ip_part
    portion.paid[future, month - 1] += paid
    portion.banks[future, month - 1] += shares[:, book.bank] + uncovered
    portion.balance[future] -= paid
    comes_in = month + assumptions.recovery_months
    if comes_in <= assumptions.horizon_months:
        portion.recovered[future, comes_in - 1] += (paid * book.back[loan]).astype(np.int64)


def _shares(portion: _Portion, future: Ints, loan: Ints, base: Ints, year: int, book: Book) -> Ints:
    due = _scaled(book.due[loan], base, book.base[loan])
    bearer = (np.arange(len(loan)), book.bearer[loan])
    due[bearer] += base - due.sum(axis=1)
    shares = due.copy()
    for column in range(len(book.payments.places)):
        whose = book.payers[column]
        owed = due[:, whose].sum(axis=1)
        room = _room(book.payments, column, portion.used_payments, portion, future, loan, year)
        shares[:, whose] = np.minimum(
            shares[:, whose], _scaled(due[:, whose], np.minimum(room, owed), owed)
        )
    shares[bearer] += base - shares.sum(axis=1)
    return shares


def _room(
    ceilings: Ceilings, column: int, used: Ints, portion: _Portion, future: Ints, loan: Ints,
    year: int,
) -> Ints:  # fmt: skip
    """What is left under a ceiling for each claim."""
    counter = ceilings.counter[loan, column]
    at = np.where(ceilings.yearly[counter], year, 0)
    limit = ceilings.limit[loan, column]
    part = ceilings.of_balance[loan, column]
    if part.any():
        own = (np.maximum(portion.balance[future], 0) * part).astype(np.int64)
        limit = np.where(part > 0, own, limit)
    room: Ints = np.maximum(limit - used[future, counter, at], 0)
    return room


def _fill(
    ceilings: Ceilings, used: Ints, future: Ints, loan: Ints, year: int, amounts: Ints,
    whose: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Count what was paid towards each ceiling; the first counter stands for none."""
    for column, fills in enumerate(ceilings.fills):
        if fills:
            counter = ceilings.counter[loan, column]
            at = np.where(ceilings.yearly[counter], year, 0)
            taken = amounts[:, whose[column]].sum(axis=1)
            used[future, counter, at] += np.where(counter > 0, taken, 0)


def _scaled(amounts: Ints, part: Ints, whole: Ints) -> Ints:
    """Amounts times part ÷ whole, rounded down; untouched where the part is all of it."""
    ratio = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    near = (amounts * ratio[:, None]).astype(np.int64)
    # The quotient of floats may be a fen off. The products wrap around, their difference is exact.
    left = amounts * part[:, None] - near * whole[:, None]
    scaled = near + (left >= whole[:, None]) - (left < 0)
    return np.where((part == whole)[:, None], amounts, np.where(whole[:, None] > 0, scaled, 0))
