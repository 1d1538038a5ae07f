"""The audit finds what was changed behind the ledger's back, and names the row."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest
import typer
from typer.testing import CliRunner

from services.risk_pool.audit import export
from services.risk_pool.audit.verify import NotAnExport, audit_file, audit_pool, opened
from services.risk_pool.domain.audit_checks import first_fault
from services.risk_pool.tables.ledger import book, lock_pool
from shared import others_turn
from tests.risk_pool.core.conftest import NOW, contribution
from tests.risk_pool.core.driver import Pool, pool_of
from zhidai.commands import audit as audit_cli


async def a_year_of_work(pool: Pool) -> None:
    """Money in and out, capacity held, drawn, repaid: some dozen transfers, four explanations."""
    for n in range(4):
        await pool.covers(f"loan{n}", amount="1500000.00")
        await pool.hears(
            pool.position(
                f"loan{n}", "2026-01", f"{1_400_000 - n}.00", reported_on=date(2026, 2, 3)
            )
        )
    await pool.hears(pool.repayment("loan0"))
    await pool.fee("123.45")


async def tampered(pool: Pool, *statements: str) -> None:
    """A superuser works around every guard."""
    name = pool.service.context.database.url.rsplit("/", 1)[-1]
    conn = await asyncpg.connect(superuser(pool))
    for statement in ("set session_replication_role = replica", *statements):
        await conn.execute(statement)
    await conn.close()
    assert name


def superuser(pool: Pool) -> str:
    return pool.service.context.database.url.replace("//risk_pool", "//postgres", 1)


async def said(*arguments: str) -> tuple[int, str]:
    """`zhidai audit …` as a person runs it."""
    app = typer.Typer()
    audit_cli.mount(app)
    app.callback()(lambda: None)
    result = await asyncio.to_thread(
        CliRunner().invoke, app, ["audit", *arguments], env={"COLUMNS": "200"}
    )
    return result.exit_code, result.output


async def test_an_untouched_ledger_passes_every_check_and_the_command_says_so(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)

        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")
        code, output = await said("--pool", "dongli", "--url", pool.service.context.database.url)

    assert report is not None and report.passed
    assert all(check.looked_at > 0 for check in report.checks if check.code != "closed_months")
    assert code == 0, output
    assert "校验链 hash chain" in output and "✗" not in output


async def test_one_changed_byte_is_found_and_its_row_is_named(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        await tampered(pool, "update transfers set amount_fen = amount_fen + 1 where seq = 4")

        code, output = await said("--pool", "dongli", "--url", pool.service.context.database.url)

    assert code == 1
    assert "资金池 pool dongli,第 4 笔 / transfer 4" in output
    assert "balances recomputed" in output


WAYS = {
    "reference": ("update transfers set reference = reference || 'x' where seq = 3", "chain", 3),
    "date": ("update transfers set business_date = business_date - 1 where seq = 5", "chain", 5),
    "moment": (
        "update transfers set booked_at = booked_at + interval '1 microsecond' where seq = 2",
        "chain",
        2,
    ),
    "account": ("update transfers set debit = 'cash' where seq = 6", "chain", 6),
    "hash": (
        "update transfers set hash = decode(repeat('ab', 32), 'hex') where seq = 7",
        "chain",
        7,
    ),
    "removed row": ("delete from transfers where seq = 6", "numbers", 7),
    "removed last row": (
        "delete from transfers where seq = (select max(seq) from transfers)",
        "numbers",
        14,
    ),
    "explanation": (
        "update explanations set explanation = jsonb_set(explanation, '{steps,0,source}', '\"me\"') "
        "where id = (select explanation_id from transfers where seq = 2)",
        "explanations",
        2,
    ),
    "balance": (
        "update account_balances set debited_fen = debited_fen + 1 where account = 'cash'",
        "balances",
        None,
    ),
    "cash entry removed": ("delete from cash_entries where kind = 'fee'", "cash", 15),
    "cash entry of another amount": (
        "update cash_entries set amount_fen = amount_fen + 1 where kind = 'fee'",
        "cash",
        15,
    ),
    "cash entry of one person": (
        "alter table cash_entries drop constraint cash_entries_two_persons; "
        "update cash_entries set released_by = entered_by where kind = 'fee'",
        "cash",
        15,
    ),
    "coverage": (
        "update coverages set covered_fen = covered_fen - 1 where state = 'active'",
        "exposure",
        None,
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_to_change_the_past_is_found(running, way):
    statement, wanted, seq = WAYS[way]
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        await tampered(pool, statement)

        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")

    assert report is not None and not report.passed
    checks = {check.code: check for check in report.checks}
    assert not checks[wanted].passed
    told = checks[wanted].first
    assert told is not None and told.seq == seq
    if seq is not None:
        first = first_fault(report.checks)
        assert first is not None and first.first is not None and first.first.seq is not None
        assert first.first.seq <= seq


async def test_a_reference_booked_twice_is_found(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        await tampered(
            pool,
            "alter table transfers drop constraint transfers_reference_once",
            "update transfers set reference = (select reference from transfers where seq = 2) "
            "where seq = 5",
        )

        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")

    assert report is not None
    references = next(check for check in report.checks if check.code == "references")
    assert references.first is not None and references.first.seq == 5


async def test_a_settled_month_that_was_opened_again_is_found_even_where_the_chain_is_whole(
    running, tmp_path
):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        await pool.service.context.clock.set(datetime(2026, 2, 10, 1, tzinfo=UTC))
        steps = (("preview", pool.finance), ("confirm", pool.finance),
                 ("sign", pool.service.as_("meng", "finance_checker")), ("post", pool.finance))  # fmt: skip
        for step, person in steps:
            answer = await person.post(f"/pools/dongli/settlements/2026-01/{step}", json={})
            assert answer.status_code in (200, 201), answer.text
        url = pool.service.context.database.url
        async with opened(url) as conn:
            untouched = await audit_pool(conn, "dongli")
        path = await exported(pool, tmp_path)

        await tampered(pool, "update pools set closed_until = null")
        async with pool.service.context.database.begin("*") as conn:
            late = contribution(
                1, reference="backdated", debit="fees", credit="payable:DL-FIN",
                business_date=date(2026, 1, 20),
            )  # fmt: skip
            await book(conn, await lock_pool(conn, "dongli"), [late], now=NOW)
        async with opened(url) as conn:
            report = await audit_pool(conn, "dongli")

    assert untouched is not None and untouched.passed
    assert {check.code: check.looked_at for check in untouched.checks}["closed_months"] == 1
    assert audit_file(path).passed
    assert report is not None
    failed = [check for check in report.checks if not check.passed]
    assert [check.code for check in failed] == ["closed_months"]
    assert failed[0].first is not None and "2026-01" in failed[0].first.en


async def exported(pool: Pool, folder: Path) -> Path:
    answer = await pool.auditor.get(f"/pools/{pool.code}/ledger-export")
    assert answer.status_code == 200
    path = folder / "export.ndjson"
    path.write_bytes(answer.content)
    return path


async def test_an_export_is_verified_without_the_database(running, tmp_path):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        path = await exported(pool, tmp_path)

    code, output = await said("--file", str(path))

    assert code == 0, output
    report = audit_file(path)
    assert report.transfers == 15 and report.passed
    (cash,) = (check for check in report.checks if check.code == "cash")
    assert cash.looked_at == 2


async def test_cash_that_was_moved_without_an_entry_is_found_here_and_in_an_export(
    running, tmp_path
):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        async with pool.service.context.database.begin("*") as conn:
            by_hand = contribution(500, reference="by-hand", credit="contribution:DL-FIN")
            await book(conn, await lock_pool(conn, "dongli"), [by_hand], now=NOW)

        async with opened(pool.service.context.database.url) as conn:
            here = await audit_pool(conn, "dongli")
        there = audit_file(await exported(pool, tmp_path))

    for report in (here, there):
        assert report is not None
        (failed,) = [check for check in report.checks if not check.passed]
        assert (failed.code, failed.faults) == ("cash", 1)
        assert failed.first is not None and failed.first.seq == 2
        assert "by-hand" in failed.first.en


@pytest.mark.parametrize("member", ["amount", "business_date", "reference", "hash"])
async def test_a_changed_line_of_an_export_is_named(running, tmp_path, member):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        path = await exported(pool, tmp_path)
    lines = path.read_text().splitlines()
    line = json.loads(lines[5])
    assert line["seq"] == 5
    line[member] = {
        "amount": "1.00",
        "business_date": "2026-01-02",
        "reference": "another",
        "hash": "00" * 32,
    }[member]
    lines[5] = json.dumps(line)
    path.write_text("\n".join(lines))

    code, output = await said("--file", str(path))

    assert code == 1
    assert "transfer 5" in output


async def test_half_an_export_is_refused(running, tmp_path):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        path = await exported(pool, tmp_path)
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))

    with pytest.raises(NotAnExport):
        audit_file(path)
    assert (await said("--file", str(path)))[0] == 2


async def test_an_unknown_pool_is_said_to_be_unknown(running):
    async with pool_of(running, "ICBC") as pool:
        code, output = await said("--pool", "nowhere", "--url", pool.service.context.database.url)

    assert code == 2
    assert "没有资金池 nowhere" in output


async def test_whoever_else_asks_has_his_turn_while_a_ledger_is_handed_out_or_verified(
    running, monkeypatch
):
    turns, sleep = 0, asyncio.sleep

    async def counted(seconds, *more):
        nonlocal turns
        turns += seconds == 0
        await sleep(seconds, *more)

    monkeypatch.setattr(others_turn, "OTHERS_TURN", 2)
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await a_year_of_work(pool)
        async with opened(pool.service.context.database.url) as conn:
            monkeypatch.setattr(asyncio, "sleep", counted)
            lines = [line async for line in export.exported(conn, "dongli", now=NOW)]
            of_lines, turns = turns, 0
            report = await audit_pool(conn, "dongli")
            monkeypatch.undo()

    assert of_lines >= len(lines) // 2 - 1
    assert report is not None and turns >= report.transfers // 2
