"""Addresses of pages that no link of a book leads to, made from its rows.

A link leads to what is there to click; a page behind a choice, a form or a rare case is reached by its
address alone. Each route that names a row is given one, where the book has any.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final, NamedTuple

import asyncpg


class Row(NamedTuple):
    """A page: as whom it is looked at, whose database has its row, and the parts of its address."""

    person: str
    service: str
    sql: str
    query: str = ""
    """What stands behind the path, with the same parts."""


_OF_CLAIM: Final = "select id as claim_id from claims where state = '{}' limit 1"
_LOAN: Final = "select loan_id from coverages where state = 'active' order by loan_id desc limit 1"
_OF_ICBC: Final = """
    select loan_id from coverages where state = 'active' and bank_code = 'ICBC' order by loan_id desc limit 1
"""
_STATEMENT: Final = """
    select s.pool_code as code, s.month, told.party_code as party
    from settlement_statements as told join settlements as s on s.id = told.settlement_id
    where told.party_code <> s.pool_code order by s.month desc limit 1
"""
_POOL: Final = "select code from pools order by code limit 1"
ROWS: Final[Mapping[str, Row]] = {
    "/adjustments/{adjustment_id}": Row(
        "finance-qian", "risk_pool", "select id as adjustment_id from adjustments limit 1"
    ),
    "/pools/{code}/account/statements/{statement_id}": Row(
        "finance-sun",
        "risk_pool",
        "select pool_code as code, id as statement_id from account_statements limit 1",
    ),
    "/pools/{code}/account/reconciliation": Row("finance-qian", "risk_pool", _POOL),
    "/pools/{code}/account/work": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/account/matches": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/account/suspense": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/figures": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/alliance": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/opening": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/run-off": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/breakers": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/waiting-line": Row("reviewer-lin", "risk_pool", _POOL),
    "/pools/{code}/top-ups": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/payments": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/templates": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/foresight": Row("leader-gao", "risk_pool", _POOL),
    "/pools/{code}/loan-packages": Row("manager-wu", "risk_pool", _POOL),
    "/pools/{code}/public-notices/new": Row("reviewer-lin", "risk_pool", _POOL),
    "/pools/{code}/disputes": Row("finance-qian", "risk_pool", _POOL),
    "/pools/{code}/warnings": Row("reviewer-lin", "risk_pool", _POOL),
    "/pools/{code}/settlements": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/cash/new": Row("finance-sun", "risk_pool", _POOL),
    "/pools/{code}/banks/{bank}": Row(
        "manager-wu",
        "risk_pool",
        "select pool_code as code, code as bank from parties where role = 'bank' limit 1",
    ),
    "/pools/{code}/settlements/{month}/parties/{party}/disputes": Row(
        "finance-sun", "risk_pool", _STATEMENT
    ),
    "/pools/{code}/settlements/{month}/parties/{party}": Row(
        "finance-sun", "risk_pool", _STATEMENT
    ),
    "/pools/{code}/settlements/{month}/lines": Row("finance-sun", "risk_pool", _STATEMENT),
    "/pools/{code}/settlements/{month}/restated": Row("finance-sun", "risk_pool", _STATEMENT),
    "/pools/{code}/reports/policies": Row("manager-wu", "risk_pool", _POOL, "?period=2025"),
    "/pools/{code}/reports/loans": Row(
        "manager-wu", "risk_pool", _POOL, "?measure=covered&period=2025-11&by=bank"
    ),
    "/reports/loans": Row(
        "leader-gao", "risk_pool", _POOL, "?measure=covered&period=2025-11&by=bank"
    ),
    "/cockpit/cases": Row(
        "leader-gao", "risk_pool", _POOL, "?counted=filed&first=2025-01-01&last=2025-12-31"
    ),
    "/audit/samples/{service}/{sample_id}": Row(
        "auditor-zhou",
        "risk_pool",
        "select 'risk_pool' as service, id as sample_id from audit_samples limit 1",
    ),
    "/audit/ledgers/{code}": Row("auditor-zhou", "risk_pool", _POOL),
    "/audit/trail/{loan_id}": Row("auditor-zhou", "risk_pool", _LOAN),
    "/bulk/claims/{file_id}": Row(
        "icbc-operator", "risk_pool", "select id as file_id from claim_files limit 1"
    ),
    "/bulk/{file_id}": Row(
        "icbc-operator",
        "applications",
        "select id as file_id from bulk_files where document_id is null limit 1",
    ),
    "/calendar/changes/{number}": Row(
        "manager-wu", "risk_pool", "select number from calendar_changes limit 1"
    ),
    "/claims/new": Row("icbc-operator", "risk_pool", _OF_ICBC, "?loan_id={loan_id}"),
    "/claims/{claim_id}/edit": Row("icbc-operator", "risk_pool", _OF_CLAIM.format("draft")),
    "/claims/{claim_id}/collection": Row("icbc-operator", "risk_pool", _OF_CLAIM.format("paid")),
    "/inbox/confirm/{subscription_id}": Row(
        "reviewer-lin", "notifications", "select id as subscription_id from subscriptions limit 1"
    ),
    "/inbox/messages/{message_id}": Row(
        "admin",
        "notifications",
        "select message_id from deliveries order by id desc limit 1",
    ),
    "/inbox/receivers/{kind}/{receiver_id}": Row(
        "admin",
        "notifications",
        "select 'endpoints' as kind, id as receiver_id from endpoints limit 1",
    ),
    "/templates/{event_type}": Row(
        "admin", "notifications", "select 'claim.paid.v1' as event_type"
    ),
    "/register/cover-calls/{call_id}": Row(
        "reviewer-lin", "applications", "select id as call_id from cover_calls limit 1"
    ),
    "/register/extracts/{extract_id}": Row(
        "reviewer-lin",
        "applications",
        "select id as extract_id from bulk_files where document_id is not null limit 1",
    ),
    "/register/list-imports/{import_id}": Row(
        "reviewer-lin", "applications", "select id as import_id from list_imports limit 1"
    ),
    "/register/listed/{entry_id}": Row(
        "reviewer-lin", "applications", "select id as entry_id from listed_firms limit 1"
    ),
    "/register/repairs/{repair_id}": Row(
        "reviewer-lin", "applications", "select id as repair_id from credit_repairs limit 1"
    ),
    "/register/rights/{right_id}": Row(
        "reviewer-lin", "applications", "select id as right_id from rights limit 1"
    ),
    "/surveys/{import_id}": Row(
        "manager-wu", "applications", "select id as import_id from survey_imports limit 1"
    ),
    "/parks/{code}": Row("manager-wu", "applications", "select code from park_statements limit 1"),
    "/demands/{demand_id}": Row(
        "reviewer-lin", "applications", "select id as demand_id from financing_demands limit 1"
    ),
    "/meetings/{meeting_id}": Row(
        "manager-wu", "applications", "select id as meeting_id from meetings limit 1"
    ),
    "/cases/{case_id}/pledge-files": Row(
        "icbc-operator",
        "applications",
        "select id as case_id from applications where state = 'reserved' limit 1",
    ),
    "/cases/{case_id}/firm": Row(
        "reviewer-lin", "applications", "select id as case_id from applications limit 1"
    ),
    "/intake/cases/{case_id}": Row(
        "icbc-operator",
        "applications",
        "select id as case_id from applications where state = 'returned' limit 1",
    ),
    "/intake/renewals/{case_id}": Row(
        "icbc-operator",
        "applications",
        "select id as case_id from applications where state = 'disbursed' and bank_code like 'ICBC%' limit 1",
    ),
    "/intake/drafts/{draft_id}": Row(
        "icbc-operator", "applications", "select id as draft_id from application_drafts limit 1"
    ),
    "/quality/{code}": Row("reviewer-lin", "applications", "select code from banks limit 1"),
    "/quality/{code}/{measure}": Row(
        "reviewer-lin", "applications", "select code, 'returned' as measure from banks limit 1"
    ),
    "/coverages/{loan_id}/dispose": Row("icbc-operator", "risk_pool", _OF_ICBC),
    "/coverages/{loan_id}/warn": Row("reviewer-lin", "risk_pool", _LOAN),
    "/disposals/{disposal_id}": Row(
        "finance-sun", "risk_pool", "select id as disposal_id from disposals limit 1"
    ),
    "/disputes/{dispute_id}": Row(
        "finance-qian", "risk_pool", "select id as dispute_id from disputes limit 1"
    ),
    "/loan-packages/{package_id}": Row(
        "manager-wu", "risk_pool", "select id as package_id from loan_packages limit 1"
    ),
    "/objections/{objection_id}": Row(
        "finance-qian", "risk_pool", "select id as objection_id from objections limit 1"
    ),
    "/openings/{opening_id}": Row(
        "finance-sun", "risk_pool", "select id as opening_id from openings limit 1"
    ),
    "/payment-files/{file_id}": Row(
        "finance-sun", "risk_pool", "select id as file_id from payment_files limit 1"
    ),
    "/people/duties/{number}": Row(
        "manager-wu", "risk_pool", "select number from pool_duty_cases limit 1"
    ),
    "/programmes/{programme}/{number}": Row(
        "manager-wu", "risk_pool", "select programme, number from programme_versions limit 1"
    ),
    "/public-notices/{notice_id}": Row(
        "reviewer-lin", "risk_pool", "select id as notice_id from public_notices limit 1"
    ),
    "/public/notices/{number}": Row(
        "reviewer-lin", "risk_pool", "select number from public_notices limit 1"
    ),
    "/public/notices/{number}/objections": Row(
        "reviewer-lin", "risk_pool", "select number from public_notices limit 1"
    ),
    "/recoveries/{recovery_id}": Row(
        "finance-qian", "risk_pool", "select id as recovery_id from recoveries limit 1"
    ),
    "/subsidies/{subsidy_id}": Row(
        "finance-qian", "risk_pool", "select id as subsidy_id from subsidies limit 1"
    ),
    "/warnings/{warning_id}": Row(
        "reviewer-lin", "risk_pool", "select id as warning_id from warnings limit 1"
    ),
    "/setup/{name}": Row("manager-wu", "risk_pool", "select 'bank' as name"),
    "/cash/{entry_id}": Row(
        "finance-qian", "risk_pool", "select id as entry_id from cash_entries limit 1"
    ),
    "/explain/{address:path}": Row(
        "auditor-zhou",
        "risk_pool",
        "select 'balance/' || code || '/cash' as \"address:path\" from pools limit 1",
    ),
    "/find/part": Row("reviewer-lin", "risk_pool", "select 1", "?q=DL"),
    "/public/objections": Row("reviewer-lin", "risk_pool", "select 1"),
    "/programmes/new": Row("manager-wu", "risk_pool", "select 1"),
    "/audit": Row("auditor-zhou", "risk_pool", "select 1"),
    "/audit/trail": Row("auditor-zhou", "risk_pool", "select 1"),
    "/looks": Row("auditor-zhou", "risk_pool", "select 1"),
    "/parked": Row("admin", "risk_pool", "select 1"),
    "/bulk/claims": Row("icbc-operator", "risk_pool", "select 1"),
    "/drafts": Row("icbc-operator", "risk_pool", "select 1"),
    "/intake/new": Row("icbc-operator", "risk_pool", _POOL, "?pool={code}"),
}
"""Route → what makes its address. A route without parts stands here where it needs a question."""


async def made(
    connections: Mapping[str, asyncpg.Connection], routes: Iterable[str]
) -> AsyncIterator[tuple[str, str, str]]:
    """(Route, address, person) of each of these routes of which the book has a row. The connections are
    to the services' databases, with the eyes of the house."""
    for route in routes:
        row = ROWS.get(route)
        if row is None:
            if "{" not in route:
                yield route, route, "manager-wu"
            continue
        found = await connections[row.service].fetchrow(row.sql)
        if found is not None:
            path = route + row.query
            for name, value in found.items():
                path = path.replace("{" + name + "}", str(value))
            yield route, path, row.person
