"""A pledge in its register: every move, who may make it, and that it does not go while debt stands."""

import io
from importlib import import_module
from typing import Any

import openpyxl
import pytest

from services.applications.domain.pledge import LIFE_CYCLE, Action, State
from shared.auth.identity import Identity
from shared.contracts.rights import LoanPledgesStandV1, PledgeChangedV1
from shared.life_cycle import SYSTEM_ROLE, RoleMissing
from shared.postgres.database import EVERYWHERE
from shared.roles import BANK_ROLES, BUREAU_ROLES
from tests.applications.office import CCB, Office, position, right

MIGRATIONS = "services.applications.migrations.versions"
PATENT = "201811564288.X"
TERM = {"filed_on": "2018-12-20", "expires_on": "2038-12-19"}
ENTRY = {"on": "2026-03-02", "reason": "登记机关通知书"}
BODIES: dict[str, dict[str, Any]] = {
    "change": ENTRY | {"item": "质权人名称", "before": "工行天津分行", "after": "工行天津市分行"},
    "extend": ENTRY | {"term_until": "2028-03-02"},
    "cancel": ENTRY,
    "invalidate": ENTRY,
    "confirm-cover": {"opinion": "其余商标足额覆盖"},
}
EVERYBODY = {
    "bank_operator": "ICBC-TJ", "bank_checker": "ICBC-TJ", "reviewer": "*", "approver": "*",
}  # fmt: skip


MAY: dict[str, set[str]] = {
    "change": {"bank_operator"},
    "extend": {"bank_operator"},
    "cancel": {"bank_operator"},
    "invalidate": {"bank_operator", "reviewer"},
    "confirm-cover": {"reviewer"},
}
"""Said here once more, and not read from the table that is tested."""


async def pledged(office: Office, **lent: Any) -> tuple[Any, dict[str, Any]]:
    case = await office.lends(collateral=[right(PATENT, **TERM)], **lent)
    return case, await pledge_of(office, case)


async def pledge_of(office: Office, case: Any, *, by: Any = None) -> dict[str, Any]:
    answer = await (by or office.reviewer()).get(f"/applications/{case['id']}/pledges")
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["items"]
    return one


