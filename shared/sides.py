"""Owed and owing from the side of whoever reads: what is to be paid, and what is to be received.

The books tell of each party what is payable to it and receivable from it. A party reads its own row
so; the pool, reading the row of a party, stands on the other side. API, page, PDF, workbook and
inbox all ask `seen_by`, so that nobody is told to be owed what it owes.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.amount_in_words import amount_in_words

Reader = Literal["party", "pool", "pool_itself"]
"""A party reading its own row; the pool reading a party's; the pool reading its own, over all."""

Verdict = Literal["pays", "receives", "even"]

_WORDS: Final[dict[Reader, dict[Verdict, tuple[str, str]]]] = {
    "party": {
        "pays": ("应付资金池", "To pay to the pool"),
        "receives": ("应收资金池", "To receive from the pool"),
        "even": ("无应收应付", "Nothing is due"),
    },
    "pool": {
        "pays": ("应付该方", "To pay to the party"),
        "receives": ("应收该方", "To collect from the party"),
        "even": ("无应收应付", "Nothing is due"),
    },
    "pool_itself": {
        "pays": ("应付各方", "To pay to the parties"),
        "receives": ("应收各方", "To collect from the parties"),
        "even": ("无应收应付", "Nothing is due"),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is between a pool and a party, as its reader has it."""

    reader: Reader
    to_pay_fen: int
    to_receive_fen: int

    @property
    def verdict(self) -> Verdict:
        """Which way the money moves in the end."""
        if self.to_pay_fen == self.to_receive_fen:
            return "even"
        return "pays" if self.to_pay_fen > self.to_receive_fen else "receives"

    @property
    def net_fen(self) -> int:
        """How much moves in the end, whichever way."""
        return abs(self.to_receive_fen - self.to_pay_fen)


def seen_by(reader: Reader, *, payable_fen: int, receivable_fen: int) -> Side:
    """The row of a party from the reader's side. `payable_fen` is what is to be paid to the one
    whose row it is, `receivable_fen` what is to be collected from it."""
    if reader == "pool":
        return Side(reader=reader, to_pay_fen=payable_fen, to_receive_fen=receivable_fen)
    return Side(reader=reader, to_pay_fen=receivable_fen, to_receive_fen=payable_fen)


def net_seen_by(reader: Reader, net_fen: int) -> Side:
    """The same for a net: positive to the one whose row it is, negative from it."""
    return seen_by(reader, payable_fen=max(net_fen, 0), receivable_fen=max(-net_fen, 0))


def side_words(reader: Reader, verdict: Verdict) -> tuple[str, str]:
    """What it is called on the reader's side, in Chinese and English."""
    return _WORDS[reader][verdict]


def as_data(side: Side) -> dict[str, Any]:
    """A side with its words, as API, page and documents show it; amounts in fen."""
    zh, en = side_words(side.reader, side.verdict)
    pays, receives = (side_words(side.reader, one) for one in ("pays", "receives"))
    return {
        "reader": side.reader,
        "verdict": side.verdict,
        "zh": zh,
        "en": en,
        "net_fen": side.net_fen,
        "net_in_words": amount_in_words(side.net_fen),
        "to_pay_fen": side.to_pay_fen,
        "to_pay_zh": pays[0],
        "to_pay_en": pays[1],
        "to_receive_fen": side.to_receive_fen,
        "to_receive_zh": receives[0],
        "to_receive_en": receives[1],
    }


def reader_of(institution_is_pool: bool, *, row_is_pools: bool = False) -> Reader:
    """Who reads a row: the pool's people read a party's row from the pool's side."""
    if row_is_pools:
        return "pool_itself"
    return "pool" if institution_is_pool else "party"
