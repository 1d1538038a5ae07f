"""What is written on a case: notes that no bank sees, letters, answers, and one timeline of it all."""

from typing import Any

import asyncpg
import pytest

from tests.applications.office import CCB, Office
from tests.papers import stores


async def timeline(person: Any, case: Any, *kinds: str) -> list[dict[str, Any]]:
    answer = await person.get(f"/applications/{case['id']}/timeline")
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["items"] if not kinds or one["kind"] in kinds]


async def test_a_letter_is_answered_by_the_bank_and_both_see_it_on_the_timeline(office: Office):
    case = await office.submits()
    path = f"/applications/{case['id']}/letters"
    wang, bank = office.reviewer(), office.bank()
    await office.said()

    over = await wang.post(path, json={"text": "请说明还款来源", "due_on": "2026-03-01"})
    assert over.json()["errors"][0]["code"] == "over"
    sent = await wang.post(path, json={"text": "请说明还款来源", "due_on": "2026-03-04"})
    assert sent.status_code == 201, sent.text
    (told,) = await office.said("application.letter-sent.v1")
    assert (told.text, str(told.due_on), told.institution) == (
        "请说明还款来源", "2026-03-04", told.bank_code,
    )  # fmt: skip
    answer = f"{path}/{sent.json()['id']}/answer"
    for stranger, status in ((office.bank(CCB), 404), (wang, 403)):
        assert (await stranger.post(answer, json={"text": "x"})).status_code == status
    missing = await bank.post(f"{path}/01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01/answer",
                              json={"text": "x"})  # fmt: skip
    assert missing.status_code == 404
    await office.moves_clock(days=3)
    (late,) = await timeline(bank, case, "letter")
    assert (late["is_late"], late["answered_at"]) == (True, None)
    (paper,) = await stores(bank, "还款计划")
    body = {"text": "以应收账款偿还", "sha256": paper["sha256"]}
    assert (await bank.post(answer, json=body)).status_code == 201

    (heard,) = await office.said("application.letter-answered.v1")
    assert (heard.text, heard.is_late) == ("以应收账款偿还", True)
    for person in (wang, bank):
        letter, said = await timeline(person, case, "letter", "answer")
        assert said["answers"] == letter["letter_id"] == sent.json()["id"]
        assert (said["document_id"], said["text"]) == (paper["id"], "以应收账款偿还")
        assert letter["answered_at"] == said["at"]
    # What somebody refers to is not taken back.
    gone = await bank.post(f"/documents/{paper['id']}/withdraw")
    assert gone.status_code == 409, gone.text


async def test_no_bank_sees_a_note_or_why_the_bureau_shares_its_work(office: Office):
    case = await office.submits()
    wang, bank = office.reviewer(), office.bank()
    await office.reviewer("zhao").get("/queue")
    notes = f"/applications/{case['id']}/notes"
    noted = await wang.post(notes, json={"text": "担保人口碑差", "mentions": ["zhao"]})
    assert noted.status_code == 201, noted.text
    # Who is mentioned hears of it, not who mentions himself; the bank does not.
    both = {"text": "请核对", "mentions": ["zhao", "wang", "zhao"]}
    assert (await wang.post(notes, json=both)).status_code == 201
    first, second = await office.said("note.mentions.v1")
    assert (first.text, first.written_by, first.institution) == ("担保人口碑差", "wang", "")
    assert (second.mentions, second.number) == (("zhao",), case["number"])
    nobody = await wang.post(notes, json={"text": "x", "mentions": ["zhao", "nobody"]})
    assert nobody.json()["errors"][0]["pointer"] == "#/mentions/1"
    assert (await bank.post(notes, json={"text": "x"})).status_code == 403
    manager = office.staff("wu", "pool_manager")
    for path, body in (
        (f"/applications/{case['id']}/priority", {"priority": 2, "reason": "领导关注"}),
        ("/applications/reassign", {"cases": [case["id"]], "person": "zhao", "reason": "王某回避"}),
    ):
        assert (await manager.post(path, json=body)).status_code == 200
    await office.said()

    inside = await timeline(wang, case)
    outside = await timeline(bank, case)

    assert [(one["kind"], one["what"]) for one in inside] == [
        ("move", "submit"), ("move", "accept"), ("note", ""), ("note", ""), ("priority", "2"),
        ("move", "assign"),
    ]  # fmt: skip
    assert inside[2]["mentions"] == ["zhao"] and inside[-1]["text"] == "王某回避"
    assert [(one["kind"], one["what"]) for one in outside] == [
        ("move", "submit"), ("move", "accept"), ("move", "assign"),
    ]  # fmt: skip
    assert "王某回避" not in str(outside)


async def test_what_was_written_is_never_changed(office: Office):
    case = await office.submits()
    await office.reviewer().post(f"/applications/{case['id']}/notes", json={"text": "甲"})
    database = office.service.context.database

    for statement in ("update case_letters set text = '乙'", "delete from case_letters"):
        with pytest.raises(asyncpg.RaiseError):
            async with database.begin("*") as conn:
                await conn.execute(statement)


async def test_who_keeps_out_of_a_case_writes_no_letter_on_it(office: Office):
    case = await office.submits()
    wang = office.reviewer()
    await wang.get("/queue")
    await wang.post("/conflicts", json={"case": case["id"], "reason": "亲属"})

    answer = await wang.post(f"/applications/{case['id']}/letters", json={"text": "请说明"})

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict-of-interest")
