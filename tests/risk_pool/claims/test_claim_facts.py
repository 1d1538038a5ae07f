"""What a claim is split by: facts as of their days, the exact IP share, costs by their receipts."""

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from services.risk_pool.domain.claim_facts import Registers, claim_facts
from services.risk_pool.queries import counted_costs
from shared.schemes import library
from shared.schemes.decide.claims import CostAlreadyCounted, Counters
from shared.schemes.decide.findings import FactMissing
from shared.schemes.decide.loss import split_loss
from shared.schemes.rules.sharing import Condition, Row, Sharing
from tests.risk_pool.claims.driver import Claims, amounts, claims_of
from tests.risk_pool.core.driver import yuan
from tests.schemes.builders import HALF
from tests.schemes.strategies import terms_of


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def lacks(answer: Any) -> dict[str, str]:
    """What a claim that is not taken lacks: where it is stated, and the check that says so."""
    assert answer.json()["code"] == "claim-not-admissible", answer.text
    return {one["field"]: one["code"] for one in answer.json()["findings"]}


async def bad(pool: Claims, name: str = "a", amount: str = "1000000.00", **more: Any) -> None:
    """A loan that is paid out and goes bad in February."""
    on_the_day = more.pop("at_disbursement", {})
    await pool.hears(pool.approval(name, amount=amount, **more))
    paid = pool.disbursement(name, amount=amount)
    await pool.hears(paid.model_copy(update={"attributes": on_the_day}))
    await pool.goes_bad(name, "2026-02", amount)
    await pool.it_is("2026-03-02")


async def files(pool: Claims, principal: str, **more: Any) -> Any:
    return await pool.bank("ICBC").post("/claims", json=pool.claim_of("a", principal, **more))


async def reviewed(pool: Claims, principal: str, **more: Any) -> Any:
    claim = await pool.files("a", principal, **more)
    await pool.readies(claim)
    return claim


async def approve(pool: Claims, claim: Any) -> Any:
    return await pool.approves_now(claim)


async def owed(pool: Claims) -> dict[str, str]:
    return {name: fen for name, fen in (await pool.balances()).items() if "payable" in name}


# the exact IP share


async def test_a_third_of_three_million_is_one_million_to_the_fen(running: Any):
    third = {"ip_share_bp": 3_333, "ip_amount": "1000000.00"}
    async with claims_of(running) as pool:
        await pool.approved("a", amount="3000000.00", **third)
        assert (await pool.coverage("a"))["reserved"] == "1000000.00"
        await pool.hears(pool.disbursement("a", amount="3000000.00"))
        await pool.goes_bad("a", "2026-02", "3000000.00")
        coverage = await pool.coverage("a")
        assert (coverage["covered"], coverage["ip_amount"]) == ("1000000.00", "1000000.00")
        assert coverage["positions"][0]["covered_principal"] == "1000000.00"
        await pool.it_is("2026-03-02")

        claim = await pool.approves("a", "3000000.00")

        assert claim["base"] == "1000000.00"
        assert sum(map(yuan, amounts(claim["shares"]).values())) == 100_000_000
        assert claim["ip_amount"] == "1000000.00"
        assert claim["explanation"]["explanation"]["steps"][0]["inputs"]["ip_share"] == "1/3"

        # Of money that is not from the pledged IP, exactly a third counts.
        await pool.pays(claim)
        recovery = await pool.recovers(claim, "300000.00", on="2026-03-02", from_pledged_ip=False)
        assert recovery["net"] == "100000.00"


async def test_in_basis_points_the_same_loan_would_lose_a_hundred_yuan(running: Any):
    async with claims_of(running) as pool:
        await bad(pool, amount="3000000.00", ip_share_bp=3_333)

        assert (await pool.approves("a", "3000000.00"))["base"] == "999900.00"


async def test_a_loan_paid_out_in_part_keeps_the_share_of_its_contract(running: Any):
    async with claims_of(running) as pool:
        await pool.approved("a", amount="3000000.00", ip_share_bp=3_333, ip_amount="1000000.00")
        await pool.hears(pool.disbursement("a", amount="1500000.01"))

        assert (await pool.coverage("a"))["covered"] == "500000.00"


# facts as of the claim


async def test_a_claim_without_a_fact_that_its_share_depends_on_is_not_taken(running: Any):
    async with claims_of(running, code="gd_zhuhai_tech") as pool:
        await bad(pool)

        answer = await files(pool, "1000000.00")

        assert lacks(answer) == {"/attributes/unsecured_share": "fact:unsecured_share"}
        assert "信用部分占比" in answer.text
        assert (await pool.auditor.get("/claims")).json()["items"] == []


