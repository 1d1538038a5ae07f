"""The rule behind a figure: which published version bound, and what stands behind its sources."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from services.risk_pool.domain.programme_version import State
from shared.postgres.published_schemes import scheme_on
from shared.schemes.scheme import NoSuchScheme, Scheme, SchemeNotInForce, SchemeNotLive
from shared.schemes.sources import Citation, Documents, cited
from shared.schemes.terms import Terms

_VERSION = re.compile(r"([a-z][a-z0-9_]*)/([^@]+)@([0-9]{4}-[0-9]{2}-[0-9]{2})#[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The version of a measure that a decision was taken under."""

    scheme: Scheme
    terms: Terms
    in_force_from: date
    sha256: str
    number: int | None
    published_at: datetime | None
    proposed_by: str | None
    published_by: str | None

    @property
    def periods(self) -> Mapping[str, str]:
        """The code of each cap → over what it counts."""
        return {cap.code: cap.per for cap in self.terms.caps}


async def bound_by(conn: asyncpg.Connection, version: str) -> Bound | None:
    """The published text whose terms have that version; None where none is published."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    programme, mode, since = found[1], found[2], date.fromisoformat(found[3])
    rows = await conn.fetch(
        """select p.in_force_from, p.sha256, v.number, v.published_at, v.proposed_by_name,
                  v.published_by_name
           from published_schemes p
           left join programme_versions v on v.programme = p.programme
                and v.in_force_from = p.in_force_from and v.state = $2
           where p.programme = $1 order by p.in_force_from""",
        programme,
        State.PUBLISHED,
    )
    for row in rows:
        scheme = await scheme_on(conn, programme, row["in_force_from"])
        for day in (max(since, row["in_force_from"]), since):
            try:
                terms = scheme.terms(day, mode, live=False)
            except (NoSuchScheme, SchemeNotInForce, SchemeNotLive):
                continue
            if terms.version == version:
                return Bound(
                    scheme=scheme,
                    terms=terms,
                    in_force_from=row["in_force_from"],
                    sha256=row["sha256"],
                    number=row["number"],
                    published_at=row["published_at"],
                    proposed_by=row["proposed_by_name"],
                    published_by=row["published_by_name"],
                )
    return None


def opened(step: Mapping[str, Any], bound: Bound | None) -> tuple[Citation, ...]:
    """What stands behind the source of a step, with the text of its article where it is known."""
    documents: Documents = bound.scheme.documents if bound else {}
    return cited(str(step.get("source") or ""), documents, rule=str(step["rule"]))
