"""A bank sees its own rows only: over every route, and in the database by itself."""

from uuid import uuid4

import asyncpg
import pytest

from services.applications.main import SERVICE
from services.applications.tables import case_counts, value_counts
from shared.postgres.pools_seen import look_as
from tests.applications.bulk import gone_through, lines
from tests.applications.office import (
    CCB,
    FIRM,
    ICBC,
    Office,
    document,
    patent,
    position,
    right,
    submission,
)

OF_PAPERS = {
    "document_looks",
    "document_notes",
    "document_uses",
    "paper_verdicts",
    "stored_documents",
}
OF_RIGHTS = {
    "register_duties",
    "extract_differences",
    "extract_rows",
    "extract_takings",
    "right_alerts",
    "right_burden_ends",
    "right_burdens",
    "right_measures",
    "right_statements",
    "right_valuations",
}
"""Shown in rights/ to be closed to other banks; what the bureau says in them, everybody reads."""
OF_LISTS = {"credit_repairs", "list_imports", "listed_firms_told"}
"""Shown in lists/ to be closed to other banks."""
AROUND_LOANS = {
    "co_investments",
    "cover_calls",
    "cover_measures",
    "held_rank_changes",
    "due_diligence_reports",
    "enhancement_versions",
    "enhancements",
}
"""Shown in around/ and rights/test_cover_calls to be closed to other banks."""
OF_THE_DESK = {"case_letters", "conditions"}
OF_INTAKE = {"application_drafts", "bulk_would_take", "superseded_revisions"}
"""Shown in test_drafts and test_amending to be closed to other banks; what a file that is only checked
would take is kept while it is gone through."""
THE_BUREAUS_OWN = {
    "absences",
    "case_looks",
    "case_priorities",
    "conflicts",
    "meeting_cases",
    "meeting_members",
    "meeting_votes",
    "meetings",
    "opinion_templates",
    "related_firms",
    "staff",
}
"""Tables of which no bank sees a row."""
OF_AUDITORS = {"audit_samples"}
"""Of auditors alone: tests/console/test_audit.py."""
COUNTED = {"case_counts", "case_counts_due", "loan_counts", "loan_counts_due", "value_counts"}
WITH_A_BANKS_ROWS = {
    "applications",
    "borrowers",
    "bulk_files",
    "bulk_rows",
    "bulk_taken",
    "case_moves",
    "collateral",
    "documents",
    "draws",
    "loan_changes",
    "loans",
    "pledge_registrations",
    "positions",
    "right_enquiries",
    "valuations",
}

