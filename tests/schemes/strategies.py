"""Random schemes, losses and counters for the laws. No file is read: the terms are built."""

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from shared.schemes.decide.claims import ClaimFacts, Cost, Counters
from shared.schemes.rules.claims import RecoveryRule
from shared.schemes.rules.limits import Cap, Covered
from shared.schemes.rules.sharing import Base, Condition, Row, Sharing
from shared.schemes.terms import Stated, Terms
from shared.schemes.vocabulary import PARTIES, Words

PAYERS = tuple(party for party in PARTIES if party != "bank")
LARGE = 10**13
"""A hundred billion yuan in fen: far beyond any loan."""

money = st.one_of(st.integers(0, 200), st.integers(0, LARGE))


@st.composite
def ratios(draw: st.DrawFn, parties: tuple[str, ...]) -> tuple[tuple[str, Fraction], ...]:
    """Shares of the parties, exact, summing to 1; some may be nothing."""
    parts = draw(
        st.lists(st.integers(0, 1000), min_size=len(parties), max_size=len(parties)).filter(any)
    )
    whole = sum(parts)
    return tuple((party, Fraction(part, whole)) for party, part in zip(parties, parts, strict=True))


@st.composite
def caps_for(draw: st.DrawFn, payers: tuple[str, ...], index: int) -> Cap:
    """A cap on some payers: a fixed amount, or a rate of a figure."""
    parties = tuple(draw(st.lists(st.sampled_from(payers), min_size=1, unique=True)))
    per = draw(st.sampled_from(["claim", "loan", "borrower_year", "term", "programme_year"]))
    if draw(st.booleans()):
        return Cap(code=f"cap_{index}", parties=parties, per=per, amount_fen=draw(money))
    rate = Fraction(draw(st.integers(1, 300)), 100)
    of = draw(st.sampled_from(["term_disbursed", "term_fees", "pool_available"]))
    return Cap(code=f"cap_{index}", parties=parties, per=per, rate=rate, of=of)


def terms_of(**rules: Any) -> Terms:
    """Terms with these rules and nothing else."""
    named = [name.removesuffix("_fen") for name in rules]
    stated = {name: Stated(source="第一条", since=date(2026, 1, 1)) for name in named}
    return Terms(
        programme="random",
        mode="random",
        since=date(2026, 1, 1),
        name=Words("随机", "random"),
        mode_name=Words("随机", "random"),
        status="complete",
        version="random/random@2026-01-01#0",
        stated=stated,
        **rules,
    )


@st.composite
def schemes(draw: st.DrawFn, *, with_caps: bool = True, flat: bool = False) -> Terms:
    """Terms with two to six parties, flat or tiered, chained or not, with and without caps."""
    payers = tuple(draw(st.lists(st.sampled_from(PAYERS), min_size=1, max_size=5, unique=True)))
    place = draw(st.integers(0, len(payers)))
    parties = (*payers[:place], "bank", *payers[place:])
    tiered = not flat and draw(st.booleans())
    if tiered:
        edge = draw(st.integers(1, LARGE))
        rows = (
            Row(
                when=(Condition("outstanding_principal", up_to=edge),), shares=draw(ratios(parties))
            ),
            Row(
                when=(Condition("outstanding_principal", above=edge),), shares=draw(ratios(parties))
            ),
        )
    else:
        rows = (Row(when=(), shares=draw(ratios(parties))),)
    count = draw(st.integers(0, 3)) if with_caps else 0
    refunds = {}
    if len(payers) > 1 and draw(st.booleans()):
        for index, payer in enumerate(payers[1:], start=1):
            if draw(st.booleans()):
                refunds[payer] = payers[draw(st.integers(0, index - 1))]
    extras = draw(
        st.lists(
            st.sampled_from(["interest", "penalty_interest", "compound_interest", "costs"]),
            unique=True,
        )
    )
    covered = (
        (Covered(code="part", per="loan", amount_fen=draw(money)),)
        if with_caps and draw(st.booleans())
        else ()
    )
    return terms_of(
        parties=parties,
        residual=draw(st.sampled_from(parties)),
        sharing=Sharing(rows=rows),
        base=Base(plus=tuple(extras), net_of_recoveries=draw(st.booleans())),
        rounding=draw(st.sampled_from(["residual", "largest_remainder"])),
        caps=tuple(draw(caps_for(payers, index)) for index in range(count)),
        covered=covered,
        limited_to_balance=with_caps and draw(st.booleans()),
        refunds=refunds,
        recovery=RecoveryRule(order=draw(st.sampled_from(["pro_rata", "statutory"]))),
    )


@st.composite
def claims(draw: st.DrawFn) -> ClaimFacts:
    """A loss, with or without other collateral, interest and costs."""
    combined = draw(st.booleans())
    share = Fraction(draw(st.integers(0, 997)), 997) if combined else None
    return ClaimFacts(
        outstanding_principal_fen=draw(money),
        combined_collateral=combined,
        ip_share=share,
        interest_fen=draw(st.integers(0, 10**8)),
        penalty_interest_fen=draw(st.integers(0, 10**6)),
        compound_interest_fen=draw(st.integers(0, 10**6)),
        costs=tuple(
            Cost(f"cost-{index}", fen)
            for index, fen in enumerate(draw(st.lists(st.integers(0, 10**7), max_size=3)))
        ),
        recovered_fen=draw(st.sampled_from([0, 0, 1, 10**6])),
    )


@st.composite
def counters_of(draw: st.DrawFn, terms: Terms) -> Counters:
    """What has been used of each cap, and the figures that they are rates of."""
    codes = [cap.code for cap in terms.caps] + [part.code for part in terms.covered]
    figures = ("term_disbursed", "term_fees", "pool_available", "bank_year_lending")
    return Counters(
        used={code: draw(money) for code in codes},
        figures={name: draw(money) for name in figures},
    )
