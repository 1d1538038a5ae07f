"""What would become of a submission is said before it is filed, and nothing is kept of it."""

from typing import Any

import pytest

from tests.applications.office import CCB, OTHER_FIRM, Office, right, submission

JSON = {"Content-Type": "application/json"}


async def asked(office: Office, draft: Any, **more: Any) -> Any:
    answer = await office.bank(**more).post("/pre-checks", json=draft)
    assert answer.status_code == 200, answer.text
    return answer.json()


def standing(verdict: Any) -> dict[str, str]:
    return {line["check"]: line["standing"] for line in verdict["checks"]}


async def kept(office: Office) -> tuple[int, ...]:
    async with office.service.context.database.begin("*") as conn:
        return tuple(
            [
                await conn.fetchval(f"select count(*) from {table}")
                for table in ("applications", "borrowers", "held_rights", "number_blocks", "outbox")
            ]
        )


async def test_a_good_case_passes_every_check_with_its_figures_and_nothing_is_kept(office: Office):
    await office.service.settled()
    before = await kept(office)

    verdict = await asked(office, submission())

    assert (verdict["would_be"], verdict["wrong_fields"], verdict["findings"]) == (
        "accepted", [], [],
    )  # fmt: skip
    assert set(standing(verdict).values()) == {"passed"}
    lines = {line["check"]: line for line in verdict["checks"]}
    assert lines["tenor-months"]["figures"] == {"tenor_months": "12", "most": "12"}
    assert lines["loan-cap"]["figures"]["value"] == "1,000,000.00"
    assert lines["loan-cap"]["source"] and lines["loan-cap"]["zh"] == "单笔贷款上限"
    assert await kept(office) == before


async def test_the_verdict_is_what_filing_it_leads_to(office: Office):
    bad = submission(
        collateral=[right(expires_on="2026-02-01", owner_uscc=OTHER_FIRM)],
        documents=[], tenor_months=24,
    )  # fmt: skip

    verdict = await asked(office, bad)
    filed = (await office.bank().post("/applications", json=bad)).json()

    assert verdict["would_be"] == filed["state"] == "returned_for_correction"
    key = lambda one: (one["code"], one["field"], one["zh"])  # noqa: E731
    assert sorted(verdict["findings"], key=key) == sorted(filed["findings"], key=key)
    failed = {name for name, said in standing(verdict).items() if said == "failed"}
    assert {
        "rights-are-in-force",
        "borrower-owns-the-rights",
        "tenor-months",
        "documents",
    } <= failed
    told = [code for line in verdict["checks"] for code in line["findings"]]
    assert sorted(told) == sorted(one["code"] for one in filed["findings"])


async def test_of_an_incomplete_draft_what_is_there_is_judged_and_the_rest_waits(office: Office):
    draft = submission(
        collateral=[{"kind": "invention"}, right(expires_on="2026-02-01")], tenor_months=24
    )
    del draft["borrower"], draft["purpose"]

    verdict = await asked(office, draft)

    assert verdict["would_be"] == "refused"
    wrong = {one["field"]: one["code"] for one in verdict["wrong_fields"]}
    assert wrong["/borrower"] == wrong["/purpose"] == wrong["/collateral/0/number"] == "missing"
    lines = standing(verdict)
    assert lines["tenor-months"] == "failed" and lines["loan-cap"] == "passed"
    assert lines["sme-only"] == lines["purposes"] == "not_looked_at"
    # The second right is judged though the first is not there, and pointed at where it stands.
    (ended,) = [one for one in verdict["findings"] if one["code"] == "right-ended"]
    assert ended["field"] == "/collateral/1/expires_on"
    assert lines["rights-are-free"] == "not_looked_at"


async def test_of_an_empty_draft_every_field_is_named(office: Office):
    verdict = await asked(office, {"pool_code": "dongli", "nonsense": 1})

    wrong = {one["field"]: one["code"] for one in verdict["wrong_fields"]}
    assert wrong["/nonsense"] == "unknown-field" and wrong["/collateral"] == "missing"
    assert verdict["findings"] == []
    assert "failed" not in standing(verdict).values()
    assert {"pool-is-open", "bank-is-in-good-standing"} == {
        name for name, said in standing(verdict).items() if said == "passed"
    }


async def test_a_right_taken_elsewhere_is_found_without_naming_whose_case_it_is(office: Office):
    taken = right()
    first = await office.submits(collateral=[taken])

    answer = await office.bank(CCB).post("/pre-checks", json=submission(collateral=[taken]))

    assert [one["code"] for one in answer.json()["findings"]] == ["right-already-pledged"]
    assert first["number"] not in answer.text and first["id"] not in answer.text


async def test_papers_that_are_not_stored_and_pools_that_are_not_there_are_wrong_fields(
    office: Office,
):
    papers = [{"kind": "business_licence", "sha256": "0" * 64}]
    verdict = await asked(office, submission(documents=papers))
    assert [(one["field"], one["code"]) for one in verdict["wrong_fields"]] == [
        ("/documents/0/sha256", "document-not-stored")
    ]
    nowhere = await asked(office, submission(pool_code="nowhere"))
    assert [one["code"] for one in nowhere["wrong_fields"]] == ["pool-unknown"]


async def test_only_who_may_submit_may_ask(office: Office):
    refused = await office.reviewer().post("/pre-checks", json=submission())
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "content",
    [b'{"\\ud800": "\\udfff"}', b'{"pool_code": "\\u0000", "mode": 1e400, "collateral": {"0": 1}}',
     b'{"pool_code": "dongli", "collateral": [3, null], "documents": "x", "borrower": []}',
     b'{"surprise": ' + b"[" * 500 + b"]" * 500 + b"}"],
)  # fmt: skip
async def test_whatever_is_asked_is_answered_or_refused_and_never_falls(
    office: Office, content: bytes
):
    answer = await office.bank().post("/pre-checks", content=content, headers=JSON)
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        assert answer.json()["would_be"] == "refused"
