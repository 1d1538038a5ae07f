"""How transfers are chained, so that none can be altered unseen.

Only the standard library and the transfer itself, so that an outsider can verify an export with
little more than this file. Each transfer of a pool has a number `seq` (1, 2, 3, … without a gap) and a hash:

    hash(n) = SHA-256( hash(n-1) + text(n) )      hash(0) = 32 zero bytes

where text(n) is these twelve lines, joined by "\\n", without one at the end, in UTF-8:

    zhidai-ledger-1
    <pool code>
    <seq>
    <reference>
    <debit account>
    <credit account>
    <amount in fen, decimal digits>
    <business date, YYYY-MM-DD>
    <kind>
    <explanation id, lower-case with dashes, or nothing>
    <loan id, likewise, or nothing>
    <booked at, UTC, YYYY-MM-DDTHH:MM:SS.ffffffZ>

No field may hold a control character, so no two transfers have the same text. An explanation's id
is made from its content (see `explanation_id`), so the chain also seals the explanations.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.risk_pool.domain.ledger import Transfer

FORMAT = "zhidai-ledger-1"
GENESIS = bytes(32)


def moment(at: datetime) -> str:
    """A time as the canonical text has it: UTC, always six decimals."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def text_of(
    pool_code: str,
    seq: int,
    *,
    reference: str,
    debit: str,
    credit: str,
    amount_fen: int,
    business_date: str,
    kind: str,
    explanation_id: str,
    loan_id: str,
    booked_at: str,
) -> str:
    """The twelve lines from their parts as text, for whoever reads them from an export."""
    return (
        f"{FORMAT}\n{pool_code}\n{seq}\n{reference}\n{debit}\n{credit}\n{amount_fen}\n"
        f"{business_date}\n{kind}\n{explanation_id}\n{loan_id}\n{booked_at}"
    )


def canonical_text(pool_code: str, seq: int, transfer: Transfer, booked_at: datetime) -> str:
    """The twelve lines that are hashed; see the module's head."""
    return text_of(
        pool_code,
        seq,
        reference=transfer.reference,
        debit=transfer.debit,
        credit=transfer.credit,
        amount_fen=transfer.amount_fen,
        business_date=transfer.business_date.isoformat(),
        kind=transfer.kind,
        explanation_id=str(transfer.explanation_id or ""),
        loan_id=str(transfer.loan_id or ""),
        booked_at=moment(booked_at),
    )


def hash_after(previous: bytes, text: str) -> bytes:
    """SHA-256 over the hash before and a transfer's text."""
    return hashlib.sha256(previous + text.encode()).digest()


def row_hash(
    previous: bytes, pool_code: str, seq: int, transfer: Transfer, booked_at: datetime
) -> bytes:
    """The hash of the transfer number `seq`, 32 bytes, from the hash of the one before it."""
    return hash_after(previous, canonical_text(pool_code, seq, transfer, booked_at))


def chain(
    previous: bytes,
    pool_code: str,
    last_seq: int,
    transfers: Iterable[Transfer],
    booked_at: datetime,
) -> list[bytes]:
    """The hashes of transfers booked together after number `last_seq`, in order."""
    hashes = []
    for seq, transfer in enumerate(transfers, start=last_seq + 1):
        previous = row_hash(previous, pool_code, seq, transfer, booked_at)
        hashes.append(previous)
    return hashes


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, non-ASCII kept: one text for one value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def explanation_id(
    *,
    pool_code: str,
    bank_code: str,
    kind: str,
    explanation: Mapping[str, Any],
    people: Mapping[str, Any] | Sequence[Any],
    stored_at: datetime,
) -> UUID:
    """An id made from the content: whoever changes an explanation no longer has its id.

    A UUID of version 8 from the first 128 bits of SHA-256 over the canonical JSON of
    [format, pool, bank, kind, explanation, people, moment].
    """
    return explanation_id_of(pool_code, bank_code, kind, explanation, people, moment(stored_at))


def explanation_id_of(
    pool_code: str, bank_code: str, kind: str, explanation: Any, people: Any, stored_at: str
) -> UUID:
    """The same from the moment as text, for whoever reads it from an export."""
    sealed = canonical_json([FORMAT, pool_code, bank_code, kind, explanation, people, stored_at])
    bits = int.from_bytes(hashlib.sha256(sealed.encode()).digest()[:16])
    bits = bits & ~(0xF << 76) | (8 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    return UUID(int=bits)
