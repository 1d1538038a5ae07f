"""Every unique index has an answer for the second one of two at once, or nobody can hit it."""

import asyncio
from collections.abc import Mapping

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.http import problems
from shared.observability import telemetry
from shared.postgres.collisions import Collision
from shared.postgres.database import EVERYWHERE, Database

_UNIQUE = """
    select index.relname as name, pg_get_indexdef(unique_index.indexrelid) as definition
    from pg_index as unique_index
    join pg_class as index on index.oid = unique_index.indexrelid
    join pg_class as held on held.oid = unique_index.indrelid
    join pg_namespace as place on place.oid = held.relnamespace
    where unique_index.indisunique and place.nspname = 'public'
"""

OF_THE_HOUSE = {
    "alembic_version_pkc", "calendar_overrides_pkey", "calendar_years_pkey",
    "archived_pkey", "calendar_changes_taken_pkey", "event_feed_pkey", "idempotency_keys_pkey",
    "ended_logins_pkey", "ended_bank_logins_pkey", "people_seen_pkey", "pool_duties_pkey", "inbox_pkey", "parked_event_id_key", "parked_pkey", "sandbox_clock_pkey", "standby_beat_pkey", "told_counts_pkey",
    "heard_counts_pkey", "waits_open", "waits_to_fill_pkey", "told_epochs_pkey",
    "told_epochs_id_key", "told_batches_pkey", "told_again_pkey", "heard_epochs_pkey",
    "heard_epochs_number_key", "heard_offsets_pkey", "restores_pkey", "bank_topics_pkey",
}  # fmt: skip
"""Written by the machine alone, or with `on conflict`."""

GIVES_WAY: Mapping[str, frozenset[str]] = {
    "applications": frozenset({
        "applications_number_key",  # from a block of numbers that is taken under its row's lock
        "bank_suspensions_pkey", "closed_months_pkey", "published_schemes_pkey", "pools_pkey",
        "number_blocks_pkey", "borrowers_pkey", "banks_pkey",  # on conflict
        "register_duties_pkey", "register_duties_to_count_pkey",  # on conflict
        "days_over_counts_pkey", "document_uses_pkey", "stored_documents_once",
        "staff_pkey", "conflicts_once", "bulk_taken_pkey", "rights_kind_number_nice_class_key",
        "right_burden_ends_pkey", "right_alerts_application_id_collateral_no_code_due_on_key",
        "policies_number_once", "guarantees_number_once_in_a_case", "enhancements_renews_key",
        "right_statements_pkey",  # an identity
        "days_over_pkey", "right_looks_pkey",  # one row that is there from the start
        "pools_by_prefix",  # said by the pool, whose own database has it once
        # Of a case whose row is locked.
        "case_moves_pkey", "collateral_pkey", "documents_pkey", "draws_pkey",
        "pledge_registrations_pkey", "valuations_pkey", "conditions_pkey",
        "enhancement_versions_pkey",  # of a policy or a guarantee that is locked
        "bulk_rows_pkey", "bulk_would_take_pkey",  # of a file whose row is locked
        "extract_rows_pkey", "extract_takings_pkey",  # the same
        "superseded_revisions_pkey", "application_drafts_began",
        "application_drafts_open",  # on conflict
        "financing_demands_number_key",  # from a block of numbers that is taken under its row's lock
        "demand_offers_pkey", "listed_firms_told_pkey", "meeting_votes_pkey",  # on conflict
        "meeting_members_pkey", "meeting_cases_pkey",  # of one call, asked for twice before
        "list_editions_pkey", "park_statements_pkey",  # written once, under a lock
        "case_counts_pkey", "case_flow_counts_pkey", "loan_counts_pkey",  # on conflict
        "counts_begun_once",  # under a lock
        "value_counts_pkey", "value_counts_made_once",  # made anew under a lock
    }),
    "risk_pool": frozenset({
        # From a counter that is held until the commit.
        "pool_duty_cases_number_key",  # under the lock of numbers
        "calendar_changes_number_key",  # under the calendar's lock
        "account_bookings_number_key", "adjustments_number_key", "agreed_figures_number_key",
        "cash_entries_number_key", "cooperation_agreements_number_key",
        "disputes_number_key", "openings_number_key", "top_up_calls_number_key",
        "loan_packages_number_key", "claims_number_key", "recoveries_number_key", "subsidies_number_key",
        "disposals_number_key", "public_notices_number_key", "objections_number_key",
        # On conflict.
        "account_balances_pkey", "breakers_pkey", "claim_trials_pkey", "coverages_pkey",
        "listed_firms_pkey", "loan_pledges_pkey", "insurance_policies_pkey",
        "number_series_pkey", "parties_pkey", "pools_pkey", "positions_pkey",
        "published_schemes_pkey", "shown_trials_pkey", "account_movement_tallies_pkey",
        "producers_told_pkey", "producers_told_until_pkey", "signed_statements_pkey",
        "pool_accounts_number_once", "pool_accounts_number_canonical",  # its table answers for it
        "payment_files_number_key",  # from a counter
        "payment_orders_end_to_end_key", "payment_orders_entry_id_key",
        "payment_orders_file_id_position_key",
        # Of a pool that is locked, and asked for before.
        "loan_package_rows_pkey", "loan_package_rows_package_id_loan_id_key",
        "public_notice_cases_pkey", "public_notice_cases_notice_id_case_id_key",
        "public_notices_corrected_once",
        "payment_orders_item_once", "payment_status_reports_once",
        "month_reminders_once_a_day", "collection_reminders_pkey", "openings_one_live",
        "cooperation_agreements_one_in_force", "planned_money_pkey", "run_offs_one_of_a_pool",
        "warnings_once",
        # Of a pool and a case that are locked, written once with the move that is refused twice.
        "account_line_tallies_pkey", "account_lines_in_order", "account_lines_once",
        "account_match_parts_pkey", "account_match_undos_pkey",
        "breaker_evaluations_once_a_month", "case_moves_pkey", "case_papers_pkey",
        "cash_entries_reference_once",
        "cash_entries_reversed_once", "claim_limits_pkey",
        "claim_payments_pkey", "claim_shares_pkey", "claim_steps_claim_id_review_step_key",
        "claim_steps_pkey", "draws_pkey", "open_items_pkey", "recovery_shares_pkey", "settlement_findings_pkey",
        "opening_rows_loan", "opening_rows_pkey", "settlement_carried_pkey",
        "settlement_lines_pkey", "settlement_loans_pkey", "settlement_movements_pkey",
        "settlement_statements_pkey", "statements_to_send_pkey", "transfers_pkey",
        "warning_looks_pkey", "objection_counts_pkey",  # on conflict
        "claim_file_rows_pkey",  # of a file that is new, each line once
        "book_counts_pkey", "closed_cases_pkey",  # on conflict
        "position_moves_pkey", "looks_ahead_pool_code_day_question_key",  # on conflict
        "book_counts_through_once",  # one row that is there from the start
        "warning_measures_pkey", "disposal_rights_pkey", "disposal_rounds_pkey",
        "disposal_costs_pkey", "collection_steps_pkey", "collection_instalments_pkey",
    }),
    "notifications": frozenset({
        # On conflict, or of a row that is locked.
        "attempts_delivery_id_number_key", "case_moves_pkey",
        "deliveries_message_id_receiver_id_key", "messages_event_id_institution_key",
        "pool_banks_pkey", "read_marks_pkey", "read_up_to_pkey", "stand_ins_pkey",
        "digest_entries_pkey", "names_by_code_pkey", "open_deadlines_pkey", "confirmations_pkey",
        "messages_position_key",  # an identity
        "pool_programmes_pkey",  # on conflict
        "templates_edition", "templates_in_force", "templates_draft",  # of a place that is locked
    }),
}  # fmt: skip
"""By service: indexes whose violation no request can reach, and why."""