LETTER = "01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01"
LOAN_STEPS = {
    "/applications/{case_id}/resubmit": submission(),
    "/applications/{case_id}/amend": submission(),
    "/applications/{case_id}/withdraw": {"reason": "x"},
    "/applications/{case_id}/pledge-registration": {
        "registrations": [
            {
                "collateral_no": 1,
                "registration_no": "Y1",
                "registry": "CNIPA",
                "registered_on": "2026-03-02",
            }
        ]
    },
    "/applications/{case_id}/disbursement": {
        "loan_no": "X-1",
        "amount": "1.00",
        "disbursed_on": "2026-03-02",
        "matures_on": "2026-04-02",
    },
    "/applications/{case_id}/undo-disbursement/request": {"reason": "x"},
    "/applications/{case_id}/close": {"reason": "x"},
    "/applications/{case_id}/conditions/1/meet": {"text": "x"},
    f"/applications/{{case_id}}/letters/{LETTER}/answer": {"text": "x"},
}
FOR_THE_BUREAU = {
    "/applications/{case_id}/take",
    "/applications/{case_id}/release",
    "/applications/{case_id}/recommend",
    "/applications/{case_id}/return",
    "/applications/{case_id}/reject",
    "/applications/{case_id}/approve",
    "/applications/{case_id}/undo-disbursement",
    "/applications/{case_id}/countersign",
    "/applications/{case_id}/refuse-signature",
    "/applications/{case_id}/withdraw-opinion",
    "/applications/{case_id}/priority",
    "/applications/{case_id}/notes",
    "/applications/{case_id}/letters",
    "/applications/{case_id}/conditions/{condition_no}/confirm",
    "/applications/{case_id}/conditions/{condition_no}/refuse",
    "/applications/take",
    "/applications/reassign",
    "/applications/put-back",
    "/absences",
    "/absences/{absence_id}/end",
    "/conflicts",
    "/conflicts/{conflict_id}/lift",
    "/opinion-templates",
    "/opinion-templates/{template_id}/change",
    "/opinion-templates/{template_id}/remove",
    "/opinion-templates/preview",
    "/meetings",
    "/meetings/{meeting_id}/change",
    "/meetings/{meeting_id}/minutes",
    "/meetings/{meeting_id}/votes",
    "/meetings/{meeting_id}/propose",
    "/meetings/{meeting_id}/conclude",
    "/meetings/{meeting_id}/send-back",
    "/meetings/{meeting_id}/call-off",
}
BUREAU_READS = {
    "/meetings/export.{file_form}",
    "/applications/{case_id}/looks",
    "/applications/{case_id}/approval-sheet",
    "/applications/{case_id}/priorities",
    "/applications/{case_id}/approval-levels",
    "/applications/{case_id}/effect",
    "/applications/{case_id}/opinion-templates",
    "/meetings",
    "/meetings/{meeting_id}",
    "/staff",
    "/opinion-templates",
    "/absences",
    "/conflicts",
    "/case-flow",
    "/case-flow/cases",
    "/case-flow/cases/export.{file_form}",
}
CHANGES = {
    "/loans/{loan_id}/changes",
    "/loan-changes/{change_id}/recommend",
    "/loan-changes/{change_id}/approve",
    "/loan-changes/{change_id}/refuse",
}
"""Shown to be closed to other banks and roles in test_loan_changes."""
DRAWS = {
    "/loans/{loan_id}/draws",
    "/loans/{loan_id}/draws/{draw_no}/undo/request",
    "/loans/{loan_id}/draws/{draw_no}/undo",
}
"""Shown to be closed to other banks and roles in test_draws."""
PAPERS = {
    "/documents",
    "/documents/{document_id}",
    "/documents/{document_id}/content",
    "/documents/{document_id}/looks",
    "/documents/{document_id}/links",
    "/documents/{document_id}/notes",
    "/documents/{document_id}/pages",
    "/documents/{document_id}/pages/{page}",
    "/documents/{document_id}/withdraw",
    "/document-links/{token}",
    "/applications/{case_id}/checklist",
}
"""Shown to be closed to other banks and roles in papers/."""
BULK = {
    "/bulk-files",
    "/bulk-files/{file_id}",
    "/bulk-files/{file_id}/rows",
    "/bulk-files/{file_id}/wrong-rows",
}
"""Shown to be closed to other banks and roles in test_bulk_files; its rows go in as single ones."""
DRAFTS = {
    "/drafts",
    "/drafts/{draft_id}",
    "/drafts/{draft_id}/check",
    "/drafts/{draft_id}/submit",
}
"""Shown to be closed to other banks and to the bureau in test_drafts."""
DEMANDS = {
    "/financing-demands/export.{file_form}",
    "/financing-demands",
    "/financing-demand-funnel",
    "/financing-demands/{demand_id}",
    *(
        f"/financing-demands/{{demand_id}}/{step}"
        for step in ("offers", "answer", "match", "put-back", "link", "end")
    ),
    "/parks",
    "/parks/{park_code}",
    "/parks/{park_code}/years",
    "/parks/{park_code}/loans",
    "/survey-imports",
    "/surveys/{kind}",
    "/survey-imports/{import_id}",
    "/survey-imports/{import_id}/wrong-rows",
    "/survey-templates/{kind}",
}
"""Shown to be closed to other banks and roles in demands/."""
OF_DEMANDS = {"demand_offers", "demand_answers"}
RIGHTS = {"/rights/pledged", "/rights/enquiries"}
"""Shown to name nobody, and to be closed to other roles, in test_right_enquiries."""
REGISTER = {
    ("GET", "/rights"),
    ("POST", "/rights"),
    ("GET", "/rights/{right_id}"),
    ("POST", "/rights/{right_id}/burdens"),
    ("POST", "/right-burdens/{burden_id}/end"),
    ("GET", "/endangered-rights"),
    ("GET", "/register-due-days"),
    ("GET", "/register-due-days/export.{file_form}"),
    ("GET", "/applications/{case_id}/register-due"),
    ("GET", "/register-extracts"),
    ("GET", "/register-extracts/export.{file_form}"),
    ("GET", "/templates/extracts.xlsx"),
    ("GET", "/register-extracts/{extract_id}"),
    ("GET", "/register-extracts/{extract_id}/rows"),
    ("POST", "/register-extracts/{extract_id}/take-over"),
    ("GET", "/pledge-records"),
    ("GET", "/pledge-records/export.csv"),
    ("GET", "/pledge-records/export.xlsx"),
    ("POST", "/right-alerts/{alert_id}/measures"),
    ("GET", "/rights/{right_id}/valuations"),
    ("POST", "/rights/{right_id}/valuations"),
    ("GET", "/cover-shortfalls"),
    ("GET", "/valuation-statistics"),
    ("GET", "/firms"),
    ("GET", "/firms/export.{file_form}"),
    ("GET", "/rights/export.{file_form}"),
    ("GET", "/firms/{uscc}"),
    ("GET", "/templates/rights.xlsx"),
    ("GET", "/applications/{case_id}/pledges"),
    ("GET", "/applications/{case_id}/pledge-files"),
    ("GET", "/applications/{case_id}/pledge-files/{register_code}"),
    *(
        ("POST", f"/pledges/{{pledge_id}}/{step}")
        for step in ("change", "extend", "cancel", "invalidate", "confirm-cover")
    ),
}
"""Shown to be closed to other banks and roles in rights/."""
LISTED = {
    ("GET", "/credit-lists"),
    ("GET", "/listed-firms"),
    ("GET", "/listed-firms/{entry_id}"),
    ("GET", "/listed-firm-matches"),
    ("POST", "/listed-firms/{entry_id}/verdicts"),
    ("POST", "/listed-firms/{entry_id}/repairs"),
    ("GET", "/credit-repairs"),
    ("GET", "/credit-repairs/{repair_id}"),
    *(
        ("POST", f"/credit-repairs/{{repair_id}}/{step}")
        for step in ("recommend", "approve", "refuse")
    ),
    ("GET", "/list-imports"),
    ("GET", "/list-imports/{import_id}"),
    ("GET", "/templates/lists.xlsx"),
    ("GET", "/banks/{code}/data-quality"),
    ("GET", "/banks/{code}/data-quality/{measure}"),
}
"""Shown to be closed to other banks and roles in lists/ and test_data_quality."""
AROUND = {
    ("POST", "/policies"),
    ("GET", "/policies"),
    ("GET", "/policies/export.{file_form}"),
    ("GET", "/policies/{policy_id}"),
    ("POST", "/policies/{policy_id}/endorse"),
    ("POST", "/policies/{policy_id}/end"),
    ("GET", "/policy-totals"),
    ("GET", "/applications/{case_id}/enhancements"),
    ("POST", "/applications/{case_id}/guarantees"),
    ("GET", "/guarantees"),
    ("GET", "/guarantees/{guarantee_id}"),
    ("POST", "/guarantees/{guarantee_id}/change"),
    ("POST", "/guarantees/{guarantee_id}/end"),
    ("POST", "/applications/{case_id}/co-investments"),
    ("GET", "/co-investments"),
    ("GET", "/co-investment-totals"),
    ("POST", "/co-investments/{co_investment_id}/pay"),
    ("POST", "/co-investments/{co_investment_id}/withdraw"),
    ("POST", "/due-diligence-reports"),
    ("GET", "/due-diligence-reports"),
    ("GET", "/due-diligence-reports/export.{file_form}"),
    ("POST", "/applications/{case_id}/cover-calls"),
    ("GET", "/cover-calls"),
    ("GET", "/cover-calls/export.{file_form}"),
    ("GET", "/firms/{uscc}/cover"),
    ("POST", "/firms/{uscc}/cover-calls"),
    ("GET", "/cover-calls/{call_id}"),
    ("POST", "/cover-calls/{call_id}/measures"),
    ("POST", "/cover-calls/{call_id}/measures/{measure_id}/judge"),
    ("POST", "/cover-calls/{call_id}/measures/{measure_id}/release"),
    ("POST", "/cover-calls/{call_id}/propose"),
    ("POST", "/cover-calls/{call_id}/send-back"),
    ("POST", "/cover-calls/{call_id}/conclude"),
}
"""Shown to be closed to other banks and roles in around/ and rights/test_cover_calls."""
GROUPS = {
    ("GET", "/related-firms"),
    ("POST", "/related-firms"),
    ("GET", "/related-firms/{membership_id}"),
    ("POST", "/related-firms/{membership_id}/end"),
}
"""Shown to be closed to every bank in test_related_firms."""
AUDITS = {
    ("POST", "/audit-samples"),
    ("GET", "/audit-samples"),
    ("GET", "/audit-samples/{sample_id}"),
    ("GET", "/audit-samples/{sample_id}/again"),
    ("GET", "/audit-samples/{sample_id}/export.{file_form}"),
    ("GET", "/trails/{loan_id}"),
}
"""Of auditors alone: tests/e2e/roles.csv, tests/console/test_audit.py."""
OWN_WORK = {("GET", "/my-acts"), ("GET", "/my-figures")}
"""What whoever asks has done, and the figures of his own rows: tests/console/test_first_pages.py."""
FOR_ALL = {
    "/banks",
    "/banks/{code}",
    "/pools",
    "/pools/{code}/modes",
    "/pools/{code}/modes/{mode}/facts",
    "/pools/{code}/modes/{mode}/template.csv",
    "/pools/{code}/modes/{mode}/template.xlsx",
    "/templates/positions.csv",
    "/templates/positions.xlsx",
    "/to-do/figures",
}
LISTS = {
    "/to-do", "/applications", "/applications/export.{file_form}", "/loans", "/loan-requests",
    "/statistics", "/queue", "/queue/export.{file_form}",
}  # fmt: skip
READS = {
    "/applications/{case_id}",
    "/applications/{case_id}/whole",
    "/applications/{case_id}/history",
    "/applications/{case_id}/conditions",
    "/applications/{case_id}/timeline",
    "/applications/{case_id}/chain",
    "/applications/{case_id}/checks",
    "/applications/{case_id}/revisions",
    "/loans/{loan_id}",
    "/loans/{loan_id}/positions",
    "/loans/{loan_id}/changes",
    "/loans/{loan_id}/draws",
}


