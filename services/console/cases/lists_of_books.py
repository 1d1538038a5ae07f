"""The lists behind figures: what crossed the account, what the ledger has booked, what reports count."""

from dataclasses import replace
from typing import Final

from services.console.cases.grid import Column, Filter, Listing
from services.console.cases.list_parts import (
    AMOUNT,
    BANK,
    BANK_COLUMN,
    POOL,
    POOL_COLUMN,
    days,
    state_of,
)

CASH: Final = Listing(
    path="/cash",
    title="cash.entries",
    service="risk_pool",
    source="/cash-entries",
    columns=(
        Column("number", "cash.number", "link", "/cash/", sort="number"),
        Column("kind", "cash.kind", "cash_kind"),
        POOL_COLUMN,
        Column("party_code", "cash.party", "name"),
        Column("amount", "app.amount", "cash_amount", sort="amount", number=True),
        Column("value_date", "cash.value-date", "day", sort="value_date"),
        Column("bank_reference", "cash.bank-reference", "code"),
        Column("entered_name", "cash.entered-by"),
        Column("released_name", "cash.released-by", "released"),
        Column("state", "case.state", "tag", "cash_entry_state"),
    ),
    filters=(
        Filter("q", "books.search-cash", "search", more=False),
        state_of("cash_entry_state"),
        Filter("kind", "cash.kind", of="cash_kind", more=False),
        POOL,
        *AMOUNT,
        *days("value"),
        Filter("party", "cash.party", "party"),
    ),
    sums={"amount": "app.amount"},
    none="cash.none",
    leads_to="/cash/{id}",
)
CASH_OF_POOL: Final = replace(
    CASH,
    path="/pools/{pool}/cash",
    given={"pool": "{pool}"},
    columns=tuple(one for one in CASH.columns if one is not POOL_COLUMN),
    filters=tuple(one for one in CASH.filters if one is not POOL),
)
TRANSFERS: Final = Listing(
    path="/pools/{pool}/transfers",
    title="ledger.title",
    service="risk_pool",
    source="/pools/{pool}/transfers",
    columns=(
        Column("seq", "ledger.seq", "transfer", sort="seq"),
        Column("business_date", "ledger.business-date", "day", sort="business_date"),
        Column("kind", "ledger.kind", "term", "transfer"),
        Column("debit", "ledger.debit", "debited"),
        Column("credit", "ledger.credit", "credited"),
        Column("amount", "app.amount", "yuan", number=True),
        Column("reference", "ledger.reference", "booking"),
    ),
    filters=(
        Filter("reference", "books.search-reference", "search", more=False),
        Filter("kind", "ledger.kind", of="transfer", more=False),
        Filter("from_day", "books.from-day", "day", more=False),
        Filter("to_day", "books.to-day", "day", more=False),
        *AMOUNT,
        Filter("account", "ledger.account", "account"),
        Filter("loan_id", "case.number", "account"),
    ),
    sums={"amount": "books.turnover"},
    none="ledger.none",
)
COUNTED_CASES: Final = Listing(
    path="/cockpit/cases",
    title="books.cases",
    service="applications",
    source="/case-flow/cases",
    fixed=("counted", "first", "last", "pool"),
    columns=(
        Column("number", "case.number", "link", "/cases/", sort="number"),
        Column("borrower_name", "case.borrower"),
        BANK_COLUMN,
        POOL_COLUMN,
        Column("state", "case.state", "tag", "state"),
        Column("filed_on", "cockpit.filed-on", "day", sort="filed_on"),
        Column("approved_on", "cockpit.approved-on", "day", sort="approved_on"),
        Column("days", "cockpit.took", "count", sort="days", number=True),
        Column("amount", "app.amount-yuan", "yuan", sort="amount", number=True),
    ),
    filters=(
        Filter("q", "case.search", "search", more=False),
        state_of("state"),
        BANK,
        *AMOUNT,
    ),
    sums={"amount": "case.amount"},
    none="report.nothing",
    leads_to="/cases/{id}",
)
COUNTED_LOANS: Final = Listing(
    path="/reports/loans",
    title="books.loans",
    service="risk_pool",
    source="/reports/loans",
    fixed=("measure", "period", "by", "pool"),
    columns=(
        Column("number", "report.loan", "loan", sort="number"),
        Column("borrower_name", "report.firm"),
        BANK_COLUMN,
        POOL_COLUMN,
        Column("state", "case.state", "tag", "coverage_state"),
        Column("risk_class", "report.class", "tag", "risk_class"),
        Column("overdue_days", "loan.overdue-days", "count", sort="overdue_days", number=True),
        Column("amount", "books.adds", "yuan", sort="amount", number=True),
        Column("loan_id", "ledger.title", "its_transfers"),
    ),
    filters=(
        Filter("q", "case.search", "search", more=False),
        state_of("coverage_state"),
        BANK,
        *AMOUNT,
        Filter("value", "books.division", "division"),
        Filter("untold", "books.untold", "only"),
    ),
    sums={"amount": "books.adds"},
    none="report.nothing",
    leads_to="/cases/{loan_id}",
)
COUNTED_LOANS_OF_POOL: Final = replace(
    COUNTED_LOANS,
    path="/pools/{pool}/reports/loans",
    source="/pools/{pool}/reports/loans",
    fixed=("measure", "period", "by"),
    columns=tuple(one for one in COUNTED_LOANS.columns if one is not POOL_COLUMN),
)
