"""Insurance policies, as applications tells of them: kept as they stand last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from shared.contracts.around_loans import PolicyStandsV1

_COLUMNS: Final = (
    "policy_id", "loan_id", "pool_code", "bank_code", "borrower_uscc", "kind", "insurer_name",
    "reference", "insured_fen", "premium_fen", "begins_on", "ends_on", "ended_on",
)  # fmt: skip
_LATER: Final = ("insured_fen", "premium_fen", "begins_on", "ends_on", "ended_on")
_KEEP: Final = f"""
insert into insurance_policies ({", ".join(_COLUMNS)}, heard_at)
values ({", ".join(f"${n}" for n in range(1, len(_COLUMNS) + 2))})
on conflict (policy_id) do update
    set {", ".join(f"{name} = excluded.{name}" for name in (*_LATER, "heard_at"))}
"""


async def keep(
    conn: asyncpg.Connection, policies: Sequence[PolicyStandsV1], *, now: datetime
) -> None:
    """Keep each as it stands; what is told later of the same one replaces it."""
    await conn.executemany(
        _KEEP, [(*(getattr(one, name) for name in _COLUMNS), now) for one in policies]
    )
