"""Who pledges a right: co-owners and third parties, each with a consent paper."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from services.applications.domain.listed_firms import Listed, Register
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.programme import programme_findings
from shared.schemes import library
from tests.applications.office import FIRM, OTHER_FIRM, Office, document, patent, right, submission
from tests.applications.values import AROUND, with_right
from tests.papers import stores

PERSON = "120101**********18"


def pledgor(role: str = "third_party", **changes: Any) -> dict[str, Any]:
    """A firm that pledges what is its own for another's debt."""
    return {"role": role, "name": "柳州某股份有限公司", "uscc": OTHER_FIRM, **changes}


def borrower(**changes: Any) -> dict[str, Any]:
    return {"role": "borrower", "name": "珠海格力电器股份有限公司", "uscc": FIRM, **changes}


def theirs(*pledgors: dict[str, Any], **changes: Any) -> dict[str, Any]:
    owner = {"owner_uscc": OTHER_FIRM, "owner_name": "柳州某股份有限公司"}
    return right(**owner | {"pledgors": list(pledgors)} | changes)


async def found(office: Office, item: dict[str, Any], *papers: Any) -> set[tuple[str, str]]:
    answer = await office.bank().post(
        "/applications",
        json=submission(collateral=[item], documents=[*submission()["documents"], *papers]),
    )
    assert answer.status_code == 201, answer.text
    for one in answer.json()["findings"]:
        assert one["zh"] and one["en"] and one["source"]
    return {(one["code"], one["field"]) for one in answer.json()["findings"]}


async def test_whoever_pledges_and_does_not_borrow_has_agreed_in_a_paper_of_the_case(
    office: Office,
):
    (paper,) = await stores(office.bank(), "pledgor_consent")
    at = "/collateral/0/pledgors"

    assert await found(office, theirs()) == {("owner-is-not-borrower", "/collateral/0/owner_uscc")}
    assert await found(office, theirs(pledgor())) == {
        ("pledgor-consent-missing", f"{at}/0/consent"), ("document-missing", "/documents"),
    }  # fmt: skip
    agreed = pledgor(consent=paper["id"])
    assert await found(office, theirs(agreed)) == {
        ("pledgor-consent-not-on-case", f"{at}/0/consent"), ("document-missing", "/documents"),
    }  # fmt: skip
    consent = document("pledgor_consent")
    everything = theirs(
        borrower(uscc=OTHER_FIRM, share_bp=5_000), pledgor("co_owner", consent=paper["id"]),
        owner_uscc=None, owner_name="柳州某股份有限公司；张三",
    )  # fmt: skip
    assert await found(office, everything, consent) == {
        ("pledgor-is-not-borrower", f"{at}/0/role"), ("owner-not-pledgor", at),
        ("pledgor-shares-not-whole", at),
    }  # fmt: skip

    taken = await office.submits(
        collateral=[theirs(agreed)], documents=[*submission()["documents"], consent]
    )

    shown = await office.case(taken)
    (kept,) = shown["collateral"][0]["pledgors"]
    assert kept == agreed | {"id_masked": None, "share_bp": None}
    listed = (await office.bank().get(f"/applications/{taken['id']}/checklist")).json()["items"]
    (line,) = [one for one in listed if one["kind"] == "pledgor_consent"]
    assert (line["is_asked_for"], line["standing"]) == (True, "there")


async def test_wrong_pledgors_are_refused_with_every_field_and_no_whole_number_of_a_person_is_taken(
    office: Office,
):
    wrong = [
        {"role": "friend", "name": "", "uscc": "91450200198229141X"},
        {"role": "co_owner", "name": "张三"},
        {"role": "co_owner", "name": "张三", "id_masked": "120101199001011218"},
        {"role": "co_owner", "name": "张三", "uscc": OTHER_FIRM, "id_masked": PERSON, "phone": "1"},
    ]

    answer = await office.bank().post("/applications", json=submission(collateral=[theirs(*wrong)]))

    assert answer.status_code == 422
    at = "#/collateral/0/pledgors"
    told = {one["pointer"]: one for one in answer.json()["errors"]}
    assert "证件号须隐去中段" in str(told[f"{at}/2/id_masked"])
    assert {one["pointer"] for one in answer.json()["errors"]} == {
        f"{at}/0/role", f"{at}/0/name", f"{at}/0/uscc", f"{at}/1", f"{at}/2/id_masked",
        f"{at}/3/id_masked", f"{at}/3/phone",
    }  # fmt: skip


async def test_co_owners_of_the_register_are_asked_for_by_name(office: Office):
    number = patent()
    owners = "珠海格力电器股份有限公司；李四"
    async with office.service.context.database.begin("*") as conn:
        await conn.execute(
            """insert into rights (kind, number, nice_class, first_seen_at)
               values ('invention', $1, 0, now())""",
            number,
        )
        await conn.execute(
            """insert into right_statements (kind, number, number_as_given, nice_class, bank_code,
                   source, reference, as_of, said_by, said_by_name, said_at, owner_name)
               values ('invention', $1, $1, 0, '*', 'extract', '登记簿副本', current_date, 'wang',
                       '王', now(), $2)""",
            number,
            owners,
        )

    answer = await office.bank().post("/applications", json=submission(collateral=[right(number)]))

    (one,) = answer.json()["findings"]
    assert (one["code"], one["field"]) == ("co-owner-not-pledgor", "/collateral/0/pledgors")
    assert one["evidence"]["co_owner"] == "李四"


def test_a_firm_that_pledges_and_stands_on_a_list_of_the_scheme_keeps_the_case_back():
    third = Pledgor(role="third_party", name="柳州某股份有限公司", uscc=OTHER_FIRM)
    entry = Listed(
        entry_id=uuid4(), list_name="judgment_defaulter", uscc=OTHER_FIRM, source="法院公布",
        listed_on=date(2026, 1, 5), list_date=date(2026, 2, 1),
    )  # fmt: skip
    around = replace(AROUND, pledgors_held={OTHER_FIRM: Register(entries=(entry,))})

    found = programme_findings(with_right(pledgors=(third,)), library.load("dongli"), around)

    told = {one.code: one for one in found}
    assert told["pledgor-on-list"].field == "/collateral/0/pledgors/0/uscc"
    assert told["pledgor-on-list"].evidence["list"] == "judgment_defaulter"
