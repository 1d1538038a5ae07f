"""The steps that a scheme names before a decision: in order, with people, papers and days."""

from tests.papers import shown
from tests.risk_pool.claims.driver import MINUTES, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of


async def reviewed(pool):
    """A claim of dongli, reviewed on Thursday 5 March."""
    await bad_loan(pool)
    claim = await pool.files("a", "900000.00", overdue_days=95)
    answer = await pool.maker.post(f"/claims/{claim['id']}/review", json={"opinion": "好"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def faults(answer):
    assert code_of(answer) == (422, "invalid-request"), answer.text
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


async def test_each_step_is_due_so_many_working_days_after_the_one_before(running):
    async with claims_of(running) as pool:
        claim = await reviewed(pool)
        assert [(one["step"], one["due_on"]) for one in claim["steps"]] == [
            ("expert_review", "2026-03-12"),
            ("bureau_opinion", None),
            ("joint_meeting", None),
            ("public_notice", None),
        ]
        assert claim["waiting_for"]["due_on"] == "2026-03-12"

        await pool.it_is("2026-03-10")
        claim = await pool.takes_a_step(claim)

        first, second, *_ = claim["steps"]
        assert (first["recorded_on"], first["outcome"]) == ("2026-03-10", "favourable")
        assert (claim["next_step"], second["due_on"]) == ("bureau_opinion", "2026-03-17")
        assert claim["waiting_for"]["due_on"] == "2026-03-17"
        assert claim["waiting_for"]["zh"] == "等待主管部门意见"


async def test_a_step_out_of_turn_is_refused_and_names_the_next(running):
    async with claims_of(running) as pool:
        claim = await reviewed(pool)

        answer = await pool.maker.post(
            f"/claims/{claim['id']}/steps",
            json={"step": "public_notice", "outcome": "favourable", "opinion": "好"},
        )

        assert faults(answer) == {"#/step": "not-the-next-step"}


async def test_a_joint_meeting_takes_who_took_part_and_its_minutes(running):
    async with claims_of(running) as pool:
        claim = await reviewed(pool)
        claim = await pool.takes_a_step(await pool.takes_a_step(claim))
        manager = pool.service.as_("wu", "pool_manager")
        body = {"step": "joint_meeting", "outcome": "favourable", "opinion": "一致同意"}
        where = f"/claims/{claim['id']}/steps"

        bare = await manager.post(where, json=body)
        met = {"participants": ["吴刚", "赵建国"]}
        odd = await manager.post(
            where, json=body | met | {"papers": [MINUTES | {"kind": "report"}]}
        )
        whole = await manager.post(where, json=body | met | {"papers": [MINUTES]})

        assert faults(bare) == {"#/participants": "no-participants", "#/papers": "no-minutes"}
        assert faults(odd) == {"#/papers": "no-minutes"}
        met = whole.json()["steps"][2]
        assert (met["participants"], met["papers"]) == (["吴刚", "赵建国"], [shown("*", "minutes")])
        assert (met["recorded_by"], met["opinion"]) == ("wu", "一致同意")


async def test_the_public_notice_is_typed_by_nobody_its_end_records_the_step(running):
    async with claims_of(running) as pool:
        claim = await reviewed(pool)
        for _ in range(3):
            claim = await pool.takes_a_step(claim)
        body = {"step": "public_notice", "outcome": "favourable", "opinion": "无异议"}

        typed = await pool.maker.post(f"/claims/{claim['id']}/steps", json=body)

        assert code_of(typed) == (409, "public-notice-needed")
        claim = await pool.takes_a_step(claim)
        notice = claim["steps"][3]
        assert claim["next_step"] is None
        # Five working days after Thursday the 5th are over on Thursday the 12th.
        assert (notice["notice_from"], notice["notice_to"]) == ("2026-03-05", "2026-03-12")
        assert (notice["outcome"], notice["recorded_on"]) == ("favourable", "2026-03-13")
        assert [one["step"] for one in await pool.said("claim.step-recorded.v1")] == [
            "expert_review", "bureau_opinion", "joint_meeting", "public_notice",
        ]  # fmt: skip


async def test_an_unfavourable_outcome_decides_nothing_but_is_seen(running):
    async with claims_of(running) as pool:
        claim = await reviewed(pool)
        claim = await pool.takes_a_step(claim, outcome="unfavourable", opinion="现场已人去楼空")
        while claim["next_step"]:
            claim = await pool.takes_a_step(claim)

        seen = (await pool.checker.get(f"/claims/{claim['id']}")).json()
        assert seen["steps"][0]["outcome"] == "unfavourable"
        assert "approve" in seen["pending_actions"]
        approved = await pool.approves_now(claim)
        assert approved.status_code == 200, approved.text


async def test_a_claim_that_came_back_goes_through_its_steps_again(running):
    async with claims_of(running) as pool:
        claim = await pool.takes_a_step(await reviewed(pool))
        where = f"/claims/{claim['id']}"
        await pool.maker.post(f"{where}/return", json={"gaps": [{"text": "缺页"}]})
        body = pool.claim_of("a", "900000.00", overdue_days=95)
        del body["loan_id"]
        back = await pool.bank("ICBC").post(f"{where}/resubmit", json=body)
        assert back.status_code == 200, back.text
        assert back.json()["next_step"] is None

        answer = await pool.maker.post(f"{where}/review", json={"opinion": "好"})

        assert answer.json()["next_step"] == "expert_review"
        assert {one["recorded_on"] for one in answer.json()["steps"]} == {None}


async def test_a_scheme_that_names_no_steps_is_decided_after_the_review(running):
    async with claims_of(running, code="js_suzhidai") as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        answer = await pool.maker.post(f"/claims/{claim['id']}/review", json={"opinion": "好"})

        assert (answer.json()["steps"], answer.json()["next_step"]) == ([], None)
        assert answer.json()["waiting_for"]["roles"] == ["finance_checker"]
        stopped = await pool.maker.post(
            f"/claims/{claim['id']}/steps",
            json={"step": "expert_review", "outcome": "favourable", "opinion": "好"},
        )
        assert code_of(stopped) == (409, "not-possible-now")
        approved = await pool.approves_now(claim)
        assert approved.json()["state"] == "approved"


async def test_the_bank_sees_the_steps_of_its_own_claim_and_nobody_elses(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        claim = await reviewed(pool)
        await pool.takes_a_step(claim)
        own = await pool.bank("ICBC").get(f"/claims/{claim['id']}")

        assert own.json()["steps"][0]["step"] == "expert_review"
        async with pool.service.context.database.begin("CCB") as conn:
            assert await conn.fetchval("select count(*) from claim_steps") == 0