def routes() -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for router in SERVICE.routers
        for route in router.routes
        for method in route.methods
    }


def test_every_route_stands_in_one_of_these_lists():
    steps = {
        path.replace("/1/", "/{condition_no}/").replace(LETTER, "{letter_id}")
        for path in LOAN_STEPS
    }
    known = {("POST", path) for path in (*steps, *FOR_THE_BUREAU, *CHANGES, *DRAWS)}
    known |= {("GET", path) for path in LISTS | READS | FOR_ALL | BUREAU_READS}
    known |= {("POST", "/applications"), ("POST", "/positions"), ("POST", "/banks")}
    known |= REGISTER | LISTED | AROUND | GROUPS | AUDITS | OWN_WORK
    known |= {("PATCH", "/banks/{code}")}
    known |= {("POST", "/bank-imports"), ("GET", "/bank-import-template")}
    # Shown to tell nobody's in test_pre_checks.
    known |= {("POST", "/pre-checks")}
    known |= {("POST", "/rights/pledged"), ("GET", "/rights/enquiries")}
    assert {path for _, path in known - REGISTER if path.startswith("/rights")} == RIGHTS

    assert {
        route for route in routes() if route[1] not in PAPERS | BULK | DRAFTS | DEMANDS
    } == known
    assert {path for _, path in routes()} >= PAPERS | BULK | DRAFTS | DEMANDS


