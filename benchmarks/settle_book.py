"""A made-up but consistent book of loans for the settlement's benchmark, through the real tables.

Every loan is reserved and paid out in February, and its principal falls in March. One in two
hundred is claimed and paid in March, and every other of these brings something back.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg

from benchmarks.published import keep_file
from services.risk_pool.domain.chain import GENESIS, chain
from services.risk_pool.domain.ledger import Transfer, turnover

POOL = "dongli"
BANKS = tuple(f"BANK-{number:02d}" for number in range(1, 21))
FEBRUARY, MARCH = date(2026, 2, 20), date(2026, 3, 31)
CLAIMED, PAID, RECOVERED = date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 20)
BOOKED = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
CHUNK = 20_000

_COVERAGES = """
insert into coverages (loan_id, number, pool_code, bank_code, borrower_uscc, borrower_name, state,
    amount_fen, ip_share_bp, tenor_months, annual_rate_bp, programme, scheme_version, mode, parties,
    attributes, is_first_loan, is_multi_ip_type, approved_on, reserved_fen, activated_fen,
    covered_fen, outstanding_fen, loan_no, disbursed_fen, disbursed_on, matures_on, released_on,
    release_reason, position_month, risk_class, overdue_days, state_since, created_at, changed_at)
select md5('loan ' || n)::uuid, 'DL-2026-' || lpad(n::text, 7, '0'), $2,
    'BANK-' || lpad((n % 20 + 1)::text, 2, '0'), '91120110' || lpad((n / 2)::text, 10, '0'),
    '东丽科技企业' || n, case when n % 200 = 0 then 'claimed' else 'active' end,
    100000000, 10000, 12, 435, $2, 'bench', 'direct', '{}', '{}', false, false, $3, 0, 100000000,
    case when n % 200 = 0 then 0 else 90000000 end, 90000000, 'JK-' || n, 100000000, $3,
    $3::date + 365, case when n % 200 = 0 then $4::date end,
    case when n % 200 = 0 then 'claimed' end, '2026-03',
    case when n % 200 = 0 then 'substandard' else 'normal' end,
    case when n % 200 = 0 then 100 else 0 end, $5, $5, $5
from generate_series(1, $1::integer) as n
"""

_POSITIONS = """
insert into positions (loan_id, month, pool_code, bank_code, outstanding_principal_fen,
    covered_principal_fen, overdue_days, interest_arrears_fen, penalty_interest_fen, risk_class,
    reported_on, stored_at)
select loan_id, month, pool_code, bank_code,
    case month when '2026-02' then 100000000 else 90000000 end,
    case month when '2026-02' then 100000000 else 90000000 end,
    overdue_days, 0, 0, risk_class, $1, $2
from coverages cross join (values ('2026-02'), ('2026-03')) as reported (month)
"""

_CLAIMS = """
insert into claims (id, number, pool_code, bank_code, loan_id, loan_number, borrower_uscc,
    borrower_name, programme, mode, scheme_version, terms_on, state, state_since, claimed_on,
    filed_at, stated_on, outstanding_principal_fen, interest_arrears_fen, penalty_interest_fen, costs_fen,
    ip_share_bp, facts, documents, reviewed_by, approved_by, approved_on, base_fen, covered_fen,
    pool_pays_fen, paid_fen, paid_on)
select md5('claim ' || number)::uuid, 'C-' || number, pool_code, bank_code, loan_id, number,
    borrower_uscc, borrower_name, programme, mode, scheme_version, approved_on, 'paid', $3, $1, $3, $1,
    90000000, 0, 0, 0, 10000, '{}', '[]', 'a', 'b', $1, 90000000, 90000000,
    36000000, 36000000, $2
from coverages where state = 'claimed'
"""

_PAYMENTS = """
insert into claim_payments (claim_id, place, bank_code, payer, payer_code, payee, payee_code, kind,
    amount_fen)
