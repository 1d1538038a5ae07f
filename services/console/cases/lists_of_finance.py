"""The lists of who keeps the money: months, disputes, payment files, what is owed."""

from typing import Final

from services.console.cases.grid import Column, Filter, Listing, SeveralAct
from services.console.cases.list_parts import AMOUNT, POOL, POOL_COLUMN, days, state_of

_MONTHS: Final = (
    Filter("month_from", "work_list.month-from", "month"),
    Filter("month_to", "work_list.month-to", "month"),
)

SETTLEMENTS: Final = Listing(
    path="/settlements",
    title="nav.settlements",
    service="risk_pool",
    source="/settlements",
    columns=(
        Column("month", "loan.month", "month", sort="month"),
        POOL_COLUMN,
        Column("loans", "start.loans", "count", number=True),
        Column("payable", "work_list.payable", "yuan", number=True),
        Column("receivable", "work_list.receivable", "yuan", number=True),
        Column("state", "case.state", "tag", "settlement_state"),
        Column("due_on", "claim.waits", "waits", sort="due_on"),
        Column("posted_on", "settlement.posted-on", "day"),
    ),
    filters=(POOL, state_of("settlement_state"), *_MONTHS, *days("due")),
    sums={"payable": "work_list.payable", "receivable": "work_list.receivable"},
    none="settlement.none",
    leads_to="/pools/{pool_code}/settlements/{month}",
    at="/pools/{pool_code}/settlements/{month}",
    several=tuple(
        SeveralAct(name=name, words=f"settlement_action.{name}")
        for name in ("preview", "confirm", "sign", "post", "close")
    ),
)
DISPUTES: Final = Listing(
    path="/disputes",
    title="dispute.all",
    service="risk_pool",
    source="/disputes",
    columns=(
        Column("number", "dispute.number", "link", "/disputes/", sort="number"),
        POOL_COLUMN,
        Column("party_name", "party.name"),
        Column("month", "dispute.month", "month_said", sort="month"),
        Column("line_amount", "dispute.line-amount", "yuan", number=True),
        Column("difference", "dispute.difference", "yuan", sort="difference", number=True),
        Column("upheld", "dispute.upheld", "yuan", number=True),
        Column("reason", "field.reason"),
        Column("state", "case.state", "tag", "dispute_state"),
        Column("due_on", "claim.waits", "waits", sort="due_on"),
    ),
    filters=(
        Filter("q", "work_list.search-party", "search", more=False),
        state_of("dispute_state"),
        POOL,
        *_MONTHS,
        *AMOUNT,
        *days("due"),
        Filter("party", "party.name", "hidden"),
    ),
    sums={"difference": "dispute.difference", "upheld": "dispute.upheld"},
    none="dispute.none",
    leads_to="/disputes/{id}",
)
NOTICES: Final = Listing(
    path="/public-notices",
    title="nav.public-notices",
    service="risk_pool",
    source="/public-notices",
    columns=(
        Column("number", "outside.number", "link", "/public-notices/", sort="number"),
        Column("title", "outside.name"),
        POOL_COLUMN,
        Column("opens_on", "public_notice.opens-on", "day", sort="opens_on"),
        Column("last_day", "public_notice.last-day", "day", sort="last_day"),
        Column("cases", "outside.cases", "count", number=True),
        Column("objections", "objection.all", "objections", number=True),
        Column("state", "case.state", "tag", "public_notice_state"),
    ),
    filters=(
        Filter("q", "public_notice.search", "search", more=False),
        state_of("public_notice_state"),
        POOL,
        *days("opens"),
    ),
    none="public_notice.none",
    leads_to="/public-notices/{id}",
)
OBJECTIONS: Final = Listing(
    path="/objections",
    title="objection.all",
    service="risk_pool",
    source="/objections",
    columns=(
        Column("number", "outside.receipt-number", "link", "/objections/", sort="number"),
        Column("notice_number", "objection.notice", "notice"),
        POOL_COLUMN,
        Column("borrower_name", "outside.against", "against"),
        Column("filed_on", "objection.filed-on", "day", sort="filed_on"),
        Column("due_on", "objection.due-on", "day_assumed", sort="due_on"),
        Column("state", "case.state", "objection_state"),
    ),
    filters=(
        Filter("q", "objection.search", "search", more=False),
        state_of("objection_state"),
        POOL,
        *days("filed"),
        *days("due"),
        Filter("notice_id", "objection.notice", "hidden"),
    ),
    none="objection.none",
    leads_to="/objections/{id}",
)
PAYMENT_FILES: Final = Listing(
    path="/payment-files",
    title="payout.title",
    service="risk_pool",
    source="/payment-files",
    columns=(
        Column("number", "payout.number", "link", "/payment-files/", sort="number"),
        POOL_COLUMN,
        Column("execution_on", "payout.execution-on", "day", sort="execution_on"),
        Column("orders", "payout.orders", "count", number=True),
        Column("total", "payout.total", "yuan", sort="total", number=True),
        Column("prepared_name", "payout.prepared-by"),
        Column("released_name", "payout.released-by"),
        Column("state", "case.state", "tag", "payment_file_state"),
    ),
    filters=(
        Filter("q", "work_list.search-number", "search", more=False),
        state_of("payment_file_state"),
        POOL,
        *AMOUNT,
        *days("paid"),
    ),
    sums={"total": "payout.total"},
    none="payout.no-file",
    leads_to="/payment-files/{id}",
    at="/payment-files/{id}",
    several=(SeveralAct(name="release", words="payment_file_action.release"),),
)
OPEN_ITEMS: Final = Listing(
    path="/open-items",
    title="cash.owed",
    service="risk_pool",
    source="/open-items",
    columns=(
        Column("reference", "cash.of-what", "item"),
        POOL_COLUMN,
        Column("party_name", "cash.party"),
        Column("direction", "cash.direction", "term", "cash_direction"),
        Column("amount", "app.amount", "yuan", sort="amount", number=True),
        Column("open", "cash.open", "yuan", number=True),
        Column("due", "work_list.due", "yuan", sort="due", number=True),
        Column("overdue", "work_list.overdue", "yuan", number=True),
        Column("since", "work_list.owed-since", "day", sort="owed_since"),
        Column("due_on", "work_list.pay-by", "day_passed", sort="due_on"),
        Column("age_days", "cash.age", "count", number=True),
    ),
    filters=(
        Filter("q", "work_list.search-party", "search", more=False),
        Filter("direction", "cash.direction", of="cash_direction", more=False),
        Filter("overdue", "cash.overdue", "yes_no", more=False),
        POOL,
        *AMOUNT,
        *days("due"),
        Filter("party", "cash.party", "hidden"),
    ),
    sums={"amount": "app.amount", "open": "cash.open", "due": "work_list.due"},
    none="cash.nothing-owed",
)
