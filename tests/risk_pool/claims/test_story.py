"""From a loan that goes bad to a signed month: claim, payment, recovery, settlement, over HTTP."""

from tests.risk_pool.claims.driver import amounts, claims_of


async def test_a_claim_is_split_paid_recovered_and_settled_to_the_fen(running):
    async with claims_of(running) as pool:
        await pool.covers("a", amount="5000000.00")
        await pool.goes_bad("a", "2026-01", "4840520.11", overdue_days=5)
        await pool.it_is("2026-02-10")

        claim = await pool.files("a", "4840520.11", overdue_days=12)
        assert claim["number"] == "DL-C-2026-0001"
        assert claim["waiting_for"]["roles"] == ["finance_maker", "reviewer"]
        decided = await pool.decides(claim)

        assert decided["state"] == "approved"
        assert amounts(decided["shares"]) == {"pool": "250000.00", "bank": "4590520.11"}
        assert [cap["code"] for cap in decided["caps_bound"]] == ["bank_year"]
        assert decided["explanation"]["explanation"]["steps"]
        assert (await pool.coverage("a"))["state"] == "claimed"

        paid = await pool.pays(decided)
        assert (paid["state"], paid["paid"]) == ("paid", "250000.00")

        back = await pool.recovers(decided, "1250000.00", costs="48637.40", on="2026-02-10")
        assert amounts(back["shares"]) == {"pool": "62047.19", "bank": "1139315.41"}

        await pool.it_is("2026-02-11")
        january = await pool.settles("2026-01")
        assert january["state"] == "matched"
        await pool.it_is("2026-03-02")
        february = await pool.settles("2026-02")
        nets = {one["party_code"]: one["net"] for one in february["statements"]}
        assert nets == {"dongli": nets["dongli"], "DL-FIN": "0.00", "ICBC": "-" + nets["dongli"]}
        pdf = await pool.bank("ICBC").get("/pools/dongli/settlements/2026-02/statements/ICBC.pdf")
        assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF"), pdf.text
