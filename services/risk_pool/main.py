"""The risk pool's service: `python -m services.risk_pool.main`."""

import asyncio

from services.risk_pool.api import (
    account_matches,
    account_statements,
    account_work,
    adjustments,
    agreed_figures,
    agreements,
    alliance,
    audit,
    banks,
    breaker_orders,
    calendar,
    case_lists,
    cash,
    cash_lists,
    claim_files,
    claim_filing,
    claims,
    cockpit,
    collections,
    coming_days,
    counted_loans,
    coverages,
    disposals,
    disputable_lines,
    disputes,
    entry_effects,
    explanations,
    for_parties,
    foresight,
    ledger,
    loan_lists,
    loan_packages,
    loan_pledges,
    money_lists,
    month_lists,
    my_work,
    notice_lists,
    objections,
    open_items,
    openings,
    own_rank,
    party_accounts,
    party_imports,
    payments,
    pool_accounts,
    pool_cases,
    pool_duties,
    pools,
    programmes,
    public_notices,
    public_reading,
    recoveries,
    reports,
    restated,
    run_offs,
    settlements,
    signing,
    subsidies,
    subsidy_and_disposal_lists,
    subsidy_offers,
    subsidy_policies,
    suspense,
    to_do,
    top_ups,
    trials,
    waiting_line,
    warnings,
)
from services.risk_pool.api.claim_files import LARGEST_CLAIM_FILE
from services.risk_pool.api.claim_work import work_on_claim_files
from services.risk_pool.api.openings import LARGEST_BOOK
from services.risk_pool.api.signing import settings_of
from services.risk_pool.bank_files.pain002 import LARGEST_FILE as LARGEST_REPORT
from services.risk_pool.bank_files.reading import LARGEST_FILE
from services.risk_pool.consumer import ROUTES
from services.risk_pool.handlers.book_counts import keep_counts
from services.risk_pool.handlers.breakers import watch_idle_banks
from services.risk_pool.handlers.calendar_recount import recount_deadlines
from services.risk_pool.handlers.duties import DUTIES
from services.risk_pool.handlers.instalments import watch_instalments
from services.risk_pool.handlers.looks_ahead import look_ahead_apart
from services.risk_pool.handlers.notice_calendar import watch_notices
from services.risk_pool.handlers.observing import observe_pools
from services.risk_pool.handlers.overdue import watch_receivables
from services.risk_pool.handlers.run_offs import begin_run_offs
from services.risk_pool.handlers.silence import watch_silent_banks
from services.risk_pool.handlers.statements_sent import send_statements
from services.risk_pool.handlers.to_do import prune_what_waited, watch_what_waits
from services.risk_pool.handlers.waiting import serve_lines
from services.risk_pool.handlers.warning_signs import watch_maturities
from services.risk_pool.handlers.warning_sources import look_back
from services.risk_pool.reports.signing import signing_of
from services.risk_pool.settings import Settings
from services.risk_pool.tables.collisions import COLLISIONS
from shared.context import OBSERVE_SECONDS, Context, keep_at
from shared.http.table_imports import LARGEST_SETUP_TABLE
from shared.service import Service
from shared.waits.observed import observe_waits


async def watch_banks_without_loans(context: Context) -> None:
    """A due job: such banks send nothing that would make anybody look at their breakers."""
    await watch_idle_banks(context.database, now=context.clock.now())


async def watch_banks_past_the_reporting_day(context: Context) -> None:
    """A due job: a missing report keeps no breaker asleep."""
    await watch_silent_banks(context.database, now=context.clock.now())


async def watch_what_is_owed(context: Context) -> None:
    """A due job: what is overdue is told once."""
    await watch_receivables(context.database, now=context.clock.now())


async def begin_what_runs_off(context: Context) -> None:
    """A due job: the day of a run-off has come."""
    await begin_run_offs(context.database, now=context.clock.now())


