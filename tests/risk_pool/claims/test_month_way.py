"""A month on its way: reminders, the month before, another version, sent back, and closed."""

from datetime import date
from typing import Any

from tests.cash import released, settle_items
from tests.publishing import proposal
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.account.files import entry
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.claims.test_settlements import story
from tests.risk_pool.programmes.test_versions import HALF

FEBRUARY = "/pools/dongli/settlements/2026-02"
MARCH = "/pools/dongli/settlements/2026-03"


async def two_reports_missing(pool: Claims) -> None:
    """February is over, and neither bank has reported."""
    for name, bank in (("a", "ICBC"), ("b", "ICBC"), ("c", "CCB")):
        await pool.covers(name, amount="1000000.00", bank=bank)
        await pool.hears(pool.position(name, "2026-01", "1000000.00"))
    await pool.it_is("2026-03-02")
    await pool.settles("2026-01")
    await pool.settles("2026-02", "preview")


async def test_the_banks_that_lack_something_are_reminded_and_not_twice_a_day(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await two_reports_missing(pool)

        answer = await pool.maker.post(f"{FEBRUARY}/reminders", json={"party": "ICBC"})

        assert answer.status_code == 201, answer.text
        assert [
            (one["party_code"], one["code"], one["count"]) for one in answer.json()["reminded"]
        ] == [("ICBC", "position-missing", 2)]
        again = await pool.maker.post(f"{FEBRUARY}/reminders", json={"party": "ICBC"})
        assert code_of(again) == (409, "reminded-today")
        # All: the one who was reminded today is left out.
        others = (await pool.maker.post(f"{FEBRUARY}/reminders", json={})).json()
        assert [one["party_code"] for one in others["reminded"]] == ["CCB"]
        told = await pool.said("settlement.reminder.v1")
        assert [(one["bank_code"], one["missing"][0]["count"]) for one in told] == [
            ("ICBC", 2), ("CCB", 1),
        ]  # fmt: skip
        assert told[0]["missing"][0]["numbers"] == ["DL-2026-000001", "DL-2026-000002"]
        found = (await pool.auditor.get(FEBRUARY)).json()["completeness"]["findings"]
        icbc = next(one for one in found if one["party_code"] == "ICBC")
        assert icbc["can_be_reminded"]
        assert [(one["reminded_on"], one["by_name"]) for one in icbc["reminders"]] == [
            ("2026-03-02", "gao")
        ]
        own = (await pool.bank("CCB").get(FEBRUARY)).json()["completeness"]["findings"]
        assert [one["party_code"] for one in own] == ["CCB"]
        await pool.it_is("2026-03-03")
        assert (await pool.maker.post(f"{FEBRUARY}/reminders", json={})).status_code == 201


async def test_nobody_is_reminded_of_what_has_come_in_and_only_finance_reminds(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await two_reports_missing(pool)
        for person in (pool.checker, pool.auditor, pool.bank("ICBC")):
            assert (await person.post(f"{FEBRUARY}/reminders", json={})).status_code == 403
        # Reported since the preview: nothing of theirs is missing any more.
        await pool.hears(pool.position("c", "2026-02", "1000000.00"))

        answer = await pool.maker.post(f"{FEBRUARY}/reminders", json={"party": "CCB"})

        assert code_of(answer) == (409, "nothing-to-remind")
        answer = await pool.maker.post(f"{MARCH}/reminders", json={})
        assert code_of(answer) == (404, "not-found")
        assert await pool.said("settlement.reminder.v1") == []


async def test_every_finding_names_its_party_and_where_it_is_mended(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        claim = pool.claim
        await pool.recovers(claim, "10.00", on="2026-03-04", confirmed=False)
        await pool.it_is("2026-04-02")

        march = await pool.settles("2026-03", "preview")

        for one in march["completeness"]["findings"]:
            assert one["link"]["api"].startswith("/api/v1/"), one["code"]
            assert one["link"]["page"].startswith("/"), one["code"]
            assert one["party_name"] == one["party_code"]
        links = {one["code"]: one["link"] for one in march["completeness"]["findings"]}
        assert links["recovery-unconfirmed"]["page"] == (
            "/recoveries?state=reported&pool=dongli&bank=ICBC"
        )
        assert links["earlier-month-open"]["api"] == "/api/v1/pools/dongli/settlements/2026-02"


async def test_a_month_is_sent_back_with_a_reason_that_stands_until_it_is_confirmed_again(running):
    async with claims_of(running) as pool:
        await pool.it_is("2026-02-05")
        at = "/pools/dongli/settlements/2026-01"
        await pool.settles("2026-01", "preview", "confirm", "sign")
        for wrong in ({}, {"reason": ""}):
            assert (await pool.checker.post(f"{at}/send_back", json=wrong)).status_code == 422

        back = (await pool.checker.post(f"{at}/send_back", json={"reason": "少报一笔"})).json()

        assert (back["state"], back["confirmed_by"], back["signed_by"]) == ("previewed", None, None)
        assert (back["sent_back"]["reason"], back["sent_back"]["by"]) == ("少报一笔", "qian")
        assert back["history"][-1]["reason"] == "少报一笔"
        (told,) = await pool.said("settlement.sent-back.v1")
        assert (told["reason"], told["sent_back_by"], told["confirmed_by"]) == (
            "少报一笔", "qian", "gao",
        )  # fmt: skip
        answer = await pool.checker.post(f"{at}/send_back", json={"reason": "再退"})
        assert code_of(answer) == (409, "not-possible-now")
        previewed = await pool.settles("2026-01", "preview")
        assert previewed["sent_back"]["reason"] == "少报一笔"
        assert (await pool.settles("2026-01", "confirm"))["sent_back"] is None


async def test_the_preview_stands_beside_the_month_before_per_party_and_kind(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        await pool.settles("2026-02")
        await pool.hears(pool.position("b", "2026-03", "9000000.00"))
        await pool.hears(pool.position("c", "2026-03", "1800000.00"))
        await pool.it_is("2026-04-02")
        await pool.settles("2026-03", "preview")

        answer = (await pool.auditor.get(f"{MARCH}/comparison")).json()

        assert (answer["before"], answer["has_before"]) == ("2026-02", True)
        found = {
            (one["party_code"], one["kind"]): (one["now"], one["before"], one["difference"])
            for one in answer["figures"]
        }
        # The bank owes: to receive for the pool's people, to pay for the bank's.
        assert found["ICBC", "net"] == ("105555.56", "0.00", "105555.56")
        assert found["dongli", "to_receive"] == ("105555.56", "0.00", "105555.56")
        assert ("ICBC", "to_pay") not in found
        theirs = (await pool.bank("ICBC").get(f"{MARCH}/comparison")).json()["figures"]
        assert {one["kind"]: one["now"] for one in theirs if "net" in one["kind"] or "pay" in one["kind"]} == {
            "to_pay": "105555.56", "net": "-105555.56",
        }  # fmt: skip
        assert found["ICBC", "claimed"] == ("1000000.00", "0.00", "1000000.00")
        assert found["CCB", "outstanding"] == ("1800000.00", "1900000.00", "-100000.00")
        assert ("CCB", "net") not in found
        own = (await pool.bank("CCB").get(f"{MARCH}/comparison")).json()
        assert {one["party_code"] for one in own["figures"]} == {"CCB"}
        january = await pool.auditor.get("/pools/dongli/settlements/2026-01/comparison")
        assert january.json()["has_before"] is False


async def proposed(pool: Claims, text: str, first_day: str) -> int:
    """A version waits for its second person."""
    answer = await pool.manager.post(
        "/programmes/dongli/versions",
        json=proposal("dongli", text, in_force_from=date.fromisoformat(first_day)),
    )
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["number"]
    return number


def borne(parties: list[dict[str, str]]) -> dict[str, tuple[str, str, str]]:
    return {one["party"]: (one["now"], one["then"], one["difference"]) for one in parties}


async def test_what_the_claims_of_a_month_would_be_under_another_version(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        for name, bank in (("a", "ICBC"), ("b", "CCB")):
            # So much is lent that no yearly cap of a bank binds.
            await pool.covers(f"{name}-large", amount="10000000.00", bank=bank)
            await pool.covers(name, amount="1000000.00", bank=bank)
            await pool.goes_bad(name, "2026-02", "900000.00", overdue_days=100)
        await pool.it_is("2026-03-04")
        for name, bank in (("a", "ICBC"), ("b", "CCB")):
            await pool.approves(name, "900000.00", bank=bank, overdue_days=104)
        before = await pool.balances()
        half = await proposed(pool, HALF, "2026-04-01")

        same = (await pool.auditor.get(f"{MARCH}/what-if", params={"version": 1})).json()
        other = (await pool.auditor.get(f"{MARCH}/what-if", params={"version": half})).json()

        # Under its own version a month is what it is.
        assert [one["difference"] for claim in same["claims"] for one in claim["parties"]] == (
            ["0.00"] * 4
        )
        assert [claim["why"] for claim in same["claims"]] == [[], []]
        for claim in other["claims"]:
            assert borne(claim["parties"]) == {
                "pool": ("360000.00", "450000.00", "90000.00"),
                "bank": ("540000.00", "450000.00", "-90000.00"),
            }
            assert claim["why"][0]["zh"] == "风险补偿资金池承担比例 40.00% → 50.00%"
        assert borne(other["totals"])["pool"] == ("720000.00", "900000.00", "180000.00")
        # Nothing is kept, and no bank asks.
        assert await pool.balances() == before
        asked = {"version": half}
        assert (await pool.bank("ICBC").get(f"{MARCH}/what-if", params=asked)).status_code == 403
        none = await pool.auditor.get(f"{MARCH}/what-if", params={"version": 9})
        assert code_of(none) == (404, "not-found")
        empty = await pool.auditor.get(f"{FEBRUARY}/what-if", params=asked)
        assert empty.json()["claims"] == []
        refusal = await pool.service.as_("he", "approver").post(
            f"/programmes/dongli/versions/{half}/refuse", json={"reason": "不妥"}
        )
        assert refusal.status_code == 200, refusal.text
        gone = await pool.auditor.get(f"{MARCH}/what-if", params=asked)
        assert code_of(gone) == (404, "not-found")


async def march_posted(pool: Any) -> Any:
    """March is posted; the bank owes 105,555.56 for what it has recovered."""
    await story(pool)
    await pool.settles("2026-02")
    await pool.hears(pool.position("b", "2026-03", "9000000.00"))
    await pool.hears(pool.position("c", "2026-03", "1800000.00"))
    await pool.it_is("2026-04-02")
    return await pool.settles("2026-03")


async def test_a_month_with_an_open_item_is_not_closed_and_its_bank_is_reminded(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        posted = await march_posted(pool)
        assert posted["state"] == "posted"
        statements = await pool.auditor.get(f"{MARCH}/statements/ICBC.json")
        file = await pool.auditor.get(f"{MARCH}/statements/ICBC.xlsx")

        refused = await pool.checker.post(f"{MARCH}/close", json={})

        assert code_of(refused) == (409, "month-not-closable")
        (open_one,) = refused.json()["findings"]
        assert (open_one["code"], open_one["party_code"], open_one["amount"]) == (
            "receivable-open", "ICBC", "105555.56",
        )  # fmt: skip
        shown = (await pool.auditor.get(MARCH)).json()["closing"]
        assert shown["findings"][0]["link"]["page"] == "/pools/dongli/cash"
        assert (await pool.bank("ICBC").get(MARCH)).json()["closing"] is None
        reminded = (await pool.maker.post(f"{MARCH}/reminders", json={})).json()["reminded"]
        assert [(one["party_code"], one["code"]) for one in reminded] == [
            ("ICBC", "receivable-open")
        ]
        reference = "settlement:dongli:2026-03:ICBC"
        await released(
            pool.maker, pool.checker, "dongli", "receipt", "100000.00", "2026-04-02", item=reference
        )
        assert (await pool.auditor.get(MARCH)).json()["state"] == "posted"
        await released(
            pool.maker, pool.checker, "dongli", "receipt", "5555.56", "2026-04-02", item=reference
        )
        matched = (await pool.auditor.get(MARCH)).json()
        assert (matched["state"], matched["matched_on"]) == ("matched", "2026-04-02")
        assert matched["pending_actions"] == []
        closed = (await pool.checker.post(f"{MARCH}/close", json={})).json()
        assert (closed["state"], closed["closed_by"], closed["closing"]) == ("closed", "qian", None)
        # What a posted month says never changes by what becomes of the money.
        again = await pool.auditor.get(f"{MARCH}/statements/ICBC.json")
        assert (again.json(), again.content) == (statements.json(), statements.content)
        assert (await pool.auditor.get(f"{MARCH}/statements/ICBC.xlsx")).content == file.content
        for name in ("movements", "statements", "posted_by", "ledger_seq"):
            assert closed[name] == posted[name], name
        assert (await pool.checker.post(f"{MARCH}/close", json={})).json()["state"] == "closed"


async def test_a_month_is_not_closed_while_the_account_does_not_agree_to_its_end(running):
    async with account_of(running, on="2026-02-05") as pool:
        assert isinstance(pool, Account)
        january = "/pools/dongli/settlements/2026-01"
        assert (await pool.settles("2026-01"))["state"] == "matched"

        async def lacking() -> list[str]:
            answer = await pool.checker.post(f"{january}/close", json={})
            assert code_of(answer) == (409, "month-not-closable")
            return [one["code"] for one in answer.json()["findings"]]

        assert await lacking() == ["statement-missing", "movement-unseen"]
        await pool.imports(
            entry("2026-01-01", "20000000.00", name="区财政局"),
            entry("2026-01-20", "4321.00", name="某公司"),
            covers_until="2026-01-31",
        )
        assert await lacking() == ["line-unmatched"]
        await pool.suspends(await pool.open_line("4321.00"), "unknown")
        closed = (await pool.checker.post(f"{january}/close", json={})).json()
        assert closed["state"] == "closed"


async def test_what_settles_the_items_of_two_months_matches_each_by_itself(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await march_posted(pool)

        await settle_items(pool.maker, pool.checker, "dongli", "2026-04-02")

        listed = (await pool.auditor.get("/pools/dongli/settlements")).json()["items"]
        assert [(one["month"], one["state"]) for one in listed] == [
            ("2026-03", "matched"), ("2026-02", "matched"), ("2026-01", "matched"),
        ]  # fmt: skip
