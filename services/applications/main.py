"""The service of banks and reviewers: `python -m services.applications.main`."""

from services.applications.api import (
    approval_levels,
    approval_sheets,
    audit,
    bank_imports,
    banks,
    bulk_files,
    case_checks,
    case_flow,
    case_list,
    cases,
    co_investments,
    conditions,
    cover_calls,
    credit_repairs,
    data_quality,
    desk,
    document_pages,
    documents,
    draws,
    due_diligence,
    effects,
    endangered_rights,
    facts,
    financing_demands,
    firm_cover,
    firms,
    guarantees,
    kept_drafts,
    letters,
    list_imports,
    listed_firms,
    loan_changes,
    loan_requests,
    loans,
    meetings,
    my_work,
    opinion_templates,
    paper_checklist,
    park_history,
    parks,
    pledge_records,
    pledges,
    policies,
    positions,
    pre_checks,
    queue,
    register_due,
    register_extracts,
    register_lists,
    register_work_lists,
    related_firms,
    renewals,
    reviews,
    revisions,
    right_enquiries,
    rights,
    staff,
    submissions,
    survey_imports,
    table_templates,
    to_do,
    valuations,
    whole_cases,
    work_lists,
)
from services.applications.api.bulk_work import work_on_bulk_files
from services.applications.api.document_content import settings_of, store_of
from services.applications.consumer import ROUTES
from services.applications.handlers import (
    cover_watch,
    day_over,
    demand_outcomes,
    drafts,
    draw_ends,
    expiry,
    maturity,
    papers,
    register_duties,
    right_watch,
)
from services.applications.handlers.calendar import recount_deadlines
from services.applications.handlers.case_counts import keep_counts
from services.applications.handlers.duties import DUTIES
from services.applications.handlers.to_do import prune_what_waited, watch_what_waits
from services.applications.handlers.value_counts import keep_value_counts
from services.applications.settings import Settings
from services.applications.tables.collisions import COLLISIONS
from shared.context import OBSERVE_SECONDS, Context, keep_at
from shared.serve import serve
from shared.service import Service
from shared.waits.observed import observe_waits


async def _expire_reservations(context: Context) -> None:
    await expiry.expire_reservations(context.database, context.working_days, context.clock.now)


async def _end_draws(context: Context) -> None:
    await draw_ends.end_draws(context.database, context.working_days, context.clock.now)


async def _mark_matured(context: Context) -> None:
    await maturity.mark_matured(context.database, context.working_days, context.clock.now)


async def _watch_rights(context: Context) -> None:
    within = settings_of(context).endangered_within_days
    await right_watch.watch_rights(context.database, context.clock.now, within_days=within)


async def _watch_cover(context: Context) -> None:
    await cover_watch.watch_cover(context.database, context.clock.now)


async def _follow_demands(context: Context) -> None:
    await demand_outcomes.follow(context.database, context.clock.now)


async def _tell_day_over(context: Context) -> None:
    await day_over.tell_day_over(context.database, context.clock.now)


async def _prune_drafts(context: Context) -> None:
    kept_days = settings_of(context).drafts_kept_days
    await drafts.prune(context.database, context.clock.now, kept_days=kept_days)


async def _remove_withdrawn_papers(context: Context) -> None:
    await papers.remove_withdrawn(context.database, store_of(context), now=context.clock.now())
    await store_of(context).sweep()


async def observe(context: Context) -> None:
    """Tell the metrics what waits for people until the service stops."""

    async def step() -> bool:
        await observe_waits(context.database, context.service, now=context.clock.now())
        return False

    await keep_at(context, step, what="counting what waits", look_every=OBSERVE_SECONDS)


SERVICE = Service(
    name="applications",
    title="申请与贷款 Applications",
    routers=(
        banks.router,
        bank_imports.router,
        documents.router,
        document_pages.router,
        facts.router,
        submissions.router,
        pre_checks.router,
        kept_drafts.router,
        reviews.router,
        case_checks.router,
        case_flow.router,
        approval_levels.router,
        approval_sheets.router,
        effects.router,
        work_lists.router,
        meetings.router,
        conditions.router,
        case_list.router,
        register_lists.router,
        register_work_lists.router,
        desk.router,
        queue.router,
        letters.router,
        opinion_templates.router,
        staff.router,
        cases.router,
        whole_cases.router,
        renewals.router,
        revisions.router,
        paper_checklist.router,
        loans.router,
        draws.router,
        loan_changes.router,
        loan_requests.router,
        positions.router,
        bulk_files.router,
        right_enquiries.router,
        rights.router,
        endangered_rights.router,
        pledge_records.router,
        valuations.router,
        cover_calls.router,
        firm_cover.router,
        pledges.router,
        policies.router,
        guarantees.router,
        co_investments.router,
        due_diligence.router,
        register_due.router,
        register_extracts.router,
        table_templates.router,
        firms.router,
        related_firms.router,
        listed_firms.router,
        list_imports.router,
        credit_repairs.router,
        data_quality.router,
        parks.router,
        park_history.router,
        financing_demands.router,
        survey_imports.router,
        to_do.router,
        my_work.router,
        audit.samples,
        audit.trails,
    ),
    consumes=ROUTES,
    duties=DUTIES,
    follows=(register_duties.follow,),
    due=(
        _expire_reservations,
        _end_draws,
        _mark_matured,
        _watch_rights,
        _watch_cover,
        _follow_demands,
        recount_deadlines,
        register_duties.count_what_is_due,
        watch_what_waits,
        prune_what_waited,
        _tell_day_over,
        _remove_withdrawn_papers,
        _prune_drafts,
    ),
    background=(work_on_bulk_files, observe, keep_counts, keep_value_counts),
    body_limits={
        **documents.BODY_LIMITS,
        **bulk_files.BODY_LIMITS,
        **survey_imports.BODY_LIMITS,
    },
    settings_type=Settings,
    collisions=COLLISIONS,
)

if __name__ == "__main__":
    serve(SERVICE)