@pytest.mark.parametrize("service", [APPLICATIONS, RISK_POOL, NOTIFICATIONS], ids=lambda s: s.name)
async def test_every_unique_index_tells_the_second_one_something_or_cannot_be_hit(
    database_of, service
):
    fresh = await database_of(service.name)
    conn = await asyncpg.connect(fresh.superuser_url)
    rows = await conn.fetch(_UNIQUE)
    await conn.close()
    # An id of our own making is never made twice.
    there = {row["name"] for row in rows if not row["definition"].endswith("(id)")}

    answered = set(service.collisions)
    assert there - OF_THE_HOUSE == answered | GIVES_WAY[service.name]
    assert not answered & GIVES_WAY[service.name]


async def test_the_second_of_two_inserts_at_once_is_a_409_in_both_languages(
    database: Database, groundwork_owner_url: str
):
    app = FastAPI()
    owner = await asyncpg.connect(groundwork_owner_url)
    await owner.execute("create table seats (number int constraint seats_once unique)")
    await owner.execute("create table rows (number int unique)")
    await owner.execute("grant select, insert on seats, rows to applications")
    await owner.close()

    @app.post("/{table}")
    async def sit(table: str) -> None:
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute(f"insert into {table} values (1)")
            await asyncio.sleep(0.05)

    problems.install(app, collisions={"seats_once": Collision("seat-taken", "已占", "Taken.")})
    telemetry.install(app, service="seats")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answers = await asyncio.gather(*(client.post("/seats") for _ in range(3)))
        assert sorted(one.status_code for one in answers) == [200, 409, 409]
        for language, words in (("zh", "已占"), ("en", "Taken.")):
            told = await client.post("/seats", headers={"Accept-Language": language})
            assert (told.json()["code"], told.json()["detail"]) == ("seat-taken", words)
        # An index that nobody thought of is a mistake of ours, and stays one.
        assert (await client.post("/rows")).status_code == 200
        assert (await client.post("/rows")).status_code == 500
