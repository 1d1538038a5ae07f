"""What public notices and objections can be ordered by. Both are few: a handful a month and pool."""

from datetime import date
from typing import Final
from uuid import UUID

from services.risk_pool.queries.objections import WITH_NOTICE
from services.risk_pool.queries.public_notices import COUNTS, OTHERS
from shared.postgres.grids import Grid, Sortable

_NO_DAY: Final = "date '1900-01-01'"

NOTICES: Final = Grid(
    rows=f"""(select n.*, {COUNTS}, {OTHERS},
        (select count(*) from public_notice_cases c where c.notice_id = n.id) as cases
        from public_notices n) as notice""",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "opens_on": Sortable("opens_on", date),
        "last_day": Sortable("last_day", date),
    },
)
OBJECTIONS: Final = Grid(
    rows=f"({WITH_NOTICE}) as objection",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "filed_on": Sortable("filed_on", date),
        "due_on": Sortable(f"coalesce(due_on, {_NO_DAY})", date),
    },
)
