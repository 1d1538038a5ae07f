"""For auditors: samples of loans and claims, the trail of one loan, the ledger verified where it lies."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.risk_pool.api.roles import require_pool
from services.risk_pool.audit.verify import Report, audit_pool
from services.risk_pool.queries.audited import POPULATIONS
from services.risk_pool.queries.pools import head_of
from services.risk_pool.queries.trail import trail
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.samples import samples_router
from shared.http.trails import trails_router
from shared.refusals import Refused

MOST_TRANSFERS = 200_000
"""More than so many are verified by `zhidai audit` or from an export: a page would wait too long."""


class LedgerTooLong(Refused):
    """The ledger is longer than is verified while somebody waits."""

    code = "ledger-too-long"
    status = 422


class LedgerCheckAnswer(BaseModel):
    """One question that was put to the ledger."""

    code: str = Field(examples=["chain"])
    zh: str
    en: str
    looked_at: int
    faults: int
    first_zh: str = Field(description="The first fault in words; empty where there is none.")
    first_en: str
    first_seq: int | None = Field(description="Of the transfer at fault, where it is one.")


class VerificationAnswer(BaseModel):
    """What the verification of a ledger came to."""

    pool_code: str
    transfers: int
    last_hash: str = Field(description="Of the last transfer; to be compared with an export's.")
    passed: bool
    checks: list[LedgerCheckAnswer]


router = APIRouter()
router.include_router(samples_router(POPULATIONS))
router.include_router(trails_router(trail))


@router.get("/pools/{code}/verification", tags=["audit"])
async def verify_ledger(
    code: str,
    caller: Annotated[Identity, Depends(requires("auditor", "finance_checker"))],
    context: CurrentContext,
) -> VerificationAnswer:
    """Every balance and every hash worked out anew, from the first transfer on, at one moment. It reads
    the whole ledger; a longer one is verified from an export."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        last_seq, last_hash = await head_of(conn, code)
        if last_seq > MOST_TRANSFERS:
            raise LedgerTooLong(
                "账簿较长，请导出后在本机验证。",
                "The ledger is long; take the export and verify it on a machine of your own.",
                most=MOST_TRANSFERS,
            )
        report = await audit_pool(conn, code)
    assert report is not None
    return _answer(report, last_hash)


def _answer(report: Report, last_hash: bytes) -> VerificationAnswer:
    return VerificationAnswer(
        pool_code=report.pool_code,
        transfers=report.transfers,
        last_hash=last_hash.hex(),
        passed=report.passed,
        checks=[
            LedgerCheckAnswer(
                code=one.code,
                zh=one.zh,
                en=one.en,
                looked_at=one.looked_at,
                faults=one.faults,
                first_zh=one.first.zh if one.first else "",
                first_en=one.first.en if one.first else "",
                first_seq=one.first.seq if one.first else None,
            )
            for one in report.checks
        ],
    )
