"""A made-up but consistent book of loans for the settlement's benchmark, through the real tables.

Every loan is reserved and begun in February; in March it is drawn twice, falls twice and is reported
once: five facts of the month. One in two hundred is claimed and paid in March, and every other of
these brings something back. Written by sets in the server: a book of a million loans has seven
million transfers. Its transfers have hashes, but no chain: a settlement reads none, it only goes on
from the last one.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import asyncpg

from benchmarks.published import keep_file

PROGRAMME = "dongli"
BANKS = tuple(f"BANK-{number:02d}" for number in range(1, 21))
FEBRUARY, MARCH = date(2026, 2, 20), date(2026, 3, 31)
CLAIMED, PAID, RECOVERED = date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 20)
BOOKED = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)

_LOAN = """
    n,
    -- In the order of time, as identifiers of version 7 are.
    (lpad(to_hex($3::integer), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
        as loan_id,
    'BANK-' || lpad((n % 20 + 1)::text, 2, '0') as bank
    from generate_series(1, $2::integer) as n
"""
"""$2: how many loans the pool has, $3: which of the pools it is."""

_COVERAGES = f"""
insert into coverages (loan_id, number, pool_code, bank_code, borrower_uscc, borrower_name, state,
    amount_fen, ip_share_bp, tenor_months, annual_rate_bp, programme, scheme_version, mode, parties,
    attributes, is_first_loan, is_multi_ip_type, approved_on, reserved_fen, activated_fen,
    covered_fen, outstanding_fen, loan_no, disbursed_fen, disbursed_on, matures_on, released_on,
    release_reason, position_month, risk_class, overdue_days, state_since, created_at, changed_at)
select loan_id, upper($1) || '-2026-' || lpad(n::text, 7, '0'), $1, bank,
    '91120110' || lpad((n / 2)::text, 10, '0'), '东丽科技企业' || n,
    case when n % 200 = 0 then 'claimed' else 'active' end,
    100000000, 10000, 12, 435, '{PROGRAMME}', 'bench', 'direct', '{{}}', '{{}}', false, false, $4, 0,
    100000000, case when n % 200 = 0 then 0 else 90000000 end, 90000000, 'JK-' || $3::integer || '-' || n,
    100000000, $4, $4::date + 365, case when n % 200 = 0 then $5::date end,
    case when n % 200 = 0 then 'claimed' end, '2026-03',
    case when n % 200 = 0 then 'substandard' else 'normal' end,
    case when n % 200 = 0 then 100 else 0 end, $6, $6, $6
from (select {_LOAN}) as loans
"""

_POSITIONS = """
insert into positions (loan_id, month, pool_code, bank_code, outstanding_principal_fen,
    covered_principal_fen, overdue_days, interest_arrears_fen, penalty_interest_fen, risk_class,
    reported_on, stored_at)
select loan_id, month, pool_code, bank_code, fen, fen, overdue_days, 0, 0, risk_class, $1, $2
from coverages
cross join (values ('2026-02', 80000000), ('2026-03', 90000000)) as reported (month, fen)
order by month, loan_id
"""

_CLAIMS = """
insert into claims (id, number, pool_code, bank_code, loan_id, loan_number, borrower_uscc,
    borrower_name, programme, mode, scheme_version, terms_on, state, state_since, claimed_on,
    filed_at, stated_on, outstanding_principal_fen, interest_arrears_fen, penalty_interest_fen, costs_fen,
    ip_share_bp, facts, documents, reviewed_by, approved_by, approved_on,
    approved_principal_fen, base_fen, covered_fen, pool_pays_fen, paid_fen, paid_on)
select md5('claim ' || number)::uuid, 'C-' || number, pool_code, bank_code, loan_id, number,
    borrower_uscc, borrower_name, programme, mode, scheme_version, approved_on, 'paid', $3, $1, $3, $1,
    90000000, 0, 0, 0, 10000, '{}', '[]', 'a', 'b', $1, 90000000,
    90000000, 90000000, 36000000, 36000000, $2
from coverages where state = 'claimed'
"""

_PAYMENTS = """
insert into claim_payments (claim_id, place, bank_code, payer, payer_code, payee, payee_code, kind,
    amount_fen)
select id, 1, bank_code, 'pool', pool_code, 'bank', bank_code, 'compensation', pool_pays_fen
from claims
"""

_TRANSFERS = f"""
insert into transfers (pool_code, seq, reference, debit, credit, amount_fen, business_date, kind,
                       loan_id, booked_at, hash)
select $1, row_number() over (order by step, n), kind || ':' || n || ':' || step, debit, credit, fen,
       on_day, kind, loan_id, $4, sha256(convert_to($1 || n || kind || step, 'UTF8'))
from (
    select 0 as step, 0 as n, 'contribution' as kind, 'cash' as debit, 'contribution:DL-FIN' as credit,
           1000000000000000 as fen, date '2026-02-01' as on_day, null::uuid as loan_id
    union all
    select step, n, kind, debit, credit, fen, on_day, loan_id
    from (select {_LOAN}) as loans
    cross join lateral (values
        (1, 'reserve', 'reserved:' || bank, 'capacity', 100000000, date '2026-02-20'),
        (2, 'activate', 'covered:' || bank, 'reserved:' || bank, 80000000, date '2026-02-20'),
        (3, 'draw', 'covered:' || bank, 'reserved:' || bank, 10000000, date '2026-03-02'),
        (4, 'draw', 'covered:' || bank, 'reserved:' || bank, 10000000, date '2026-03-05')
    ) as begun (step, kind, debit, credit, fen, on_day)
    union all
    select step, n, kind, debit, credit, fen, on_day, loan_id
    from (select {_LOAN}) as loans
    cross join lateral (values
        (5, 'position', 'capacity', 'covered:' || bank, 5000000, date '2026-03-25'),
        (8, 'position', 'capacity', 'covered:' || bank, 5000000, date '2026-03-31')
    ) as fallen (step, kind, debit, credit, fen, on_day)
    where n % 200 <> 0
    union all
    select step, n, kind, debit, credit, fen, on_day, loan_id
    from (select {_LOAN}) as loans
    cross join lateral (values
        (5, 'release', 'capacity', 'covered:' || bank, 100000000, date '2026-03-10'),
        (6, 'claim-approved', 'claims', 'payable:' || bank, 36000000, date '2026-03-10'),
        (7, 'claim-paid', 'payable:' || bank, 'cash', 36000000, date '2026-03-12'),
        (8, 'recovery-booked', 'receivable:' || bank, 'recoveries', 5000000, date '2026-03-20')
    ) as gone (step, kind, debit, credit, fen, on_day)
    where n % 200 = 0 and (step < 8 or n % 400 = 0)
) as booked
order by step, n
"""

_HEAD = """
update pools set last_seq = seq, last_hash = hash
from (select distinct on (pool_code) pool_code, seq, hash from transfers
      order by pool_code, seq desc) as last
where code = pool_code
"""

BALANCES = """
insert into account_balances (pool_code, account, debited_fen, credited_fen)
select pool_code, account, sum(debited), sum(credited)
from (select pool_code, debit, credit, sum(amount_fen) as fen from transfers group by 1, 2, 3) as moved
cross join lateral (values (debit, fen, 0), (credit, 0, fen)) as side (account, debited, credited)
group by pool_code, account
on conflict (pool_code, account) do update
set debited_fen = excluded.debited_fen, credited_fen = excluded.credited_fen
"""
"""Also where some accounts have a balance already."""


def pool_codes(pools: int) -> list[str]:
    """What the pools of a book are called."""
    return [f"pool_{number:02d}" for number in range(1, pools + 1)]


async def write(owner: asyncpg.Connection, *, loans: int, pools: int) -> None:
    """Fill an empty risk_pool database, as its owner, whom row-level security does not ask."""
    await keep_file(owner, PROGRAMME, now=BOOKED)
    codes = pool_codes(pools)
    await _open_pools(owner, codes)
    # Indexes are made at the end: kept up row by row they would take most of the time.
    indexes = await owner.fetch(
        """select indexname, indexdef from pg_indexes
           where tablename = 'transfers' and indexdef not like 'CREATE UNIQUE%'"""
    )
    for index in indexes:
        await owner.execute(f"drop index {index['indexname']}")
    # The book is written as it stands: nothing of it is on its way.
    await owner.execute(
        "insert into producers_told_until values ('applications', '2099-12-31', $1)", BOOKED
    )
    for place, code in enumerate(codes, 1):
        count = loans // pools + (place <= loans % pools)
        await owner.execute(_COVERAGES, code, count, place, FEBRUARY, CLAIMED, BOOKED)
        await owner.execute(_TRANSFERS, code, count, place, BOOKED)
    for index in indexes:
        await owner.execute(index["indexdef"])
    await owner.execute(_POSITIONS, MARCH, BOOKED)
    await owner.execute(_CLAIMS, CLAIMED, PAID, BOOKED)
    await owner.execute(_PAYMENTS)
    await owner.execute(BALANCES)
    await owner.execute(_HEAD)
    await owner.execute("vacuum analyze")


async def _open_pools(owner: asyncpg.Connection, codes: Sequence[str]) -> None:
    await owner.executemany(
        """insert into pools (code, name, programme, opened_on, created_at, prefix)
           values ($1, '东丽区风险补偿资金池 ' || $1, $2, '2026-02-01', $3, $4)""",
        [(code, PROGRAMME, BOOKED, f"P{place}") for place, code in enumerate(codes, 1)],
    )
    await owner.executemany(
        "insert into parties values ($1, $2, $3, $2, '2026-02-01', $4)",
        [
            (code, party, role, BOOKED)
            for code in codes
            for party, role in (("DL-FIN", "district"), *((bank, "bank") for bank in BANKS))
        ],
    )
