"""A guarantor, an insurer, an appraiser hears what names it: its own figure to the fen, nobody else's."""

import json
from typing import Any

import pytest

from services.notifications.domain.audiences import audiences
from services.notifications.handlers.messages import draft_of
from shared.contracts.audiences import decisions_for_parties
from shared.contracts.of_pool import Share
from shared.contracts.pool_cases import AdjustedPart
from shared.contracts.risk_pool import StatementLine
from shared.messaging.inbox import Received
from tests.notifications.conftest import Receiver, listening
from tests.notifications.samples import BANK, DAY, enveloped, one

GUARANTOR, INSURER, OTHER = "TJ-DB", "PICC-TJ", "CPIC-TJ"
ROLES = {GUARANTOR: "guarantor", INSURER: "insurer"}
SHARES = (
    Share(party="pool", party_code="dongli", amount_fen=40_000_001),
    Share(party="bank", party_code=BANK, amount_fen=20_000_002),
    Share(party="guarantor", party_code=GUARANTOR, amount_fen=30_000_003),
    Share(party="insurer", party_code=INSURER, amount_fen=10_000_004),
)
TOLD = sorted(name for name, rows in decisions_for_parties().items() if any(rows.values()))


def naming(event_type: str, code: str = INSURER) -> Any:
    """The sample of a type, as it is where parties stand in it."""
    role = ROLES.get(code, "insurer")
    of_party = {"party_code": code, "party_role": role, "party_name": f"{code} 公司"}
    changes: dict[str, Any] = {
        "settlement.posted.v1": {
            "statements": (
                StatementLine(party_code=BANK, party_role="bank", net_fen=12_345_600),
                StatementLine(party_code=GUARANTOR, party_role="guarantor", net_fen=-30_000_003),
                StatementLine(party_code=INSURER, party_role="insurer", net_fen=700_005),
            ),
            "due_on": DAY,
        },
        "adjustment.decided.v1": {
            "parts": (
                AdjustedPart(party="guarantor", party_code=GUARANTOR, gets_fen=100_003),
                AdjustedPart(party="insurer", party_code=INSURER, gets_fen=-100_004),
            )
        },
        "receivable.overdue.v1": {**of_party, "bank_code": ""},
        "agreement.in_force.v1": {**of_party, "bank_code": ""},
    }
    if event_type.startswith("pool-deadline"):
        more = {
            "case_kind": "owed_by_party", "firm": code, "step": role, "bank_code": "",
            "loan_id": None, "number": f"settlement:dongli:2026-03:{code}", "to_roles": (),
        }  # fmt: skip
        return one(event_type).model_copy(update=more)
    return one(event_type).model_copy(update=changes.get(event_type, {"shares": SHARES}))


def clerk(notifier: Any, code: str) -> Any:
    """Somebody of a party's people."""
    return notifier.service.as_(f"clerk@{code}", "party_clerk", institution=code)


async def inbox(notifier: Any, code: str) -> list[Any]:
    async with clerk(notifier, code) as person:
        answer = await person.get("/inbox", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("event_type", TOLD)
def test_every_text_for_a_party_is_written_from_what_it_may_know_and_leads_to_its_page(event_type):
    event = naming(event_type)
    fact = event.model_dump(mode="python", by_alias=False)

    told = audiences(event_type, fact, banks_of_pool=(BANK,))
    of_parties = [each for each in told if each.institution.startswith("party:")]

    assert of_parties
    for audience in of_parties:
        draft = draft_of(Received(enveloped(event), event), fact, audience)
        words = draft.text
        texts = (words.title_zh, words.text_zh, words.title_en, words.text_en)
        assert all(text and "{{" not in text and "None" not in text for text in texts)
        assert "贵行" not in "".join(texts)
        assert len(words.title_zh) <= 60
        assert draft.link == "/"


async def test_a_claim_paid_with_a_guarantor_and_an_insurer_tells_each_its_own_share(notifier):
    story = [naming(name) for name in ("claim.approved.v1", "claim.paid.v1", "recovery.booked.v1")]
    story += [naming("settlement.posted.v1"), naming("receivable.overdue.v1", GUARANTOR)]
    await notifier.hears(*story)

    items = {code: await inbox(notifier, code) for code in (GUARANTOR, INSURER, OTHER)}

    assert {code: len(found) for code, found in items.items()} == {
        GUARANTOR: 5, INSURER: 4, OTHER: 0,
    }  # fmt: skip
    own = {GUARANTOR: "300,000.03", INSURER: "100,000.04"}
    for code, figure in own.items():
        text = json.dumps(items[code], ensure_ascii=False)
        (other,) = set(own.values()) - {figure}
        assert figure in text and other not in text
        for of_others in ("400,000.01", "200,000.02", "123,456.00"):
            assert of_others not in text
    titles = {one["event_type"]: one["title"] for one in items[GUARANTOR]}
    assert titles["claim.approved.v1"]["zh"].endswith("已批准，贵方承担 300,000.03 元")
    assert titles["recovery.booked.v1"]["en"].endswith("you get CNY 300,000.03")
    assert (
        "贵方应付资金池 300,000.03 元，须于 2026-03-31 前缴入" in items[GUARANTOR][1]["text"]["zh"]
    )
    assert "贵方应收资金池 7,000.05 元" in items[INSURER][0]["text"]["zh"]
    assert titles["receivable.overdue.v1"]["zh"] == "贵方应付资金池 105,555.56 元，逾期 3 天"
    assert {one["link"] for one in items[GUARANTOR]} == {"/"}


async def test_a_party_that_is_called_like_a_bank_sees_nothing_of_the_bank(notifier):
    await notifier.hears(one("claim.paid.v1"))

    assert await inbox(notifier, BANK) == []
    async with notifier.operator() as bank:
        assert len((await bank.get("/inbox")).json()["items"]) == 1


async def test_a_party_is_written_to_and_called_and_ends_both_itself(notifying):
    async with (
        notifying(smtp_host="127.0.0.1", smtp_port=9, smtp_sender="p@x.cn") as notifier,
        listening(Receiver()) as receiver,
        clerk(notifier, INSURER) as person,
        clerk(notifier, GUARANTOR) as other,
    ):
        written = await person.post("/subscriptions", json={"address": "a@insurer.cn"})
        assert written.status_code == 201, written.text
        assert written.json()["roles"] == ["party_clerk"]
        called = await person.post("/endpoints", json={"url": receiver.url})
        assert called.status_code == 201, called.text
        await notifier.hears(naming("claim.paid.v1"))

        (got,) = await receiver.has(1)
        data = json.loads(got.body)["data"]
        assert data["shares"] == [
            {"party": "insurer", "party_code": INSURER, "amount": "100000.04"}
        ]
        assert "paid" not in data
        for place in ("/subscriptions", "/endpoints"):
            assert (await other.get(place)).json()["items"] == []
            assert len((await person.get(place)).json()["items"]) == 1
        place = f"/endpoints/{called.json()['id']}"
        assert (await other.delete(place, headers={"If-Match": "*"})).status_code == 404
        assert (await person.delete(place, headers={"If-Match": "*"})).status_code == 204
        gone = await person.delete(f"/subscriptions/{written.json()['id']}")
        assert gone.status_code == 204
        (item,) = (await person.get("/inbox")).json()["items"]
        left = await person.post("/inbox/read", json={"position": item["position"]})
        assert left.json() == {"unread": 0}
