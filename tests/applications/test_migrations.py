"""A migration loses nothing that was there."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.contracts.desk import AbsenceChangedV1
from tests.migrations.earlier import database_at

FIRST_VERSION_OF_A_CASE = """
insert into applications (id, number, bank_code, pool_code, programme, mode, parties,
    borrower_uscc, borrower_name, borrower_registered_on, borrower_is_sme, amount_fen,
    tenor_months, annual_rate_bp, purpose, repayment, has_other_collateral, is_first_loan,
    is_multi_ip_type, attributes, state, version, revision, since, findings, submitted_at,
    submitted_by)
values ($1, 'DL-1', 'ICBC-TJ', 'dongli', 'dongli', 'direct', '{}', 'u', 'n', '2020-01-01', true, 1,
        1, 1, 'p', 'r', false, false, false, '{}', 'accepted', 2, 1, '2026-03-02T01:00:00Z', '[]',
        '2026-03-02T01:00:00Z', 'clerk')
"""
ITS_MOVES = """
insert into history (application_id, version, bank_code, at, subject, name, role, action, source,
                     target, reason, detail)
values ($1, 1, 'ICBC-TJ', '2026-03-02T01:00:00Z', 'clerk', 'Clerk', 'bank_operator', 'submit', null,
        'submitted', '', '{}'),
       ($1, 2, 'ICBC-TJ', '2026-03-02T01:00:00Z', 'system', '系统', 'system', 'accept', 'submitted',
        'accepted', '', '{"findings": []}')
"""


async def test_the_moves_of_the_first_version_are_kept_when_the_machine_takes_over(postgres_url):
    case_id = uuid4()
    async with database_at(postgres_url, "applications", "0001") as old:
        conn = old.conn
        await conn.execute(FIRST_VERSION_OF_A_CASE, case_id)
        await conn.execute(ITS_MOVES, case_id)

        await old.is_upgraded()

        moves = await conn.fetch(
            "select * from case_moves where case_id = $1 order by version", case_id
        )
        since = await conn.fetchval("select state_since from applications where id = $1", case_id)
    assert [(m["case_kind"], m["action"], m["source"], m["target"], m["role"]) for m in moves] == [
        ("application", "submit", None, "submitted", "bank_operator"),
        ("application", "accept", "submitted", "accepted", "system"),
    ]
    assert {m["at"] for m in moves} == {since}


OLD_CASE = """
insert into applications (id, number, bank_code, pool_code, programme, mode, parties,
    borrower_uscc, borrower_name, borrower_registered_on, borrower_is_sme, amount_fen,
    tenor_months, annual_rate_bp, purpose, repayment, has_other_collateral, is_first_loan,
    is_multi_ip_type, attributes, state, version, revision, state_since, findings, submitted_at,
    submitted_by)
values ($1, $2, 'ICBC-TJ', 'dongli', 'dongli', 'direct', '{}', 'u', $3, '2020-01-01', true, 1,
        1, 1, 'p', 'r', false, false, false, '{}', 'disbursed', 2, 1, '2026-03-02T01:00:00Z', '[]',
        '2026-03-02T01:00:00Z', 'clerk')
"""
OLD_LOAN = """
insert into loans (application_id, bank_code, pool_code, loan_no, amount_fen, annual_rate_bp,
                   disbursed_on, matures_on, outstanding_fen)
values ($1, 'ICBC-TJ', 'dongli', $2, 1, 1, '2026-03-02', '2027-03-02', 1)
"""
OLD_RIGHT = """
insert into collateral (application_id, revision, collateral_no, bank_code, kind, number,
                        number_as_given, nice_class, name, owner_name, filed_on, expires_on)
