"""How fast losses are split, beside the bare integer arithmetic of the same split as the limit.

    python benchmarks/splits.py [claims]

One process, one core. For each scheme: the arithmetic alone (what nobody could do without),
`split_loss` without and with its explanation. The three are made to agree before they are timed.
"""

import sys
import time
from collections.abc import Callable
from datetime import date

from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.loss import split_loss
from shared.schemes.decide.loss_explained import explain_loss
from shared.schemes.library import load
from shared.schemes.terms import Terms

DEFAULT_CLAIMS = 1_000_000
EXPLAINED_EVERY = 20
"""Explanations are some hundred times dearer; one claim in so many is explained, and scaled."""

BareSplit = Callable[[int], tuple[int, ...]]


def bare_four_party(base: int) -> tuple[int, ...]:
    """54 : 26 : 16 : 4, each half-up, the bank takes the difference."""
    pool = (108 * base + 100) // 200
    insurer = (32 * base + 100) // 200
    appraiser = (8 * base + 100) // 200
    bank = base - pool - insurer - appraiser
    return pool, bank, insurer, appraiser


def bare_capped(base: int) -> tuple[int, ...]:
    """40 : 60 under five caps, with the same counters at nothing."""
    pool = (80 * base + 100) // 200
    pool = min(pool, 300_000_000, 500_000_000, 5 * LENDING // 100, 2_000_000_000, AVAILABLE)
    return pool, base - pool


def bare_tiered(base: int) -> tuple[int, ...]:
    """80 : 20 up to 10 million of balance, 50 : 50 above."""
    part = 80 if base <= 1_000_000_000 else 50
    pool = (2 * part * base + 100) // 200
    return pool, base - pool


LENDING, AVAILABLE = 100_000_000_000, 20_000_000_000
CODES = ("per_loan", "borrower_year", "bank_year", "programme_year")
COUNTERS = Counters(
    used=dict.fromkeys(CODES, 0),
    figures={"bank_year_lending": LENDING, "pool_available": AVAILABLE},
)

SCHEMES: tuple[tuple[str, str, str, BareSplit], ...] = (
    ("four parties, no cap", "gd_zhongshan", "four_party", bare_four_party),
    ("two parties, five caps", "dongli", "direct", bare_capped),
    ("tiers by balance", "js_suzhidai", "direct", bare_tiered),
)


def losses(count: int) -> list[int]:
    """Principals of all sizes up to 20 million yuan, the same every time."""
    return [(index * 7_919_813 + 104_729) % 2_000_000_000 for index in range(count)]


def seconds(work: Callable[[], object]) -> float:
    """The best of three runs, in processor time: what else the machine does is not counted."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def measure(name: str, terms: Terms, bare: BareSplit, principals: list[int]) -> None:
    """Agree first, then time; print one line."""
    claims = [
        ClaimFacts(outstanding_principal_fen=fen, borrower_balance_fen=fen) for fen in principals
    ]
    for facts in claims[:1000]:
        shares = split_loss(facts, terms, COUNTERS).shares
        assert tuple(shares.values()) == bare(facts.outstanding_principal_fen)

    def run_bare() -> None:
        for fen in principals:
            bare(fen)

    def run_split() -> None:
        for facts in claims:
            split_loss(facts, terms, COUNTERS)

    some = claims[::EXPLAINED_EVERY]

    def run_explained() -> None:
        for facts in some:
            explain_loss(split_loss(facts, terms, COUNTERS)).as_data()

    limit = len(claims) / seconds(run_bare)
    off = len(claims) / seconds(run_split)
    on = len(some) / seconds(run_explained)
    print(f"{name:24} {limit:12,.0f} {off:12,.0f} {off / limit:7.3f} {on:12,.0f} {on / limit:8.4f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_CLAIMS
    principals = losses(count)
    print(f"{count:,} losses; claims per second, and as a part of the bare integer arithmetic")
    print(f"{'':24} {'bare':>12} {'split':>12} {'ratio':>7} {'explained':>12} {'ratio':>8}")
    for name, programme, mode, bare in SCHEMES:
        measure(name, load(programme).terms(date(2024, 3, 1), mode), bare, principals)


if __name__ == "__main__":
    main()