async def serve_waiting_lines(context: Context) -> None:
    """A due job: room that has appeared goes to who waits for it, in order."""
    await serve_lines(context.database, now=context.clock.now())


async def watch_matured_loans(context: Context) -> None:
    """A due job: a loan whose last day has passed is warned of once."""
    await watch_maturities(context.database, now=context.clock.now())


async def remind_of_instalments(context: Context) -> None:
    """A due job: a bank is reminded of what a debtor has agreed to pay."""
    await watch_instalments(context.database, now=context.clock.now())


async def look_back_for_warnings(context: Context) -> None:
    """A due job: what was reported before the register of warnings began is looked at once."""
    await look_back(context.database, now=context.clock.now())


async def send_signed_statements(context: Context) -> None:
    """A due job: the statements of a posted month are signed and told, where packs enclose them."""
    settings = settings_of(context)
    if settings.sends_statements:
        await send_statements(context, await asyncio.to_thread(signing_of, settings))


async def observe(context: Context) -> None:
    """Tell the metrics what waits for people, and how the pools stand, until the service stops."""

    async def step() -> bool:
        await observe_waits(context.database, context.service, now=context.clock.now())
        await observe_pools(context.database)
        return False

    await keep_at(context, step, what="counting what waits", look_every=OBSERVE_SECONDS)


SERVICE = Service(
    name="risk_pool",
    title="风险补偿资金池 Risk pool",
    routers=(
        programmes.router,
        calendar.router,
        pools.router,
        pool_cases.router,
        cash_lists.router,
        cash.router,
        open_items.router,
        openings.router,
        ledger.router,
        explanations.router,
        loan_lists.router,
        coverages.router,
        banks.router,
        case_lists.router,
        subsidy_and_disposal_lists.router,
        month_lists.router,
        notice_lists.router,
        money_lists.router,
        claim_filing.router,
        claim_files.router,
        breaker_orders.router,
        claims.router,
        counted_loans.router,
        cockpit.router,
        trials.router,
        recoveries.router,
        adjustments.router,
        settlements.router,
        disputes.router,
        disputable_lines.router,
        restated.router,
        signing.router,
        subsidies.router,
        subsidy_offers.router,
        subsidy_policies.router,
        loan_packages.router,
        agreed_figures.router,
        agreements.router,
        alliance.router,
        top_ups.router,
        run_offs.router,
        waiting_line.router,
        entry_effects.router,
        pool_accounts.router,
        account_statements.router,
        account_work.router,
        account_matches.router,
        suspense.router,
        party_accounts.router,
        party_imports.router,
        pool_duties.router,
        for_parties.router,
        payments.router,
        reports.router,
        foresight.router,
        warnings.router,
        disposals.router,
        loan_pledges.router,
        collections.router,
        public_notices.router,
        objections.router,
        public_reading.router,
        to_do.router,
        my_work.router,
        audit.router,
        coming_days.router,
        own_rank.router,
    ),
    consumes=ROUTES,
    settings_type=Settings,
    body_limits={
        "/api/v1/pools/*/account-statements": LARGEST_FILE,
        "/api/v1/pools/*/payment-status": LARGEST_REPORT,
        "/api/v1/pools/*/openings": LARGEST_BOOK,
        "/api/v1/claim-files": LARGEST_CLAIM_FILE,
        "/api/v1/pools/*/party-imports": LARGEST_SETUP_TABLE,
    },
    collisions=COLLISIONS,
    background=(work_on_claim_files, observe, keep_counts, look_ahead_apart),
    duties=DUTIES,
    due=(
        watch_banks_past_the_reporting_day,
        watch_banks_without_loans,
        serve_waiting_lines,
        watch_what_is_owed,
        begin_what_runs_off,
        watch_matured_loans,
        remind_of_instalments,
        look_back_for_warnings,
        watch_notices,
        send_signed_statements,
        recount_deadlines,
        watch_what_waits,
        prune_what_waited,
    ),
)

if __name__ == "__main__":
    from shared.serve import serve

    serve(SERVICE)
