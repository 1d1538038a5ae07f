"""How large each table of a book is, and how much a row of it takes with its indexes.

    python -m benchmarks.row_sizes [--state .zhidai-large] [--least 1000000]

Of a book made by `python -m benchmarks.large_book`; rows are PostgreSQL's own count at its last analysis.
Tables below so many bytes are left out. docs/capacity.md reckons with these figures.
"""

import asyncio
from argparse import ArgumentParser
from pathlib import Path

import asyncpg

from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.provision import SERVICES, url_for

_SIZES = """
select c.relname, greatest(c.reltuples, 0)::bigint as rows, pg_table_size(c.oid) as table,
       pg_indexes_size(c.oid) as indexes, pg_total_relation_size(c.oid) as total
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  and pg_total_relation_size(c.oid) >= $1
order by total desc
"""


async def measure(server_url: str, least: int) -> None:
    """Print the tables of every service, the largest first."""
    print(f"{'':34}{'rows':>12}{'table MB':>10}{'index MB':>10}{'bytes a row':>13}")
    for service in SERVICES:
        conn = await asyncpg.connect(url_for(server_url, role="postgres", database=service))
        size = await conn.fetchval("select pg_database_size(current_database())")
        print(f"{service}: {size / 1e9:.2f} GB")
        for row in await conn.fetch(_SIZES, least):
            each = row["total"] / row["rows"] if row["rows"] else 0
            print(
                f"  {row['relname']:32}{row['rows']:>12,}{row['table'] / 1e6:>10.0f}"
                f"{row['indexes'] / 1e6:>10.0f}{each:>13.0f}"
            )
        await conn.close()


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, default=Path(".zhidai-large"))
    parser.add_argument("--least", type=int, default=1_000_000)
    asked = parser.parse_args()
    server = EmbeddedPostgres(asked.state / "postgres").start()
    try:
        asyncio.run(measure(server.server_url, asked.least))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
