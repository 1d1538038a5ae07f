"""Whether a right is pledged: yes or no, without a case, without a name, and on record."""

from typing import Any

from services.applications.domain.right_enquiry import MOST_AN_HOUR, MOST_AT_ONCE
from tests.applications.office import CCB, ICBC, Office, patent, right

NUMBER = "201811564288.X"


async def asks(who: Any, *rights: dict[str, Any], status: int = 200) -> Any:
    answer = await who.post("/rights/pledged", json={"rights": list(rights)})
    assert answer.status_code == status, answer.text
    return answer.json()


def named(number: str, kind: str = "invention", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "number": number, **more}


async def pledges(office: Office, number: str = NUMBER) -> Any:
    pledged = right(number, filed_on="2018-12-20", expires_on="2038-12-19")
    return await office.submits(collateral=[pledged])


async def enquiries(who: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await who.get("/rights/enquiries", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_another_bank_hears_only_yes_or_no(office: Office):
    case = await pledges(office)
    free = patent()

    answer = await asks(office.bank(CCB), named("ｚｌ 2018 1 1564288．x"), named(free))

    assert answer["rights"] == [
        {
            "kind": "invention", "number": NUMBER, "number_as_given": "ｚｌ 2018 1 1564288．x",
            "nice_class": None, "pledged": True, "case_number": None,
            "later_rank_possible": None,
        },
        {
            "kind": "invention", "number": free, "number_as_given": free,
            "nice_class": None, "pledged": False, "case_number": None,
            "later_rank_possible": None,
        },
    ]  # fmt: skip
    said = str(answer)
    assert case["number"] not in said
    assert ICBC not in said


async def test_the_bank_that_holds_it_is_told_its_own_case(office: Office):
    case = await pledges(office)

    assert (await asks(office.bank(), named(NUMBER)))["rights"][0]["case_number"] == case["number"]
    by_reviewer = (await asks(office.reviewer(), named(NUMBER)))["rights"][0]
    assert by_reviewer["case_number"] == case["number"]


async def test_a_right_that_was_let_go_is_free(office: Office):
    case = await pledges(office)
    await office.post(office.bank(), case, "withdraw", {"reason": "另有安排"})

    assert not (await asks(office.bank(CCB), named(NUMBER)))["rights"][0]["pledged"]


async def test_a_trademark_is_asked_about_by_its_class(office: Office):
    mark = right("12345678", kind="trademark_right", nice_class=9)
    await office.submits(expect="accepted", collateral=[right(), mark])

    same, other = named("012345678", "trademark_right"), named("12345678", "trademark_right")
    answer = await asks(office.bank(CCB), same | {"nice_class": 9}, other | {"nice_class": 35})

    assert [one["pledged"] for one in answer["rights"]] == [True, False]


async def test_asking_makes_no_case_and_takes_no_right(office: Office):
    await asks(office.bank(CCB), named(NUMBER))

    assert (await pledges(office))["state"] == "accepted"
    listed = await office.bank(CCB).get("/applications")
    assert listed.json()["items"] == []


async def test_every_wrong_number_is_told_at_once(office: Office):
    answer = await asks(
        office.bank(),
        named("202310123456.7"),
        named("12345678", "trademark_right"),
        named("201811564288.X", "design"),
        status=422,
    )

    assert [(one["pointer"], one["code"]) for one in answer["errors"]] == [
        ("#/rights/0/number", "patent-check-digit"),
        ("#/rights/1", "nice-class"),
        ("#/rights/2/number", "patent-other-kind"),
    ]


async def test_who_asked_what_and_when_is_on_record_for_the_auditor(office: Office):
    await pledges(office)
    await asks(office.bank(CCB), named("ZL" + NUMBER), named(patent()))
    await asks(office.bank(ICBC), named(NUMBER))

    recorded = await enquiries(office.staff("zhou", "auditor"))

    assert [(one["bank_code"], one["subject"]) for one in recorded] == [
        (ICBC, "clerk-ICBC-TJ"),
        (CCB, "clerk-CCB-TJ"),
    ]
    asked = recorded[1]
    assert (asked["rights"], asked["pledged"]) == (2, 1)
    assert asked["answers"][0] == {
        "kind": "invention", "number": NUMBER, "number_as_given": "ZL" + NUMBER,
        "nice_class": 0, "pledged": True,
    }  # fmt: skip
    own = await enquiries(office.bank(CCB))
    assert [one["bank_code"] for one in own] == [CCB]
    assert await enquiries(office.bank(CCB), bank=ICBC) == []


async def test_the_record_cannot_be_changed(office: Office):
    await asks(office.bank(), named(NUMBER))

    for statement in ("update right_enquiries set rights = 1", "delete from right_enquiries"):
        try:
            async with office.service.context.database.begin("*") as conn:
                await conn.execute(statement)
        except Exception as refused:
            assert "only added to" in str(refused) or "permission denied" in str(refused)
        else:
            raise AssertionError(statement)


async def test_a_question_sent_twice_is_one_question(office: Office):
    headers = {"Idempotency-Key": "one-question"}
    for _ in range(2):
        answer = await office.bank().post(
            "/rights/pledged", json={"rights": [named(NUMBER)]}, headers=headers
        )
        assert answer.status_code == 200, answer.text

    assert len(await enquiries(office.bank())) == 1


async def test_a_bank_asks_about_so_many_rights_an_hour_and_no_more(office: Office):
    many = [named(patent()) for _ in range(MOST_AT_ONCE)]
    for _ in range(MOST_AN_HOUR // MOST_AT_ONCE):
        await asks(office.bank(CCB), *many)

    answer = await office.bank(CCB).post("/rights/pledged", json={"rights": many[:1]})

    assert (answer.status_code, answer.json()["code"]) == (429, "asked-too-much")
    assert answer.headers["retry-after"] == "3600"
    await asks(office.bank(ICBC), *many)
    await office.moves_clock(office.now.replace(hour=office.now.hour + 2))
    await asks(office.bank(CCB), *many)


async def test_more_than_fifty_rights_are_too_many_for_one_question(office: Office):
    many = [named(patent()) for _ in range(MOST_AT_ONCE + 1)]

    answer = await asks(office.bank(), *many, status=422)

    assert answer["errors"][0]["code"] == "too-many"


async def test_who_neither_lends_nor_reviews_asks_nothing(office: Office):
    for role in ("finance_maker", "pool_manager", "auditor", "admin"):
        await asks(office.staff(f"{role}-1", role), named(NUMBER), status=403)
    refused = await office.staff("ma", "finance_maker").get("/rights/enquiries")
    assert refused.status_code == 403
