from tests.accountant.month import *
from tests.risk_pool.claims.driver import claims_of
async def test_try(running):
    async with claims_of(running, "ICBC", "CCB", paid_in="30000000.00") as pool:
        await january(pool); await february(pool); await closed(pool)
        a = await pool.auditor.get("/pools/dongli/audit-export")
        open("/tmp/exp.zip","wb").write(a.content)
