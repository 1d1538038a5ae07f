"""A list is shown to everybody for its days; what it came to is the step of every claim on it."""

import json

from shared.schemes import library
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.notices.driver import AFTER, FIRST, LAST, days_after, noticed
from tests.risk_pool.subsidies.driver import treasury_of


async def test_a_list_is_read_by_everybody_for_its_days_and_its_end_records_every_claims_step(
    running,
):
    async with noticed(running) as pool:
        one, other = pool.claim
        found = await pool.person("auditor").get("/pools/dongli/public-notices/waiting")
        waiting = found.json()["items"]
        assert {case["number"] for case in waiting} == {one["number"], other["number"]}
        notice = await pool.prepares(one, other)
        assert (notice["state"], notice["opens_on"], notice["last_day"]) == (
            "prepared",
            FIRST,
            LAST,
        )
        assert (await pool.read(notice)).status_code == 404
        assert code_of(await pool.moves(notice, "approve", "reviewer"))[0] == 403

        approved = (await pool.moves(notice, "approve", "approver")).json()

        assert (approved["state"], approved["published_on"]) == ("published", FIRST)
        read = await pool.read(notice)
        assert read.headers["cache-control"] == "public, max-age=60"
        assert read.json() | {"state": "", "state_zh": "", "state_en": ""} == approved["public"] | {
            "state": "", "state_zh": "", "state_en": "",
        }  # fmt: skip
        first, second = read.json()["listed"]
        assert (first["firm"], first["bank"], first["principal"]) == ("企业a", "ICBC", "900000.00")
        assert second["bank"] == "CCB"
        assert set(first["credit_code"][2:-4]) == {"*"}
        inside = json.dumps(read.json())
        for secret in (one["id"], one["loan_id"], one["number"], one["loan_number"], "p-reviewer"):
            assert secret not in inside
        waiting = await pool.person("auditor").get("/pools/dongli/public-notices/waiting")
        assert waiting.json()["items"] == []
        early = await pool.moves(notice, "end", "reviewer")
        assert code_of(early) == (409, "notice-still-hangs")

        await pool.calendar(AFTER)

        ended = await pool.person("auditor").get(f"/public-notices/{notice['id']}")
        assert (ended.json()["state"], ended.json()["shown_until"]) == (
            "ended", days_after(AFTER, 30),
        )  # fmt: skip
        for claim in (one, other):
            now = await pool.claim_now(claim)
            step = now["steps"][3]
            assert now["next_step"] is None
            assert (step["outcome"], step["recorded_by"]) == ("favourable", "system")
            assert (step["notice_from"], step["notice_to"]) == (FIRST, LAST)
            assert step["opinion"] == f"公示 {notice['number']}（{FIRST} 至 {LAST}）期满，无异议。"
        for kind in ("published", "ended"):
            told = await pool.said(f"public-notice.{kind}.v1")
            assert {e["bank_code"]: [c["case_number"] for c in e["cases"]] for e in told} == {
                "ICBC": [one["number"]], "CCB": [other["number"]],
            }  # fmt: skip
        feed = (await pool.bank("CCB").get("/events", params={"limit": 200})).json()["items"]
        own = [item["data"] for item in feed if item["type"] == "public-notice.ended.v1"]
        assert [case["outcome"] for event in own for case in event["cases"]] == ["favourable"]
        assert "notice_id" not in own[0]

        # It stays for thirty days, then it is gone from the public.
        await pool.it_is(days_after(AFTER, 30))
        assert (await pool.read(notice)).json()["takes_objections"] is False
        found = await pool.outside.get(
            "/public/notices", params={"firm": "企业A", "pool": "dongli"}
        )
        assert [item["number"] for item in found.json()["items"]] == [notice["number"]]
        assert (await pool.outside.get("/public/notices?firm=%25")).json()["items"] == []
        assert (await pool.outside.get("/public/pools")).json()["items"] == [
            {"code": "dongli", "name": "资金池 dongli"}
        ]
        await pool.it_is(days_after(AFTER, 31))
        assert (await pool.read(notice)).status_code == 404
        assert (await pool.outside.get("/public/notices")).json()["items"] == []


async def test_only_cases_that_wait_are_listed_once_and_everything_wrong_is_said_at_once(running):
    async with noticed(running) as pool:
        one, other = pool.claim
        await pool.prepares(one)
        body = {
            "claims": [one["id"], other["id"], other["id"], str(pool.loans["a"])],
            "opens_on": FIRST,
        }

        refused = await pool.prepares(status=422, **body)

        assert {fault["pointer"]: fault["code"] for fault in refused["errors"]} == {
            "#/claims/0": "on-notice-already",
            "#/claims/2": "listed-twice",
            "#/claims/3": "no-such-case",
        }
        past = await pool.prepares(other, status=422, opens_on="2026-03-04")
        assert [fault["code"] for fault in past["errors"]] == ["day-past"]
        assert (await pool.prepares(status=422))["code"] == "invalid-request"
        # A claim that went back to its bank waits for no notice: the list is made anew.
        later = await pool.prepares(other, opens_on="2026-03-09", working_days=10)
        assert later["last_day"] == "2026-03-23"
        gaps = {"gaps": [{"text": "缺页"}]}
        await pool.maker.post(f"/claims/{other['id']}/return", json=gaps)
        moved = await pool.moves(later, "approve", "finance_checker")
        assert code_of(moved) == (409, "notice-cases-moved")
        assert moved.json()["cases"] == [other["number"]]