select id, 1, bank_code, 'pool', pool_code, 'bank', bank_code, 'compensation', pool_pays_fen
from claims
"""


def transfers(loans: int) -> Iterator[list[Transfer]]:
    """The ledger of the book, in the order of booking, in parts."""
    part = [
        Transfer(
            reference="contribution:1",
            debit="cash",
            credit="contribution:DL-FIN",
            amount_fen=10**15,
            business_date=date(2026, 2, 1),
            kind="contribution",
        )
    ]
    for step in (_reserved, _paid_out, _fallen):
        for n in range(1, loans + 1):
            part += step(n)
            if len(part) >= CHUNK:
                yield part
                part = []
    yield part


def _transfer(n: int, kind: str, debit: str, credit: str, fen: int, on: date) -> Transfer:
    return Transfer(
        reference=f"{kind}:{n}",
        debit=debit,
        credit=credit,
        amount_fen=fen,
        business_date=on,
        kind=kind,
        loan_id=_loan_id(n),
    )


def _loan_id(n: int) -> UUID:
    import hashlib

    return UUID(hashlib.md5(f"loan {n}".encode(), usedforsecurity=False).hexdigest())


def _bank(n: int) -> str:
    return BANKS[n % 20]


def _reserved(n: int) -> list[Transfer]:
    return [_transfer(n, "reserve", f"reserved:{_bank(n)}", "capacity", 100_000_000, FEBRUARY)]


def _paid_out(n: int) -> list[Transfer]:
    bank = _bank(n)
    covered, reserved = f"covered:{bank}", f"reserved:{bank}"
    return [_transfer(n, "activate", covered, reserved, 100_000_000, FEBRUARY)]


def _fallen(n: int) -> list[Transfer]:
    """March: principal falls by a tenth; a claimed loan leaves cover, is paid, brings some back."""
    covered, payable = f"covered:{_bank(n)}", f"payable:{_bank(n)}"
    if n % 200:
        return [_transfer(n, "position", "capacity", covered, 10_000_000, MARCH)]
    gone = [
        _transfer(n, "release", "capacity", covered, 100_000_000, CLAIMED),
        _transfer(n, "claim-approved", "claims", payable, 36_000_000, CLAIMED),
        _transfer(n, "claim-paid", payable, "cash", 36_000_000, PAID),
    ]
    if n % 400:
        return gone
    owed = f"receivable:{_bank(n)}"
    return [*gone, _transfer(n, "recovery-booked", owed, "recoveries", 5_000_000, RECOVERED)]


async def write(owner: asyncpg.Connection, loans: int) -> None:
    """Fill an empty risk_pool database, as its owner, whom row-level security lets COPY."""
    await owner.execute(
        """insert into pools (code, name, programme, opened_on, created_at, prefix)
           values ($1, '东丽区风险补偿资金池', $1, '2026-02-01', $2, 'DL')""",
        POOL,
        BOOKED,
    )
    await keep_file(owner, POOL, now=BOOKED)
    # The book is written as it stands: nothing of it is on its way.
    await owner.execute(
        "insert into producers_told_until values ('applications', '2099-12-31', $1)", BOOKED
    )
    await owner.executemany(
        "insert into parties values ($1, $2, $3, $2, '2026-02-01', $4)",
        [(POOL, "DL-FIN", "district", BOOKED), *((POOL, bank, "bank", BOOKED) for bank in BANKS)],
    )
    await owner.execute(_COVERAGES, loans, POOL, FEBRUARY, CLAIMED, BOOKED)
    await owner.execute(_POSITIONS, MARCH, BOOKED)
    await owner.execute(_CLAIMS, CLAIMED, PAID, BOOKED)
    await owner.execute(_PAYMENTS)
    await _write_ledger(owner, loans)
    await owner.execute("vacuum analyze")


async def _write_ledger(owner: asyncpg.Connection, loans: int) -> None:
    seq, head = 0, GENESIS
    moved: dict[str, list[int]] = {}
    for part in transfers(loans):
        hashes = chain(head, POOL, seq, part, BOOKED)
        await owner.copy_records_to_table(
            "transfers",
            records=[
                (POOL, seq + n, one.reference, one.debit, one.credit, one.amount_fen,
                 one.business_date, one.kind, None, one.loan_id, BOOKED, digest)
                for n, (one, digest) in enumerate(zip(part, hashes, strict=True), start=1)
            ],
            columns=("pool_code", "seq", "reference", "debit", "credit", "amount_fen",
                     "business_date", "kind", "explanation_id", "loan_id", "booked_at", "hash"),
        )  # fmt: skip
        for account, (debited, credited) in turnover(part).items():
            sums = moved.setdefault(account, [0, 0])
            sums[0] += debited
            sums[1] += credited
        seq, head = seq + len(part), hashes[-1]
    await owner.executemany(
        "insert into account_balances values ($1, $2, $3, $4)",
        [(POOL, account, *sums) for account, sums in moved.items()],
    )
    await owner.execute("update pools set last_seq = $1, last_hash = $2", seq, head)
