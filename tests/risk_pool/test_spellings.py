"""Receipts, references, accounts and firms are told apart by their canonical forms alone."""

from datetime import date
from uuid import uuid4

import pytest

from services.risk_pool.domain.account_continuity import OtherAccount, require_account
from services.risk_pool.domain.account_matching import Known, Line, names, same_party
from services.risk_pool.domain.account_statement import StatementRead
from tests.risk_pool.account.driver import account_of
from tests.risk_pool.account.test_every_move import NEW
from tests.risk_pool.cash.test_two_persons import AT, body, enters
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.claims.test_recoveries import claimed, report_of
from tests.risk_pool.core.driver import pool_of


async def test_a_banks_reference_stands_for_one_recovery_however_it_is_written(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        first = await pool.recovers(claim, "100.00", on="2026-03-05", reference="ZC-2026-07-01")
        where = f"/claims/{claim['id']}/recoveries"

        for spelled in (
            "zc 2026–7–1",
            "ＺＣ－２０２６－０７－０１",
            "ZC2026\u201407-1",
            "ZC-2026-07\u200b-01",
        ):
            refused = await pool.bank("ICBC").post(
                where, json=report_of("200.00", reference=spelled)
            )
            assert code_of(refused) == (409, "reference-used"), spelled
            assert refused.json()["number"] == first["number"]

        assert first["reference"] == "ZC-2026-07-01"
        other = report_of("200.00", reference="ZC-2026-07-10")
        assert (await pool.bank("ICBC").post(where, json=other)).status_code == 201


async def test_a_receipt_counts_once_over_the_loan_however_it_is_written(running):
    async with claims_of(running) as pool:
        cost = {"reference": "FP-007", "kind": "lawyer", "amount": "30.00", "paid_on": "2026-03-01"}
        claim = await claimed(pool, cost_items=[cost])
        where = f"/claims/{claim['id']}/recoveries"

        again = report_of("1050.00", cost_items=[cost | {"reference": "ｆｐ–7"}])
        refused = await pool.bank("ICBC").post(where, json=again)

        assert refused.status_code == 422
        assert [one["code"] for one in refused.json()["errors"]] == ["cost-counted-before"]
        both = [cost | {"reference": one} for one in ("FP-8", "fp 08")]
        twice = await pool.bank("ICBC").post(where, json=report_of("1050.00", cost_items=both))
        assert [one["code"] for one in twice.json()["errors"]] == ["cost-named-twice"] * 2


async def test_an_entry_with_the_same_bank_reference_is_shown_however_it_is_written(running):
    async with pool_of(running, "ICBC") as pool:
        first = await enters(pool, bank_reference="LS-2026-0105-17")

        for spelled in ("ls 2026－105－17", "LS2026\u20130105\u201317"):
            answer = await pool.finance.post(
                AT, json=body(amount="7.00", value_date="2026-01-06", bank_reference=spelled)
            )
            assert code_of(answer) == (409, "likely-double"), spelled
            assert answer.json()["entry"]["bank_reference"] == first["bank_reference"]


async def test_an_account_is_entered_in_any_spelling_and_is_one_account(running):
    async with account_of(running, paid_in="") as pool:
        number = NEW["account_number"]
        spaced = " ".join((number[:4], number[4:8], number[8:]))
        first = await pool.maker.post(
            "/pools/dongli/accounts", json=NEW | {"account_number": f"\u200b{spaced}"}
        )
        assert (first.status_code, first.json()["account_number"]) == (201, number)

        wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
        for spelled in (number, wide, f"{number[:6]}-{number[6:]}", f"0{number}"):
            taken = await pool.maker.post(
                "/pools/dongli/accounts", json=NEW | {"account_number": spelled}
            )
            assert code_of(taken) == (409, "account-taken"), spelled
        wrong = await pool.maker.post(
            "/pools/dongli/accounts", json=NEW | {"account_number": "账号１２３"}
        )
        assert wrong.json()["errors"][0]["pointer"] == "#/account_number"


async def test_a_coverage_is_found_by_any_spelling_of_its_firm_and_number(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.hears(pool.approval("甲（天津）"), pool.approval("乙"))

        async def found(q: str) -> list[str]:
            answer = await pool.auditor.get("/coverages", params={"q": q})
            return [one["borrower_name"] for one in answer.json()["items"]]

        for q in (
            "企业甲(天津)",
            "企业甲〔天津〕",
            " 甲（ 天津",
            "dl-2026-000001",
            "ＤＬ－２０２６－000001",
        ):
            assert await found(q) == ["企业甲（天津）"], q
        assert await found("甲天津") == []


def line(**said) -> Line:
    return Line(id=uuid4(), booked_on=date(2026, 3, 5), amount_fen=100, open_fen=100, **said)


def known(**said) -> Known:
    return Known(day=date(2026, 3, 5), amount_fen=100, open_fen=100, kind="payment", **said)


@pytest.mark.parametrize(
    "purpose",
    [
        "付 DL-C-2026-0001 补偿款",
        "付 dl–c–2026–0001",
        "付　ＤＬ－Ｃ－２０２６－０００１",
        "DL-C-2026\u200b-0001",
    ],
)
def test_a_line_names_a_movement_whatever_hyphen_and_width_it_writes(purpose):
    assert names(line(purpose=purpose), known(known_by=("DL-C-2026-0001",)))
    assert not names(line(purpose=f"{purpose}7"), known(known_by=("DL-C-2026-000",)))


@pytest.mark.parametrize(
    "name", ["某某（天津）有限公司", "某某(天津)有限公司", "某某〔天津〕 有限公司\u200b"]
)
def test_a_line_is_of_a_party_however_its_name_is_written(name):
    party = known(party_code="P", party_name="某某（天津）有限公司", party_accounts=("0302 0001",))

    assert same_party(line(counterparty_name=name), party)
    assert same_party(line(counterparty_account="０３０２０００１"), party)
    assert not same_party(line(counterparty_account="03020002"), party)


def statement_of(account: str) -> StatementRead:
    return StatementRead(format="camt.053", entries=(), rows=(), account_number=account)


def test_a_statement_is_of_the_account_however_its_number_is_written():
    for said in (
        "0302 0114 0900 0123",
        "０３０２０１１４０９０００１２３",
        "0302-0114-0900-0123",
        "0302****0123",
    ):
        require_account(statement_of(said), "0302011409000123")
    with pytest.raises(OtherAccount):
        require_account(statement_of("0302011409000124"), "0302011409000123")
