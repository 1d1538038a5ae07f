"""The lists around the registers: what is to be entered by when, entered pledges, extracts, reports."""

from typing import Final

from services.console.cases.grid import Column, Filter, Listing
from services.console.cases.list_parts import BANK, BANK_COLUMN, POOL, POOL_COLUMN, days

REGISTER_DUE: Final = Listing(
    path="/register/due",
    title="register.due",
    service="applications",
    source="/register-due-days",
    columns=(
        Column("due_on", "due.day", "due_lamp", sort="due_on"),
        Column("duty", "due.duty", "register_duty"),
        Column("since", "register_list.since", "day", sort="since"),
        Column("case_number", "case.number", "case"),
        Column("borrower_name", "case.borrower"),
        BANK_COLUMN,
        POOL_COLUMN,
        Column("right_name", "ip.right", "pledged_right"),
        Column("term_zh", "due.term", "register_term"),
    ),
    filters=(
        Filter("q", "register_list.search-due", "search", more=False),
        Filter("duty", "due.duty", of="register_duty", more=False),
        Filter("late", "due.late", "only", more=False),
        POOL,
        BANK,
        *days("due"),
    ),
    none="due.none",
    leads_to="/cases/{case_id}",
)
PLEDGE_RECORDS: Final = Listing(
    path="/register/pledge-records",
    title="register.pledge-records",
    service="applications",
    source="/pledge-records",
    columns=(
        Column("record", "register.registration-no", "entry"),
        Column("right", "ip.right", "recorded_right"),
        Column("pledgor", "register.pledgor", "pledgor"),
        Column("pledgee", "register.pledgee", "pledgee"),
        Column("term", "register.term", "recorded_term", sort="registered_on"),
        Column("case_number", "case.number", "case"),
        POOL_COLUMN,
        Column("missing", "register.missing", "missing"),
    ),
    filters=(
        Filter("q", "register_list.search-pledge", "search", more=False),
        Filter("from", "register.from", "day", more=False),
        Filter("to", "register.to", "day", more=False),
        POOL,
        BANK,
    ),
    none="register.no-pledge-records",
    leads_to="/cases/{case_id}",
)
EXTRACTS: Final = Listing(
    path="/register/extracts",
    title="register.extracts",
    service="applications",
    source="/register-extracts",
    columns=(
        Column("filename", "register.file", "link", "/register/extracts/"),
        Column("register_code", "extract.register", "term", "extract_register"),
        Column("day", "extract.day", "day", sort="day"),
        Column("bank_code", "register_list.of", "extract_of"),
        Column("sent_name", "register.who"),
        Column("sent_at", "register_list.sent", "moment", sort="sent_at"),
        Column("progress", "bulk.progress", "tag", "bulk_progress"),
        Column("agrees", "extract_result.agrees", "count", number=True),
        Column("differs", "extract_result.differs", "count", number=True),
        Column("unknown_rights", "extract_result.unknown_right", "count", number=True),
        Column("rows_wrong", "extract_result.unreadable", "count", number=True),
        Column("to_take", "extract.to-take", "count", number=True),
        Column("bad_news", "extract.bad-news", "count", number=True),
    ),
    filters=(
        Filter("q", "register_list.search-file", "search", more=False),
        Filter("register", "extract.register", of="extract_register", more=False),
        Filter("to_take", "extract.to-take", "yes_no", more=False),
        Filter("bad_news", "extract.bad-news", "yes_no", more=False),
        BANK,
        *days("sent"),
    ),
    none="register.nothing-brought",
    leads_to="/register/extracts/{id}",
)
REPORTS: Final = Listing(
    path="/register/reports",
    title="around.reports",
    service="applications",
    source="/due-diligence-reports",
    columns=(
        Column("written_on", "around.written-on", "day", sort="written_on"),
        Column("subject", "around.about", "report_on"),
        Column("author", "around.author"),
        Column("conclusion", "around.conclusion", "conclusion"),
        Column("case_number", "case.number", "case"),
        Column("bank_code", "register_list.of", "extract_of"),
        Column("valid_until", "around.valid-until", "day", sort="valid_until"),
        Column("is_over", "case.state", "report_standing"),
    ),
    filters=(
        Filter("q", "register_list.search-report", "search", more=False),
        Filter("subject", "around.about", of="report_subject", more=False),
        Filter("over", "around.over", "yes_no", more=False),
        BANK,
        *days("written"),
    ),
    none="around.none",
)