async def test_days_are_counted_from_when_it_is_really_published_and_a_later_day_is_waited_for(
    running,
):
    async with noticed(running) as pool:
        one, other = pool.claim
        late, ahead = await pool.prepares(one), await pool.prepares(other, opens_on="2026-03-10")
        await pool.moves(ahead, "approve", "approver")
        assert (await pool.read(ahead)).status_code == 404
        await pool.it_is("2026-03-06")
        approved = (await pool.moves(late, "approve", "approver")).json()
        assert (approved["opens_on"], approved["last_day"]) == ("2026-03-06", "2026-03-13")

        await pool.calendar("2026-03-10")

        assert (await pool.read(ahead)).json()["last_day"] == "2026-03-17"
        assert len(await pool.said("public-notice.published.v1")) == 2


async def test_a_notice_is_corrected_by_a_new_one_in_its_place_and_withdrawn_for_a_reason(running):
    async with noticed(running) as pool:
        one, other = pool.claim
        wrong = await pool.publishes(one)
        assert code_of(await pool.moves(wrong, "withdraw", "reviewer", reason="x"))[0] == 403

        right = await pool.publishes(one, other, corrects=wrong["id"])

        assert (await pool.read(wrong)).status_code == 404
        assert (await pool.read(right)).json()["corrects"] == wrong["number"]
        before = (await pool.auditor.get(f"/public-notices/{wrong['id']}")).json()
        assert (before["state"], before["corrected_by"]) == ("corrected", right["number"])
        receipt = (await pool.objects(right)).json()
        gone = await pool.moves(right, "withdraw", "approver", reason="名单有误")
        assert gone.json()["state"] == "withdrawn"
        assert (await pool.read(right)).status_code == 404
        at = f"/public/objections/{receipt['receipt']}/{receipt['secret']}"
        assert (await pool.outside.get(at)).json()["state"] == "lapsed"
        told = await pool.said("public-notice.withdrawn.v1")
        assert {(event["bank_code"], event["reason"]) for event in told} == {
            ("ICBC", "名单有误"), ("CCB", "名单有误"),
        }  # fmt: skip
        # Its claims wait for another one; nothing was recorded.
        assert (await pool.claim_now(one))["next_step"] == "public_notice"


async def test_a_scheme_may_hide_amounts_and_want_subsidies_shown_before_they_are_approved(running):
    rule = """      public_notice:
        2018-01-01: {value: {hides_amounts: true, days_after: 0, subsidies_working_days: 3}, mark: assumed}
"""
    text = library.texts("gd_guangzhou_subsidy")[0] + rule
    async with treasury_of(running, "gd_guangzhou_subsidy", "city", text=text) as pool:
        await pool.lent("a", "100000.00")
        await pool.it_is("2026-07-02")
        subsidy = await pool.files_subsidy("a", "pledge", "2026-01-12", "2026-07-01")
        await pool.reviews(subsidy)
        trial = (await pool.shown(subsidy))["trial"]["trial"]
        assert code_of(await pool.decides_on(subsidy, trial)) == (409, "public-notice-needed")
        at = f"/pools/{pool.code}/public-notices"
        waiting = (await pool.auditor.get(f"{at}/waiting")).json()["items"]
        assert [(one["kind"], one["id"]) for one in waiting] == [("subsidy", subsidy["id"])]
        body = {"title": "补贴公示", "subsidies": [subsidy["id"]], "opens_on": "2026-07-02"}
        notice = (await pool.maker.post(at, json=body)).json()
        assert notice["last_day"] == "2026-07-07"
        await pool.checker.post(f"/public-notices/{notice['id']}/approve", json={})

        outside = pool.service.anonymous()
        (case,) = (await outside.get(f"/public/notices/{notice['number']}")).json()["listed"]

        assert (case["since"], case["until"]) == ("2026-01-12", "2026-07-01")
        assert (case["principal"], case["proposed"]) == (None, None)
        assert code_of(await pool.decides_on(subsidy, trial)) == (409, "public-notice-needed")
        await pool.it_is("2026-07-08")
        await pool.maker.post(f"/public-notices/{notice['id']}/end", json={})
        assert (await pool.decides_on(subsidy, trial)).json()["state"] == "approved"