@pytest.mark.parametrize(
    ("value", "code"),
    [("0.60", "ratio-ambiguous"), (True, "not-a-ratio"), (60, "not-a-ratio"), ("160", "too-large")],
)
async def test_a_fact_of_a_wrong_type_is_a_field_error_and_never_a_failure(
    running: Any, value: Any, code: str
):
    async with claims_of(running, code="gd_zhuhai_tech") as pool:
        await bad(pool)

        answer = await files(pool, "1000000.00", attributes={"unsecured_share": value})

        assert faults(answer) == {"#/attributes/unsecured_share": code}


@pytest.mark.parametrize(
    ("unsecured", "pool_bears"),
    [("50.01", "500000.00"), ("60", "500000.00"), ("70", "700000.00"), ("2/3", "500000.00")],
)
async def test_the_share_follows_the_fact_as_of_the_claim(
    running: Any, unsecured: str, pool_bears: str
):
    async with claims_of(running, code="gd_zhuhai_tech") as pool:
        await bad(pool)

        claim = await pool.approves("a", "1000000.00", attributes={"unsecured_share": unsecured})

        assert amounts(claim["shares"])["pool"] == pool_bears
        assert set(claim["attributes"]) == {"unsecured_share"}


async def test_what_was_stated_at_the_approval_does_not_stand_in_for_the_claim(running: Any):
    async with claims_of(running, code="yn_tech") as pool:
        await bad(pool, attributes={"is_high_tech_enterprise": True})

        answer = await files(pool, "1000000.00")

        assert lacks(answer) == {
            "/attributes/is_high_tech_enterprise": "fact:is_high_tech_enterprise"
        }


async def test_facts_of_approval_and_disbursement_are_kept_apart_on_the_coverage(running: Any):
    async with claims_of(running) as pool:
        await bad(
            pool,
            attributes={"revenue": "1.00"},
            at_disbursement={"is_insured": True},
        )

        coverage = await pool.coverage("a")

        assert coverage["attributes"] == {"revenue": "1.00"}
        assert coverage["attributes_at_disbursement"] == {"is_insured": True}


# money that the scheme counts


async def test_money_of_other_programmes_is_stated_where_a_cap_counts_it(running: Any):
    flags = {"is_unsecured": False}
    async with claims_of(running, code="ah_tech") as pool:
        await bad(pool)

        missing = await files(pool, "1000000.00", attributes=flags)
        assert lacks(missing) == {"/other_policy_money": "stated:other_policy_money"}

        claim = await pool.approves(
            "a", "1000000.00", attributes=flags, other_policy_money="600000.00"
        )

        # 35 % would be 350,000.00; 80 % of the loss less what others have paid leaves 200,000.00.
        assert amounts(claim["shares"])["pool"] == "200000.00"
        assert [cap["code"] for cap in claim["caps_bound"]] == ["policy_money"]


async def test_what_came_in_before_the_claim_lowers_a_net_base(running: Any):
    async with claims_of(running, code="sd_weihai") as pool:
        await bad(pool, mode="stacked")
        since = {"facts": {"loss_confirmed_on": "2026-02-20"}}

        assert lacks(await files(pool, "1000000.00", **since)) == {
            "/recovered_before": "stated:recovered_before"
        }
        claim = await pool.files("a", "1000000.00", recovered_before="250000.00", **since)

        assert claim["recovered_before"] == "250000.00"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"compensated_amount": "1.00"}, {"#/compensated_on": "missing"}),
        ({"compensated_on": "2026-03-01"}, {"#/compensated_amount": "missing"}),
        (
            {"compensated_amount": "1.00", "compensated_on": "2026-03-03"},
            {"#/compensated_on": "in-future"},
        ),
    ],
)
async def test_what_the_guarantor_has_paid_has_its_day(running: Any, said: Any, found: Any):
    async with claims_of(running) as pool:
        await bad(pool)

        assert faults(await files(pool, "1000000.00", **said)) == found


# costs


def cost(reference: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "kind": "litigation",
        "amount": amount,
        "paid_on": "2026-02-20",
        **more,
    }


async def test_costs_count_by_their_receipts_and_compound_interest_is_kept(running: Any):
    items = [cost("S-1", "8000.00"), cost("S-2", "2000.50", kind="lawyer")]
    async with claims_of(running, code="sc_meishan") as pool:
        await bad(pool)

        claim = await pool.approves("a", "1000000.00", cost_items=items, compound_interest="33.33")

        assert claim["costs"] == "10000.50"
        assert claim["base"] == "1010000.50"
        assert claim["cost_items"] == items
        assert claim["compound_interest"] == "33.33"