async def test_another_banks_case_is_not_there_on_any_route(office: Office):
    case = await office.lends()
    await office.reports("2026-03", position())
    stranger = office.bank(CCB)

    for path in READS:
        answer = await stranger.get(path.format(case_id=case["id"], loan_id=case["id"]))
        assert answer.status_code == 404, path
        own = await office.bank().get(path.format(case_id=case["id"], loan_id=case["id"]))
        assert own.status_code == 200, path
    for path, body in LOAN_STEPS.items():
        answer = await stranger.post(path.format(case_id=case["id"]), json=body)
        assert answer.status_code == 404, path
    for path in FOR_THE_BUREAU:
        ids = {"condition_no": 1} | dict.fromkeys(
            ("case_id", "absence_id", "conflict_id", "template_id", "meeting_id"), case["id"]
        )
        answer = await stranger.post(path.format(**ids), json={})
        assert answer.status_code in (403, 422), path
    for path in BUREAU_READS:
        for person in (stranger, office.bank()):
            answer = await person.get(
                path.format(case_id=case["id"], meeting_id=case["id"], file_form="csv")
            )
            assert answer.status_code == 403, path
    for path, asked in (("/applications", {"q": "DL"}), ("/loans", {"loan_no": "JJ-1"})):
        for query in ({}, {"bank": ICBC}, asked):
            assert (await stranger.get(path, params=query)).json()["items"] == [], path
    assert case["number"] not in (await stranger.get("/applications/export.csv")).text
    assert case["number"] in (await office.bank().get("/applications/export.csv")).text
    await office.post(office.bank(), case, "undo-disbursement/request", {"reason": "误报"})
    assert len((await office.bank().get("/loan-requests")).json()["items"]) == 1
    assert (await stranger.get("/loan-requests")).json()["items"] == []
    assert (await stranger.get("/statistics")).json() == {"cases": [], "loans": []}
    verdict = (await office.reports("2026-03", position(), bank=CCB))["verdicts"][0]
    assert (verdict["accepted"], verdict["errors"][0]["code"]) == (False, "loan-unknown")
    by_id = {**position(), "loan_id": case["id"]}
    del by_id["loan_no"]
    verdict = (await office.reports("2026-03", by_id, bank=CCB))["verdicts"][0]
    assert verdict["errors"][0]["code"] == "loan-unknown"


