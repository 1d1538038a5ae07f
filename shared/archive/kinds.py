"""What is archived by month, and how its rows are read, counted and let go of.

A row is written as `{"key": …, "row": {…}}`, as PostgreSQL says it: read back by `json_populate_record` it is
the same to the byte. The month of a row is its month in China.
"""

from dataclasses import dataclass
from typing import Final

from shared.postgres.reads import LEAST_KEPT_DAYS

FEED_LIVE_DAYS: Final = 400
"""So long at least the feed is read from the database: a year, and the month in which it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A table that is archived. Statements take the beginning and the end of a month."""

    table: str
    rows: str
    """`key`, `line` of a month, in the order of keys."""
    oldest: str
    """The moment of the oldest row."""
    live_days: int
    """No row leaves the database younger than this."""
    leaves: str = ""
    """Lets go of what is older than $1 and has no greater key than $2, at most $3 at once, and answers
    how many; "" where nothing ever leaves and the archive has a copy alone."""
    is_dense: bool = False
    """Keys count from one month into the next without a gap."""


FEED: Final = Kind(
    table="event_feed",
    # By number, not by time: the database's clock may have been set back.
    rows="""
        select position as key,
               json_build_object('key', position, 'row', row_to_json(t))::text as line
        from event_feed t
        where position < coalesce(
            (select position from event_feed where published_at >= $2 order by position limit 1),
            9223372036854775807)
          and $1::timestamptz is not null
        order by position
    """,
    oldest="select published_at from event_feed order by position limit 1",
    live_days=FEED_LIVE_DAYS,
    leaves="""
        with gone as (
            delete from event_feed where position in (
                select position from event_feed where position <= $2 order by position limit $3)
            returning 1
        )
        select count(*)::integer from gone where $1::timestamptz is not null
    """,
    is_dense=True,
)

LOOKS: Final = Kind(
    table="reads",
    rows="""
        select id as key, json_build_object('key', id, 'row', row_to_json(t))::text as line
        from reads t where at >= $1 and at < $2 order by id
    """,
    oldest="select min(at) from reads",
    live_days=LEAST_KEPT_DAYS,
    leaves="select forget_reads($1, $3) where $2::bigint is not null",
)
