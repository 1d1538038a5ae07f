"""A month that was posted before months were matched stands, after the update, where its money stands."""

import asyncpg
import pytest

from tests.migrations.earlier import database_at

POSTED = """
    insert into settlements (id, pool_code, month, state, state_since, version, ledger_seq,
        positions_mark, loans, previewed_at, previewed_by, confirmed_at, confirmed_by, signed_at,
        signed_by, posted_at, posted_by, posted_on)
    select gen_random_uuid(), 'dongli', month, 'posted', now(), 4, 0, '0/0', 0, now(), 'gao', now(),
           'gao', now(), 'qian', now(), 'gao', '2026-04-02'
    from unnest(array['2026-01', '2026-02', '2026-03']) as month
"""
OLD = (
    """insert into pools (code, name, programme, opened_on, created_at, prefix)
       values ('dongli', '东丽', 'dongli', '2026-01-01', now(), 'DL')""",
    POSTED,
    # January left nothing; February's item is paid in two parts, March's in one of two.
    """insert into open_items (pool_code, reference, direction, party_code, amount_fen, since, due_on)
       select 'dongli', 'settlement:dongli:' || month || ':ICBC', 'receivable', 'ICBC', 100,
              '2026-04-02', '2026-04-16'
       from unnest(array['2026-02', '2026-03']) as month""",
    """insert into cash_entries (id, number, pool_code, kind, of_kind, sign, root_id, party_code,
           amount_fen, value_date, item, note, state, state_since, entered_at, entered_by,
           entered_name, released_by, released_name, released_on, booked_on, reference)
       select id, 'DL-K-' || n, 'dongli', 'receipt', 'receipt', 1, id, 'ICBC', 50, '2026-04-03',
              'settlement:dongli:' || month || ':ICBC', '', 'released', now(), now(), 'gao', '高',
              'qian', '钱', '2026-04-03', '2026-04-03', 'receipt:' || n
       from (select gen_random_uuid() as id, n, month
             from (values (1, '2026-02'), (2, '2026-02'), (3, '2026-03')) as paid (n, month))
            as paid""",
)


@pytest.fixture
async def old(postgres_url):
    """A database of the version before."""
    async with database_at(postgres_url, "risk_pool", "0019") as database:
        yield database


async def test_what_money_has_settled_is_matched_and_the_rest_stays_posted(old):
    conn = old.conn
    for statement in OLD:
        await conn.execute(statement)

    await old.comes_to("0020")

    months = await conn.fetch("select * from settlements order by month")
    moves = await conn.fetch("select * from case_moves where case_kind = 'settlement'")
    assert [(one["month"], one["state"], one["version"]) for one in months] == [
        ("2026-01", "matched", 5), ("2026-02", "matched", 5), ("2026-03", "posted", 4),
    ]  # fmt: skip
    assert {(move["action"], move["role"], move["version"]) for move in moves} == {
        ("match", "system", 5)
    }
    assert len(moves) == 2


async def test_a_posted_month_goes_on_and_nothing_else_of_it_changes(old):
    conn = old.conn
    for statement in OLD:
        await conn.execute(statement)
    await old.comes_to("0020")
    for change in (
        "ledger_seq = 7",
        "posted_by = 'x'",
        "state = 'previewed', confirmed_at = null",
        "state = 'posted', matched_on = null, confirmed_by = 'x'",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await conn.execute(f"update settlements set {change}")
    with pytest.raises(asyncpg.RestrictViolationError):
        await conn.execute("delete from settlements")
    # Neither matched without a day, nor closed by nobody.
    for change in ("state = 'matched'", "state = 'closed', matched_on = current_date"):
        with pytest.raises(asyncpg.CheckViolationError):
            await conn.execute(f"update settlements set {change} where state = 'posted'")
