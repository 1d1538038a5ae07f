"""The ledger's law: what a transfer is, which way an account counts, how the chain is made.

Only the standard library, so that an outsider can verify an export with this file alone.

**The chain.** Each transfer of a pool has a number `seq` (1, 2, 3, … without a gap) and a hash:

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
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

FORMAT = "zhidai-ledger-1"
GENESIS = bytes(32)

CASH = "cash"
CLAIMS = "claims"
RECOVERIES = "recoveries"
INTEREST = "interest"
FEES = "fees"
SUBSIDIES = "subsidies"
CAPACITY = "capacity"

DEBIT_KINDS = frozenset(
    {"cash", "claims", "fees", "subsidies", "receivable", "reserved", "covered"}
)
"""Accounts whose balance is debits minus credits: what is owned, spent, owed to us or exposed."""

CREDIT_KINDS = frozenset({"contribution", "recoveries", "interest", "payable", "capacity"})
"""Accounts whose balance is credits minus debits: what came in, what we owe, what is taken up."""

_PER_PARTY = frozenset({"contribution", "payable", "receivable", "reserved", "covered"})
_ACCOUNT = re.compile(r"([a-z]+)(?::([A-Za-z0-9][A-Za-z0-9_.-]{0,39}))?")
_WORDS = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def contribution_of(party: str) -> str:
    """What a party has paid into the pool."""
    return f"contribution:{party}"


def payable_to(party: str) -> str:
    """What the pool's settlement owes a party."""
    return f"payable:{party}"


def receivable_from(party: str) -> str:
    """What a party owes the pool's settlement."""
    return f"receivable:{party}"


def reserved_for(bank: str) -> str:
    """Covered principal held for a bank's approved loans that are not paid out yet."""
    return f"reserved:{bank}"


def covered_of(bank: str) -> str:
    """Covered principal outstanding of a bank's loans."""
    return f"covered:{bank}"


def account_kind(account: str) -> str:
    """The kind of a well-formed account: "covered" of "covered:ICBC-TJ". Raises ValueError."""
    match = _ACCOUNT.fullmatch(account)
    kind = match[1] if match else ""
    if match is None or kind not in DEBIT_KINDS | CREDIT_KINDS:
        raise ValueError(f"{account!r} is not in the chart of accounts")
    if (kind in _PER_PARTY) != (match[2] is not None):
        raise ValueError(
            f"{account!r} needs a party" if kind in _PER_PARTY else f"{account!r} has no party"
        )
    return kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money or exposure moved from the credited to the debited account; it cannot be unbalanced.

    `reference` names the business fact, once per pool. Raises ValueError where a field is wrong.
    """

    reference: str
    debit: str
    credit: str
    amount_fen: int
    business_date: date
    kind: str
    explanation_id: UUID | None = None
    loan_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.amount_fen <= 0:
            raise ValueError("a transfer has a positive amount; to undo one, reverse it")
        if self.debit == self.credit:
            raise ValueError("a transfer moves between two different accounts")
        if _WORDS.fullmatch(self.reference) is None or _WORDS.fullmatch(self.kind) is None:
            raise ValueError("a reference and a kind are words without control characters")
        account_kind(self.debit)
        account_kind(self.credit)


def reversal(transfer: Transfer, *, reference: str, business_date: date) -> Transfer:
    """The opposite transfer: a mistake is never edited, it is booked back in an open month."""
    return Transfer(
        reference=reference,
        debit=transfer.credit,
        credit=transfer.debit,
        amount_fen=transfer.amount_fen,
        business_date=business_date,
        kind=f"reversal-of-{transfer.kind}",
        explanation_id=transfer.explanation_id,
        loan_id=transfer.loan_id,
    )


def same_fact(one: Transfer, other: Transfer) -> bool:
    """Whether two transfers book the same thing. The explanation's id is left aside: it holds
    the moment it was made, and a job that runs again makes it again."""
    return (
        one.reference == other.reference
        and one.debit == other.debit
        and one.credit == other.credit
        and one.amount_fen == other.amount_fen
        and one.business_date == other.business_date
        and one.kind == other.kind
        and one.loan_id == other.loan_id
    )


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


def turnover(transfers: Iterable[Transfer]) -> dict[str, tuple[int, int]]:
    """Account → (debited, credited) fen of some transfers; both columns have the same sum."""
    debited: dict[str, int] = {}
    credited: dict[str, int] = {}
    for transfer in transfers:
        debited[transfer.debit] = debited.get(transfer.debit, 0) + transfer.amount_fen
        credited[transfer.credit] = credited.get(transfer.credit, 0) + transfer.amount_fen
    return {
        account: (debited.get(account, 0), credited.get(account, 0))
        for account in sorted(debited.keys() | credited.keys())
    }


def natural_balance(account: str, *, debited_fen: int, credited_fen: int) -> int:
    """The balance in the account's own direction (DEBIT_KINDS, CREDIT_KINDS)."""
    difference_fen = debited_fen - credited_fen
    return difference_fen if account_kind(account) in DEBIT_KINDS else -difference_fen


def paid_in_fen(balances: Mapping[str, int]) -> int:
    """All contributions of all parties."""
    return sum(fen for account, fen in balances.items() if account.startswith("contribution:"))


def available_fen(balances: Mapping[str, int]) -> int:
    """The pool's own money: what it has taken in less what it has spent.

    Recovered money counts at once (programmes H.25); what is owed between parties does not
    count, for it only passes through. Below zero the pool has spent more than it had.
    """
    return (
        paid_in_fen(balances)
        + balances.get(INTEREST, 0)
        + balances.get(RECOVERIES, 0)
        - balances.get(CLAIMS, 0)
        - balances.get(FEES, 0)
        - balances.get(SUBSIDIES, 0)
    )


def held_fen(balances: Mapping[str, int], kind: str) -> int:
    """The sum over one kind of account: "covered", "reserved", "payable", "receivable"."""
    return sum(fen for account, fen in balances.items() if account.startswith(f"{kind}:"))


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