async def test_a_case_that_is_not_there_answers_as_another_banks_does(office: Office):
    case = await office.submits()
    stranger = office.bank(CCB)

    foreign = (await stranger.get(f"/applications/{case['id']}")).json()
    missing = (await stranger.get(f"/applications/{uuid4()}")).json()

    hidden = ("request_id", "trace_id")
    assert {k: v for k, v in foreign.items() if k not in hidden} == {
        k: v for k, v in missing.items() if k not in hidden
    }


async def rows_seen(
    url: str, institution: str | None, tables: set[str] = WITH_A_BANKS_ROWS
) -> dict[str, int]:
    """How many rows the working role sees of each table, looking as an institution or as none."""
    conn = await asyncpg.connect(url)
    try:
        async with conn.transaction():
            if institution is not None:
                await look_as(conn, institution)
            return {table: await conn.fetchval(f"select count(*) from {table}") for table in tables}
    finally:
        await conn.close()


async def test_the_database_itself_shows_a_bank_its_own_rows_only(office: Office):
    case = await office.lends(matures_on="2026-09-02", first="999999.00", draws_until="2026-04-30")
    assert (await office.draws(case, "1.00", "PZ-1")).status_code == 200
    await office.reports("2026-03", position())
    asked = await office.bank().post(
        f"/loans/{case['id']}/changes",
        json={
            "kind": "extension", "matures_on": "2027-03-02", "reason": "回款周期延长",
            "plan": "到期还本", "papers": [document("extension_agreement")],
        },
    )  # fmt: skip
    assert asked.status_code == 201, asked.text
    question = {"rights": [{"kind": "invention", "number": patent()}]}
    assert (await office.bank().post("/rights/pledged", json=question)).status_code == 200
    await gone_through(office, lines([submission()]))
    url = office.service.context.database.url

    for institution in (ICBC, "*"):
        assert all((await rows_seen(url, institution)).values()), institution
    for institution in (CCB, "", None, "%", "ICBC-T_"):
        seen = await rows_seen(url, institution)
        assert set(seen.values()) == {0}, institution