async def test_wrong_costs_are_field_errors_all_at_once(running: Any):
    items = [cost("S-1", "1.00"), cost("S-1", "2.00"), cost("S-3", "3.00", paid_on="2026-03-03")]
    async with claims_of(running) as pool:
        await bad(pool)

        answer = await files(pool, "1000000.00", cost_items=items, costs="5.00")

        assert faults(answer) == {
            "#/cost_items/0/reference": "cost-named-twice",
            "#/cost_items/1/reference": "cost-named-twice",
            "#/cost_items/2/paid_on": "in-future",
            "#/costs": "costs-disagree",
        }


async def test_a_receipt_of_a_refused_claim_may_count_in_the_next_one(running: Any):
    items = [cost("S-1", "8000.00")]
    async with claims_of(running, code="sc_meishan") as pool:
        await bad(pool)
        first = await pool.files("a", "1000000.00", cost_items=items)
        answer = await pool.maker.post(f"/claims/{first['id']}/refuse", json={"reason": "缺页"})
        assert answer.status_code == 200

        claim = await pool.approves("a", "1000000.00", cost_items=items)

        assert claim["base"] == "1008000.00"


async def test_the_receipts_of_a_live_claim_are_known_but_for_its_own(running: Any):
    items = [cost("S-1", "8000.00"), cost("S-2", "1.00")]
    async with claims_of(running, code="sc_meishan") as pool:
        await bad(pool)
        claim = await pool.files("a", "1000000.00", cost_items=items)
        loan_id = pool.loans["a"]

        async with pool.service.context.database.begin("*") as conn:
            counted = await counted_costs.references(conn, loan_id)
            but_its_own = await counted_costs.references(conn, loan_id, but=UUID(claim["id"]))

        assert (counted, but_its_own) == ({"S-1", "S-2"}, frozenset())


def test_a_receipt_that_has_counted_before_is_refused_by_its_reference():
    terms = library.load("sc_meishan").terms(date(2026, 3, 2), "direct")
    registers = Registers(used_costs=frozenset({"S-1"}))

    with pytest.raises(CostAlreadyCounted) as refused:
        facts = claim_facts(claim_row(), LOAN, 0, terms=terms, registers=registers)
        split_loss(facts, terms, Counters(used_costs=registers.used_costs))

    assert refused.value.extra == {"references": ["S-1"]}


LOAN = {
    "amount_fen": 100, "attributes": {}, "attributes_at_disbursement": {}, "is_first_loan": False,
    "is_multi_ip_type": False,
}  # fmt: skip


def claim_row(**more: Any) -> dict[str, Any]:
    """A claim's row as the decision reads it."""
    return {
        "number": "C-1", "outstanding_principal_fen": 100, "interest_arrears_fen": 0,
        "penalty_interest_fen": 0, "compound_interest_fen": 0, "costs_fen": 8,
        "cost_items": [
            {"reference": "S-1", "kind": "other", "amount": "0.08", "paid_on": "2026-02-20"}
        ],
        "ip_share_bp": 10_000, "ip_amount_fen": None, "loan_amount_fen": 100, "attributes": {},
        "recovered_before_fen": None, "other_policy_money_fen": None,
        "compensated_amount_fen": None, "facts": {"risk_class": "loss"}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("programme", "mode", "fact"),
    [("ah_tech", "direct", "other_policy_money"), ("sd_weihai", "stacked", "recovered_before")],
)
def test_a_claim_of_former_days_that_lacks_a_counted_amount_is_refused_by_name(
    programme: str, mode: str, fact: str
):
    terms = library.load(programme).terms(date(2026, 3, 2), mode)
    registers = Registers(confirmed={"provincial_confirmation": True})

    with pytest.raises(FactMissing) as refused:
        claim_facts(claim_row(), LOAN, 0, terms=terms, registers=registers)

    assert refused.value.extra == {"fact": fact}


def test_a_fact_counts_from_its_own_day_and_the_bureau_s_from_its_register_only():
    rows = tuple(
        Row(when=(Condition(fact, at_least=least),), shares=HALF)
        for fact, least in (("bank_score", 80), ("unsecured_share", Fraction(1, 2)))
    )
    asks = terms_of(parties=("pool", "bank"), sharing=Sharing(rows=rows, facts_at="disbursement"))
    claim = claim_row(attributes={"unsecured_share": "70%", "is_small": True})
    loan = LOAN | {
        "attributes": {"unsecured_share": "60%", "bank_score": "99"},
        "attributes_at_disbursement": {"unsecured_share": "1/3"},
    }

    def told(**registers: Any) -> dict[str, Any]:
        facts = claim_facts(claim, loan, 0, terms=asks, registers=Registers(**registers))
        return dict(facts.attributes)

    assert told()["unsecured_share"] == Fraction(1, 3)
    assert told()["is_small"] is True
    assert "bank_score" not in told()
    assert "bank_score" not in told(by_bureau={"claim": {"bank_score": 70}})
    assert told(by_bureau={"disbursement": {"bank_score": 85}})["bank_score"] == 85
