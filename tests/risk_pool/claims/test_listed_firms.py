"""The pool hears which firms stand on lists, and a claim's checks show it to its own bank."""

from datetime import date
from typing import Any
from uuid import uuid4

from shared.contracts.listed_firms import FirmClearedV1, FirmListedV1
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import bad_loan

ENTRY = uuid4()


def told(of: dict[str, Any], *, listed_on: str = "2025-01-05") -> dict[str, Any]:
    return {
        "entry_id": ENTRY, "bank_code": "ICBC", "borrower_uscc": of["borrower_uscc"],
        "borrower_name": of["borrower_name"], "list_name": "judgment_defaulter",
        "list_zh": "失信被执行人", "list_en": "judgment defaulters", "listed_on": listed_on,
        "list_date": "2026-03-01", "source": "中国执行信息公开网",
    }  # fmt: skip


async def row(pool: Claims) -> dict[str, Any]:
    body = pool.claim_of("a", "900000.00", overdue_days=95)
    answer = await pool.bank("ICBC").post("/claims/pre-checks", json=body)
    assert answer.status_code == 200, answer.text
    (one,) = [each for each in answer.json()["checks"] if each["code"] == "firm-listed"]
    return one


async def test_what_is_heard_of_a_firm_stands_in_the_checks_of_a_claim(running: Any):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        loan = (await pool.auditor.get(f"/coverages/{pool.loans['a']}")).json()
        assert (await row(pool))["evidence"] == {}

        await pool.hears(FirmListedV1(**told(loan), live_loans=(loan["number"],)))
        found = await row(pool)
        assert (found["result"], found["evidence"]) == (
            "confirm",
            {"judgment_defaulter:2025-01-05": "中国执行信息公开网 2026-03-01"},
        ), "it stood there when the loan was approved"
        assert found["article"]

        gone = FirmClearedV1(**told(loan), ended_on=date(2024, 1, 1), why="credit_repair")
        await pool.hears(gone, gone)
        assert (await row(pool))["result"] == "pass"
        again = FirmListedV1(**told(loan), live_loans=())
        await pool.hears(again)
        assert (await row(pool))["result"] == "confirm"
        async with pool.service.context.database.begin("CCB") as conn:
            assert await conn.fetchval("select count(*) from listed_firms") == 0
