"""Applications tells which rights are pledged for a loan, and how pledges end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.risk_pool.tables import loan_pledges
from shared import canonical
from shared.contracts.rights import LoanPledgesStandV1, StandingPledge
from shared.identifiers import InvalidIdentifier
from shared.messaging.inbox import Received
from shared.rights import read_right


async def stand(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """All pledges of a loan as they stand now. Their loan may not be known here yet."""
    told = [_row(one.event, pledge) for one in received for pledge in one.event.pledges]
    await loan_pledges.keep(conn, told, now=now)


def _row(loan: LoanPledgesStandV1, pledge: StandingPledge) -> Mapping[str, Any]:
    same = ("pledge_id", "nice_class", "owner_name", "registry", "registered_on", "term_until",
            "ended_on")  # fmt: skip
    return {
        **{name: getattr(loan, name) for name in ("loan_id", "pool_code", "bank_code")},
        **{name: getattr(pledge, name) for name in same},
        "kind": pledge.right_kind,
        "number": pledge.right_number,
        "number_canonical": _canonical(pledge),
        "name": pledge.right_name,
        "registration_no": pledge.registration_number,
        "how_ended": pledge.end,
    }


def _canonical(pledge: StandingPledge) -> str:
    try:
        return read_right(pledge.right_kind, pledge.right_number).number
    except InvalidIdentifier:  # Kept before numbers were read so strictly.
        return canonical.number(pledge.right_number)
