"""The big lists: what each shows, by what it is ordered, by what it is narrowed."""

from typing import Final

from services.console.cases.grid import Column, Filter, Listing

_POOL: Final = Filter("pool", "pool.title", "pool", more=False)
_BANK: Final = Filter("bank", "pool.bank", "bank", more=False)
_AMOUNT: Final = (
    Filter("amount_from", "list.amount-from", "amount"),
    Filter("amount_to", "list.amount-to", "amount"),
)


def _state(kind: str) -> Filter:
    return Filter("state", "case.state", of=kind, more=False)


def _days(name: str) -> tuple[Filter, Filter]:
    return (
        Filter(f"{name}_from", f"list.{name}-from", "day"),
        Filter(f"{name}_to", f"list.{name}-to", "day"),
    )


_BANK_COLUMN: Final = Column("bank_code", "pool.bank", "name")
_POOL_COLUMN: Final = Column("pool_code", "pool.title", "name")

CASES: Final = Listing(
    path="/cases",
    title="nav.cases",
    service="applications",
    source="/applications",
    columns=(
        Column("number", "case.number", "link", "/cases/", sort="number"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        _POOL_COLUMN,
        Column("amount", "case.amount", "yuan", sort="amount", number=True),
        Column("tenor_months", "case.tenor", "months", number=True),
        Column("state", "case.state", "tag", "state"),
        Column("due_on", "list.due-on", "due", sort="due_on"),
        Column("submitted_at", "case.submitted-at", "moment", sort="submitted_at"),
    ),
    filters=(
        Filter("q", "case.search", "search", more=False),
        _state("state"),
        _POOL,
        _BANK,
        Filter("person", "queue.assigned", "person"),
        Filter("mode", "case.mode", of="mode"),
        Filter("purpose", "case.purpose", of="purpose"),
        Filter("area", "list.area", "text"),
        Filter("lamp", "queue.lamp", of="list_lamp"),
        *_AMOUNT,
        *_days("submitted"),
        *_days("due"),
    ),
    sums={"amount": "case.amount"},
    none="case.none",
    leads_to="/cases/",
)
LOANS: Final = Listing(
    path="/loans",
    title="list.loans",
    service="risk_pool",
    source="/coverages",
    columns=(
        Column("number", "case.number", "loan", sort="number"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        _POOL_COLUMN,
        Column("amount", "loan.amount", "yuan", sort="amount", number=True),
        Column("covered", "list.covered", "yuan", number=True),
        Column("outstanding", "loan.outstanding", "yuan", number=True),
        Column("state", "case.state", "tag", "coverage_state"),
        Column("approved_on", "list.approved-on", "day", sort="approved_on"),
        Column("matures_on", "list.matures-on", "day", sort="matures_on"),
        Column("overdue_days", "loan.overdue-days", "count", number=True),
        Column("risk_class", "loan.class", "tag", "risk_class"),
    ),
    filters=(
        Filter("q", "case.search", "search", more=False),
        _state("coverage_state"),
        _POOL,
        _BANK,
        Filter("risk_class", "loan.class", of="risk_class"),
        Filter("overdue_from", "list.overdue-from", "text"),
        *_AMOUNT,
        *_days("matures"),
    ),
    sums={
        "amount": "loan.amount",
        "covered": "list.covered",
        "outstanding": "loan.outstanding",
    },
    none="list.no-loans",
    leads_to="/cases/",
)
CLAIMS: Final = Listing(
    path="/claims",
    title="nav.claims",
    service="risk_pool",
    source="/claims",
    columns=(
        Column("number", "claim.number", "claim", sort="number"),
        Column("loan_number", "case.number", "loan"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        Column("claimed_on", "claim.claimed-on", "day", sort="claimed_on"),
        Column(
            "outstanding_principal", "claim.principal", "yuan",
            sort="outstanding_principal", number=True,
        ),
        Column("base", "claim.base", "yuan", number=True),
        Column("pool_pays", "claim.pool-pays", "pool_pays", sort="pool_pays", number=True),
        Column("state", "case.state", "claim_state"),
        Column("due_on", "claim.waits", "waits", sort="due_on"),
    ),
    filters=(
        Filter("q", "list.search", "search", more=False),
        _state("claim_state"),
        _POOL,
        _BANK,
        *_AMOUNT,
        *_days("claimed"),
        *_days("due"),
    ),
    sums={
        "outstanding_principal": "claim.principal",
        "pool_pays": "claim.pool-pays",
        "paid": "list.paid",
        "held": "escrow.held",
    },
    none="claim.none",
    leads_to="/claims/",
)  # fmt: skip
RECOVERIES: Final = Listing(
    path="/recoveries",
    title="nav.recoveries",
    service="risk_pool",
    source="/recoveries",
    columns=(
        Column("number", "recovery.number", "link", "/recoveries/", sort="number"),
        Column("claim_number", "claim.number", "its_claim"),
        _BANK_COLUMN,
        Column("received_on", "recovery.received-on", "day", sort="received_on"),
        Column("route", "recovery.route", "term", "route"),
        Column("gross", "recovery.gross", "yuan", sort="gross", number=True),
        Column("costs", "recovery.costs", "yuan", number=True),
        Column("net", "recovery.net", "net", number=True),
        Column("state", "case.state", "tag", "recovery_state"),
    ),
    filters=(
        Filter("q", "list.search", "search", more=False),
        _state("recovery_state"),
        _POOL,
        _BANK,
        Filter("route", "recovery.route", of="route"),
        *_AMOUNT,
        *_days("received"),
    ),
    sums={"gross": "recovery.gross", "costs": "recovery.costs", "net": "recovery.net"},
    none="recovery.none",
    leads_to="/recoveries/",
)
WARNINGS: Final = Listing(
    path="/warnings",
    title="nav.warnings",
    service="risk_pool",
    source="/warnings",
    columns=(
        Column("cause", "warning.cause", "cause"),
        Column("level", "warning.level", "tag", "warning_level", sort="level"),
        Column("loan_number", "case.number", "loan"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        Column("raised_on", "warning.raised-on", "day", sort="raised_on"),
        Column("times", "warning.times", "count", sort="times", number=True),
        Column(
            "measures_open", "warning.measures-open", "count", sort="measures_open", number=True
        ),
        Column("state", "case.state", "tag", "warning_state"),
    ),
    filters=(
        Filter("q", "case.search", "search", more=False),
        _state("warning_state"),
        Filter("level", "warning.level", of="warning_level", more=False),
        _POOL,
        _BANK,
        Filter("cause", "warning.cause", of="warning_reason"),
        *_days("raised"),
        Filter("loan_id", "case.number", "hidden"),
    ),
    none="warning.none",
    leads_to="/warnings/",
)
RIGHTS: Final = Listing(
    path="/register/rights",
    title="register.rights",
    service="applications",
    source="/rights",
    columns=(
        Column("number", "rights.number", "right"),
        Column("name", "register.name"),
        Column("owner_name", "ip.owner", "owner"),
        Column("legal_status", "register.legal-status", "tag", "legal_status"),
        Column("fees_paid_to", "register.fees-paid-to", "day"),
        Column("expires_on", "field.expires_on", "day"),
        Column("pledged", "rights.pledged", "pledged"),
    ),
    filters=(
        Filter("q", "register.search", "search", more=False),
        Filter("kind", "rights.kind", of="right_kind", more=False),
        Filter("legal_status", "register.legal-status", of="legal_status", more=False),
        Filter("pledged", "rights.pledged", "yes_no", more=False),
        Filter("owner", "ip.owner", "hidden"),
    ),
    none="register.no-rights",
)
FIRMS: Final = Listing(
    path="/register/firms",
    title="register.firms",
    service="applications",
    source="/firms",
    columns=(
        Column("uscc", "case.uscc", "firm", sort="uscc"),
        Column("name", "case.name"),
        Column("cases", "register.cases-count", "count", number=True),
        Column("rights", "register.rights-count", "count", number=True),
        Column("outstanding_principal", "loan.outstanding", "yuan", number=True),
    ),
    filters=(Filter("q", "register.search-firm", "search", more=False),),
    none="register.no-firms",
)
QUEUE: Final = Listing(
    path="/queue",
    title="nav.queue",
    service="applications",
    source="/queue",
    columns=(
        Column("choose", "queue.choose"),
        Column("lamp", "queue.lamp"),
        Column("number", "case.number", sort="number"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        _POOL_COLUMN,
        Column("amount", "case.amount", sort="amount", number=True),
        Column("state", "case.state"),
        Column("since", "queue.since", sort="since"),
        Column("assigned", "queue.assigned"),
        Column("action", "history.action"),
    ),
    filters=(
        _POOL,
        _BANK,
        Filter("who", "queue.who", "who", "queue_who", more=False),
        Filter("lamp", "queue.lamp", of="list_lamp", more=False),
        Filter("priority", "queue.priority", "priority", more=False),
        *_AMOUNT,
    ),
    sums={"amount": "case.amount"},
    none="queue.none",
    leads_to="/cases/",
    columns_fixed=True,
)
SUBSIDIES: Final = Listing(
    path="/subsidies",
    title="nav.subsidies",
    service="risk_pool",
    source="/subsidies",
    columns=(
        Column("number", "subsidy.number", "link", "/subsidies/", sort="number"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        _POOL_COLUMN,
        Column("code", "subsidy.what", "term", "subsidy_code"),
        Column("since", "subsidy_field.since", "day"),
        Column("until", "subsidy_field.until", "day"),
        Column("principal", "subsidy.principal", "yuan", sort="principal", number=True),
        Column("amount", "subsidy.amount", "approved", sort="amount", number=True),
        Column("filed_on", "list.filed-on", "day", sort="filed_on"),
        Column("state", "case.state", "tag", "subsidy_state"),
    ),
    filters=(
        Filter("q", "list.search", "search", more=False),
        _state("subsidy_state"),
        _POOL,
        _BANK,
        *_AMOUNT,
        *_days("filed"),
        Filter("loan_id", "case.number", "hidden"),
    ),
    sums={"principal": "subsidy.principal", "amount": "subsidy.amount"},
    none="subsidy.none",
    leads_to="/subsidies/",
)
DISPOSALS: Final = Listing(
    path="/disposals",
    title="nav.disposals",
    service="risk_pool",
    source="/disposals",
    columns=(
        Column("number", "disposal.number", "link", "/disposals/", sort="number"),
        Column("loan_number", "case.number", "loan"),
        Column("borrower_name", "case.borrower"),
        _BANK_COLUMN,
        Column("way", "disposal_field.way", "term", "disposal_way"),
        Column("appraisal", "disposal.appraisal", "yuan", number=True),
        Column("price", "disposal.price", "yuan", number=True),
        Column("proceeds", "disposal.proceeds", "yuan", sort="proceeds", number=True),
        Column("costs", "disposal.costs", "yuan", number=True),
        Column("opened_on", "disposal.opened-on", "day", sort="opened_on"),
        Column("state", "case.state", "tag", "disposal_state"),
    ),
    filters=(
        Filter("q", "list.search", "search", more=False),
        _state("disposal_state"),
        _POOL,
        _BANK,
        Filter("way", "disposal_field.way", of="disposal_way"),
        *_days("opened"),
        Filter("loan_id", "case.number", "hidden"),
    ),
    sums={"proceeds": "disposal.proceeds", "costs": "disposal.costs"},
    none="disposal.none",
    leads_to="/disposals/",
)

LISTS: Final = {
    one.path: one
    for one in (
        CASES,
        LOANS,
        CLAIMS,
        RECOVERIES,
        WARNINGS,
        RIGHTS,
        FIRMS,
        QUEUE,
        SUBSIDIES,
        DISPOSALS,
    )
}