async def test_no_bank_sees_a_row_of_the_bureaus_own_desk(office: Office):
    case = await office.submits()
    for name in ("wang", "zhao"):
        await office.case(case, by=office.reviewer(name))
    url = office.service.context.database.url
    manager = office.staff("wu", "pool_manager")
    day = str(office.now.date())
    for path, body in (
        ("/absences", {"subject": "wang", "delegate": "zhao", "from_day": day, "to_day": day}),
        ("/conflicts", {"subject": "wang", "case": case["id"]}),
        (f"/applications/{case['id']}/priority", {"priority": 1}),
    ):
        answer = await manager.post(path, json=body | {"reason": "x"})
        assert answer.is_success, answer.text
    group = {"group_name": "x", "uscc": FIRM, "name": "x", "basis": "key_persons", "from_day": day}
    said = await manager.post("/related-firms", json=group | {"reason": "x"})
    assert said.status_code == 201, said.text
    for subject in ("li", "gao"):
        await office.staff(subject, "leader").get("/queue")
    other = await office.submits(collateral=[right()])
    await office.recommends(other)
    seats = [{"subject": "gao", "part": "chair"}, {"subject": "li"}]
    meeting = {"pool_code": "dongli", "held_on": day, "place": "x", "quorum": 1,
               "members": seats, "cases": [other["id"]]}  # fmt: skip
    convened = await manager.post("/meetings", json=meeting)
    assert convened.status_code == 201, convened.text
    vote = {"case": other["id"], "vote": "for", "reason": "x"}
    voted = await office.staff("gao", "leader").post(
        f"/meetings/{convened.json()['id']}/votes", json=vote
    )
    assert voted.status_code == 200, voted.text
    filled = THE_BUREAUS_OWN - {"opinion_templates"}

    assert all((await rows_seen(url, "*", filled)).values())
    for institution in (ICBC, "", None):
        seen = await rows_seen(url, institution, THE_BUREAUS_OWN)
        assert set(seen.values()) == {0}, institution


async def test_the_working_role_cannot_write_rows_for_another_bank(office: Office):
    await office.lends()
    database = office.service.context.database

    async with database.begin(CCB) as conn:
        assert await conn.execute("update loans set outstanding_fen = 0") == "UPDATE 0"
        assert await conn.execute("update applications set state = 'closed'") == "UPDATE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.begin(CCB) as conn:
            await conn.execute(
                """
                insert into borrowers values
                    ('ICBC-TJ', '91450200198229141F', 'x', '2020-01-01', true, null, now(), now())
                """
            )


async def test_a_bank_sees_counts_of_its_own_alone_added_up_or_due(office: Office):
    await office.lends()
    await office.submits(bank=CCB)
    database = office.service.context.database
    for added_up in (False, True):
        if added_up:
            async with database.begin("*") as conn:
                await case_counts.add_up(conn)
                await value_counts.count_anew(conn, now=office.service.context.clock.now())
        async with database.begin(CCB) as conn:
            seen = {
                row["bank_code"]
                for table in sorted(COUNTED)
                for row in await conn.fetch(f"select bank_code from {table}")
            }
            assert seen == {CCB}
            assert await conn.fetchval("select count(*) from case_flow_counts") == 0


async def test_the_working_role_owns_no_table_and_every_table_with_a_bank_is_guarded(
    office: Office,
):
    async with office.service.context.database.begin("*") as conn:
        tables = await conn.fetch(
            """
            select c.relname as name, c.relrowsecurity as guarded,
                   pg_get_userbyid(c.relowner) as owner,
                   exists (select from pg_attribute a where a.attrelid = c.oid
                           and a.attname = 'bank_code') as has_bank
            from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
            """
        )
        me = await conn.fetchval("select current_user")

    assert len(tables) > 15
    assert {row["owner"] for row in tables} == {"applications_owner"} and me == "applications"
    assert [row["name"] for row in tables if row["has_bank"] and not row["guarded"]] == []
    assert {row["name"] for row in tables if row["has_bank"]} == {
        *WITH_A_BANKS_ROWS,
        *OF_PAPERS,
        *OF_LISTS,
        *OF_RIGHTS,
        *OF_THE_DESK,
        *OF_INTAKE,
        *OF_DEMANDS,
        *AROUND_LOANS,
        *OF_AUDITORS,
        *COUNTED,
        "bank_suspensions",
        "waits",
    }