values ($1, 1, 1, 'ICBC-TJ', 'trademark_right', $2, $2, 9, 'n', 'o', '2020-01-01', '2030-01-01')
"""
OLD_HOLD = "insert into held_rights values ('trademark_right', $2, 9, $1)"


async def test_old_rows_get_their_canonical_forms_and_what_is_the_same_is_named(postgres_url):
    async with database_at(postgres_url, "applications", "0007") as old:
        conn = old.conn
        rows = (
            ("甲（天津）有限公司", "HT-2026-001", "012345678"),
            ("甲(天津)有限公司", "ＨＴ２０２６－１", "12345678"),
            ("乙有限公司", "HT-2026-002", "0087654321"),
        )
        for n, (firm, loan_no, mark) in enumerate(rows, start=1):
            case_id = UUID(int=n)
            await conn.execute(OLD_CASE, case_id, f"DL-{n}", firm)
            await conn.execute(OLD_LOAN, case_id, loan_no)
            await conn.execute(OLD_RIGHT, case_id, mark)
            await conn.execute(OLD_HOLD, case_id, mark)

        await old.is_upgraded()

        firms = await conn.fetch("select borrower_name_canonical from applications order by id")
        loans = await conn.fetch(
            "select loan_no, loan_no_canonical from loans order by application_id"
        )
        marks = await conn.fetch(
            "select number, number_as_given from collateral order by application_id"
        )
        held = await conn.fetch("select number from held_rights order by application_id")
        same = await conn.fetch(
            "select found_in, canonical, written from canonical_collisions order by found_in"
        )
    assert [row[0] for row in firms] == [
        "甲(天津)有限公司",
        "甲(天津)有限公司",
        "乙有限公司",
    ]
    assert [tuple(row) for row in loans] == [
        ("HT-2026-001", "HT2026-1"),
        ("ＨＴ２０２６－１", "HT2026-1 2"),
        ("HT-2026-002", "HT2026-2"),
    ]
    assert [tuple(row) for row in marks] == [
        ("12345678", "012345678"),
        ("12345678", "12345678"),
        ("87654321", "0087654321"),
    ]
    # Both cases still hold what they held: neither is let go without a person's knowledge.
    assert [row[0] for row in held] == ["012345678", "12345678", "87654321"]
    assert [tuple(row) for row in same] == [
        ("held_rights", "trademark_right 12345678", ["DL-1", "DL-2"]),
        ("loans", "ICBC-TJ HT2026-1", ["HT-2026-001", "ＨＴ２０２６－１"]),
    ]


async def test_absences_that_still_stand_are_told_to_who_did_not_hear_of_them(postgres_url):
    today = datetime.now(UTC).date()
    days = {1: (today, today, None), 2: (today - timedelta(9), today - timedelta(8), None),
            3: (today, today + timedelta(5), today)}  # fmt: skip
    async with database_at(postgres_url, "applications", "0051") as old:
        for subject in ("wang", "zhao"):
            await old.conn.execute(
                "insert into staff values ($1, upper($1), '{reviewer}', now())", subject
            )
        for n, (first, last, ended) in days.items():
            await old.conn.execute(
                "insert into absences (id, subject, delegate, from_day, to_day, reason, entered_by,"
                " entered_name, entered_at, ended_on, ended_by)"
                " values ($1, 'wang', 'zhao', $2, $3, '年休假', 'wang', 'WANG', now(), $4, $5)",
                UUID(int=n), first, last, ended, ended and "wang",
            )  # fmt: skip
        await old.comes_to("0067")
        rows = await old.conn.fetch("select * from outbox")
    (told,) = rows
    event = AbsenceChangedV1.model_validate_json(told["payload"])
    assert (told["type"], told["aggregateid"], told["ce_subject"]) == (
        event.type, event.key, event.subject,
    )  # fmt: skip
    assert (event.what, event.delegate_name, event.to_day) == ("entered", "ZHAO", today)


async def test_a_census_that_came_at_once_is_a_file_of_rows_from_then_on(postgres_url):
    results = [
        {"line": 2, "outcome": "kept", "number": "1", "faults": []},
        {"line": 3, "outcome": "refused", "number": "2",
         "faults": [{"field": "number", "code": "named-twice", "zh": "重复", "en": "twice"}]},
    ]  # fmt: skip
    async with database_at(postgres_url, "applications", "0063") as old:
        conn = old.conn
        await conn.execute(
            """insert into right_imports values ($1, '*', '普查.csv', repeat('0a', 32), 1, 0, 1,
                   '["号码"]', $2, '{"3": ["2"]}', 'wang', '王', '2026-03-02T01:00:00Z')""",
            uuid4(), json.dumps(results),
        )  # fmt: skip
        await old.is_upgraded()
        (file,) = await conn.fetch("select * from bulk_files")
        rows = await conn.fetch("select * from bulk_rows order by line")
    assert (file["kind"], file["rows_taken"], file["rows_wrong"]) == ("rights", 1, 1)
    assert [(row["outcome"], row["number"]) for row in rows] == [("taken", "1"), ("wrong", "2")]
    assert json.loads(rows[1]["faults"])[0]["field"] == "/number"
    assert json.loads(rows[1]["cells"]) == ["2"]


async def test_a_list_that_came_at_once_is_a_file_of_rows_and_keeps_its_entries(postgres_url):
    import_id, entry_id = uuid4(), uuid4()
    results = [
        {"line": 2, "outcome": "kept", "named": "某公司", "faults": []},
        {"line": 3, "outcome": "unchanged", "named": "另一公司", "faults": []},
        {"line": 4, "outcome": "refused", "named": "",
         "faults": [{"field": "name", "code": "required", "zh": "缺", "en": "needed"}]},
    ]  # fmt: skip
    async with database_at(postgres_url, "applications", "0069") as old:
        conn = old.conn
        await conn.execute(
            """insert into list_imports values ($1, '*', 'judgment_defaulter', '2026-03-02', '公开网',
                   null, true, false, '失信.csv', repeat('0a', 32), 1, 0, 1, 1, 0, '["企业名称"]', $2,
                   '{"4": [""]}', 'wang', '王', '2026-03-02T01:00:00Z')""",
            import_id, json.dumps(results),
        )  # fmt: skip
        await conn.execute(
            """insert into listed_firms values ($1, $2, 'judgment_defaulter', '2026-03-02', '公开网',
                   null, '某公司', '某公司', '', '2026-02-11', '', '', '', '2026-03-02T01:00:00Z')""",
            entry_id, import_id,
        )  # fmt: skip
        await old.is_upgraded()
        (file,) = await conn.fetch("select * from bulk_files")
        rows = await conn.fetch("select * from bulk_rows order by line")
        (kept,) = await conn.fetch("select * from list_imports")
        (listed,) = await conn.fetch("select import_id from listed_firms")
    assert (file["id"], file["kind"], file["rows_taken"], file["rows_known"]) == (
        import_id, "lists", 1, 1,
    )  # fmt: skip
    assert json.loads(file["given"]) == {
        "list": "judgment_defaulter", "day": "2026-03-02", "source": "公开网", "whole": "true",
    }  # fmt: skip
    assert [row["outcome"] for row in rows] == ["taken", "known", "wrong"]
    assert json.loads(rows[2]["faults"])[0]["field"] == "/name"
    assert (kept["id"], kept["whole"], listed["import_id"]) == (import_id, True, import_id)
