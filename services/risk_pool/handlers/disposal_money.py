"""A recovery that names a disposal: it is of the same loan, and within what the rights gave."""

from uuid import UUID

import asyncpg

from services.risk_pool.domain.disposal import HAS_PROCEEDS
from services.risk_pool.domain.disposal_checks import NothingSold, require_room
from services.risk_pool.domain.recovery import Reported
from services.risk_pool.queries import disposals as known
from shared.life_cycle import Row
from shared.refusals import FieldFault, FieldsWrong


async def require_within_disposal(
    conn: asyncpg.Connection, claim: Row, reported: Reported, *, but: UUID | None
) -> None:
    """Nothing where it names none. The pool is locked, so that of two at once the second one counts
    the first. `but`: the recovery that is reported anew.

    Raises FieldsWrong, NothingSold, ProceedsExceeded.
    """
    if reported.disposal_id is None:
        return
    disposal = await known.find(conn, reported.disposal_id)
    if disposal is None or disposal["loan_id"] != claim["loan_id"]:
        raise FieldsWrong(
            [
                FieldFault(
                    ("disposal_id",),
                    "no-such-disposal",
                    "该贷款没有这一处置",
                    "the loan has no such disposal",
                )
            ]
        )
    if disposal["state"] not in HAS_PROCEEDS:
        raise NothingSold(
            f"{disposal['number']} 尚未成交。", f"{disposal['number']} has no buyer yet."
        )
    if not reported.from_pledged_ip:
        raise FieldsWrong(
            [
                FieldFault(
                    ("from_pledged_ip",),
                    "from-disposal",
                    "处置所得来自质押知识产权",
                    "the proceeds of a disposal are of the pledged IP",
                )
            ]
        )
    require_room(
        reported.gross_fen,
        proceeds_fen=disposal["proceeds_fen"],
        reported_fen=await known.reported_fen(conn, disposal["id"], but=but),
    )