async def does(who: Any, pledge: Any, step: str, *, status: int = 200, **changes: Any) -> Any:
    answer = await who.post(f"/pledges/{pledge['id']}/{step}", json=BODIES[step] | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def held(office: Office) -> bool:
    asked = {"rights": [{"kind": "invention", "number": PATENT}]}
    answer = await office.bank(CCB).post("/rights/pledged", json=asked)
    return bool(answer.json()["rights"][0]["pledged"])


async def brought_to(office: Office, state: str) -> dict[str, Any]:
    _, pledge = await pledged(office)
    steps = {"changed": "change", "extended": "extend", "invalid": "invalidate"}
    if state == "cancelled":
        await does(office.reviewer(), pledge, "confirm-cover")
        await does(office.bank(), pledge, "cancel")
    elif state in steps:
        await does(office.bank(), pledge, steps[state])
    return pledge


@pytest.mark.parametrize("state", sorted(State))
async def test_every_move_is_open_to_its_people_and_to_nobody_else(office: Office, state: str):
    pledge = await brought_to(office, state)
    steps = [one for one in sorted(BODIES) if one != "cancel"] + ["cancel"]
    for step in steps:
        move = LIFE_CYCLE.find(state, step.replace("-", "_"))
        roles = MAY[step] if move else set()
        for role, institution in EVERYBODY.items():
            who = office.staff(f"a-{role}", role) if institution == "*" else office._person(
                f"a-{role}", role, institution=institution)  # fmt: skip
            if role in roles:
                continue
            refused = await who.post(f"/pledges/{pledge['id']}/{step}", json=BODIES[step])
            assert refused.status_code == (403 if move else refused.status_code), refused.text
            assert refused.status_code in (403, 409), refused.text
    now = await pledge_of(office, {"id": pledge["case_id"]}, by=office.bank())
    assert (now["state"], now["registration_no"]) == (state, "Y2026120000123")
    assert now["rank"] == (1 if state in ("registered", "changed", "extended") else None)
    assert now["history"][0]["action"] == "register"
    assert now["history"][-1]["target"] == state
    to_bank = {"registered", "changed", "extended"}
    assert now["pending_actions"] == (
        ["change", "extend", "invalidate"] if state in to_bank else []
    )


@pytest.mark.parametrize("state", ["registered", "changed", "extended"])
@pytest.mark.parametrize(
    ("step", "target", "what"),
    [("change", "changed", "changed"), ("extend", "extended", "extended"),
     ("invalidate", "invalid", "invalid"), ("cancel", "cancelled", "cancelled")],
)  # fmt: skip
async def test_what_its_register_enters_is_kept_and_told(
    office: Office, state: str, step: str, target: str, what: str
):
    pledge = await brought_to(office, state)
    if step == "cancel":
        confirmed = await does(office.reviewer(), pledge, "confirm-cover")
        assert (confirmed["state"], confirmed["cover_confirmed_by"]) == (state, "wang")
    await office.said()
    longer = {"term_until": "2029-03-02"} if step == "extend" else {}

    done = await does(office.bank(), pledge, step, **longer)

    assert done["state"] == target
    (told,) = await office.said(PledgeChangedV1.type)
    assert isinstance(told, PledgeChangedV1)
    assert (told.what, told.registration_number, told.right_number) == (
        what, "Y2026120000123", PATENT,
    )  # fmt: skip
    assert await held(office) == (step != "cancel")


async def test_the_pool_hears_how_the_pledges_of_a_loan_stand_also_of_those_before(office: Office):
    case, pledge = await pledged(office)
    (first,) = await office.said(LoanPledgesStandV1.type)
    assert isinstance(first, LoanPledgesStandV1)
    (stands,) = first.pledges
    assert (str(stands.pledge_id), stands.right_number, stands.registration_number) == (
        pledge["id"], PATENT, "Y2026120000123",
    )  # fmt: skip
    await does(office.reviewer(), pledge, "confirm-cover")
    await does(office.bank(), pledge, "cancel")

    (last,) = await office.said(LoanPledgesStandV1.type)
    assert (last.pledges[0].end, str(last.pledges[0].ended_on)) == ("cancelled", ENTRY["on"])

    # A house that is brought up to date tells what stood before: the same.
    tell = import_module(f"{MIGRATIONS}.2026_11_30_0066_pledges_told").TELL
    async with office.service.context.database.begin(EVERYWHERE) as conn:
        await conn.execute(tell)
    assert await office.said(LoanPledgesStandV1.type) == [last]
    assert str(last.loan_id) == case["id"]


@pytest.mark.parametrize("state", ["registered", "changed", "extended"])
async def test_a_reviewer_may_find_a_pledge_invalid(office: Office, state: str):
    pledge = await brought_to(office, state)

    done = await does(office.reviewer(), pledge, "invalidate")

    assert done["state"] == "invalid"


@pytest.mark.parametrize("role", sorted({*BANK_ROLES, *BUREAU_ROLES, SYSTEM_ROLE}))
def test_only_a_bank_or_a_take_over_brings_a_pledge_in(role: str):
    begins = {"state": None, "version": 0}
    who = Identity("somebody", "某人", frozenset({role}), "*")

    if role in ("bank_operator", SYSTEM_ROLE):
        assert LIFE_CYCLE.require(begins, Action.REGISTER, who).target == State.REGISTERED
    else:
        with pytest.raises(RoleMissing):
            LIFE_CYCLE.require(begins, Action.REGISTER, who)


async def test_it_does_not_go_while_the_debt_stands_unless_a_reviewer_finds_it_covered(
    office: Office,
):
    _, pledge = await pledged(office)

    refused = await does(office.bank(), pledge, "cancel", status=409)
    assert refused["code"] == "debt-stands"
    assert await held(office)
    await does(office.bank(), pledge, "confirm-cover", status=403)
    await does(office.reviewer(), pledge, "confirm-cover")
    assert (await does(office.bank(), pledge, "cancel"))["ended_on"] == "2026-03-02"


async def test_it_goes_once_the_debt_is_paid(office: Office):
    _, pledge = await pledged(office)
    await office.reports("2026-03", position(principal="0.00"))

    done = await does(office.bank(), pledge, "cancel", on="2026-03-31")

    assert (done["state"], done["cover_confirmed_by"]) == ("cancelled", None)


async def test_what_cannot_be_is_refused_and_another_bank_sees_no_pledge(office: Office):
    case, pledge = await pledged(office)
    late = await does(office.bank(), pledge, "change", status=422, on="2026-03-03")
    assert late["errors"][0]["code"] == "out-of-order"
    short = await does(office.bank(), pledge, "extend", status=422, term_until="2027-03-02")
    assert short["errors"][0]["code"] == "not-later"
    beyond = await does(office.bank(), pledge, "extend", status=422, term_until="2038-12-20")
    assert beyond["errors"][0]["code"] == "beyond-the-right"
    await does(office.bank(CCB), pledge, "change", status=404)
    foreign = await office.bank(CCB).get(f"/applications/{case['id']}/pledges")
    assert foreign.status_code == 404


async def test_anothers_older_pledge_makes_it_a_second_one(office: Office):
    case, _ = await pledged(office)
    listed = (await office.reviewer().get("/rights", params={"q": PATENT})).json()["items"]
    body = {"burden": "pledge", "party": "某小贷公司", "began_on": "2025-06-01"}
    added = await office.reviewer().post(f"/rights/{listed[0]['id']}/burdens", json=body)
    assert added.status_code == 201, added.text

    now = await pledge_of(office, case)

    assert (now["rank"], now["is_second"]) == (2, True)


async def test_the_file_of_each_register_is_prepared_and_names_what_is_missing(office: Office):
    mark = right("12345678", kind="trademark_right", nice_class=9, expires_on="2026-09-01")
    case = await office.submits(
        expect="returned_for_correction", collateral=[right(PATENT, **TERM), mark]
    )
    said = {"kind": "invention", "number": PATENT, "source": "extract", "as_of": "2026-03-02",
            "legal_status": "fee_overdue"}  # fmt: skip
    assert (await office.reviewer().post("/rights", json=said)).status_code == 201

    answer = await office.bank().get(f"/applications/{case['id']}/pledge-files")

    assert answer.status_code == 200, answer.text
    files = {one["register_code"]: one for one in answer.json()["items"]}
    assert set(files) == {"patent", "trademark"}
    patent = files["patent"]
    values = {one["name"]: one["value"] for one in patent["fields"]}
    assert (values["pledgee"], values["debt_amount"], values["value"]) == (
        "中国工商银行天津分行", "1000000.00", "12000000.00",
    )  # fmt: skip
    assert {"pledge_contract", "loan_contract", "pledgor_address"} <= set(patent["missing"])
    assert [(one["code"], one["right"]) for one in patent["obstacles"]] == [
        ("fee-unpaid", PATENT)
    ]  # fmt: skip
    assert [one["code"] for one in files["trademark"]["obstacles"]] == ["debt-outlasts-right"]
    assert {one["zh"]: one["there"] for one in patent["papers"]}[
        "双方身份证明（或签署的承诺书）"
    ] is True
    book = await office.bank().get(f"/applications/{case['id']}/pledge-files/patent")
    sheets = openpyxl.load_workbook(io.BytesIO(book.content))
    assert sheets["质物清单"]["C2"].value == PATENT
    assert "（待填）" in [row[1].value for row in sheets["申请表"].iter_rows()]
    none = await office.bank().get(f"/applications/{case['id']}/pledge-files/copyright")
    assert none.status_code == 404
    foreign = await office.bank(CCB).get(f"/applications/{case['id']}/pledge-files")
    assert foreign.status_code == 404


def test_no_move_is_missing_here():
    asked = {one.replace("-", "_") for one in BODIES} | {Action.REGISTER}
    assert asked == set(LIFE_CYCLE.actions)
