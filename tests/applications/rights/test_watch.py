"""The watch over pledged rights: what endangers one is found, told once, and answered."""

from datetime import date
from typing import Any

import pytest

from services.applications.domain.watch import dangers, next_anniversary
from services.applications.handlers.right_watch import watch_rights
from shared.contracts.rights import RightEndangeredV1
from tests.applications.office import CCB, OTHER_FIRM, Office, right

PATENT = "201811564288.X"
TERM = {"filed_on": "2018-12-20", "expires_on": "2038-12-19"}
TODAY = date(2026, 3, 2)
FIRM = "91440400192548256N"
RIGHT = {"kind": "invention", "owner_uscc": FIRM, "expires_on": date(2038, 12, 19)}
KNOWN = {"filed_on": date(2018, 12, 20), "expires_on": date(2038, 12, 19)}


def codes(
    known: dict[str, Any] | None = None, *, burdens: Any = (), days: int = 90, **changes: Any
) -> list[tuple[str, str, str]]:
    found = dangers(
        RIGHT | changes, KNOWN | (known or {}), burdens, today=TODAY, within_days=days
    )  # fmt: skip
    return [(one.code, str(one.due_on), str(one.until)) for one in found]


@pytest.mark.parametrize(
    ("paid_to", "found"),
    [
        (date(2026, 6, 1), []),
        (date(2026, 5, 31), [("fee-due", "2026-05-31", "2026-11-30")]),
        (date(2026, 3, 2), [("fee-due", "2026-03-02", "2026-09-02")]),
        (date(2026, 3, 1), [("fee-overdue", "2026-03-01", "2026-09-01")]),
        (date(2025, 9, 2), [("fee-overdue", "2025-09-02", "2026-03-02")]),
        (date(2025, 9, 1), [("fee-grace-over", "2025-09-01", "2026-03-01")]),
    ],
)
def test_an_annual_fee_is_due_then_in_grace_for_six_months_then_too_late(
    paid_to: date, found: list[Any]
):
    assert codes({"fees_paid_to": paid_to}) == found


def test_where_nobody_has_said_that_fees_are_paid_the_next_anniversary_is_asked_about():
    assert codes(days=292) == []
    assert codes(days=293) == [("fee-to-confirm", "2026-12-20", "2027-06-20")]
    assert codes(days=293, kind="software_copyright") == []
    assert next_anniversary(date(2024, 2, 29), date(2026, 2, 28)) == date(2026, 2, 28)
    assert next_anniversary(date(2024, 2, 29), date(2026, 3, 1)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("kind", "ends", "found"),
    [
        ("trademark_right", date(2026, 6, 1), []),
        ("trademark_right", date(2026, 5, 31), [("renewal-due", "2026-05-31", "2026-11-30")]),
        ("trademark_right", date(2026, 3, 1), [("renewal-overdue", "2026-03-01", "2026-09-01")]),
        ("trademark_right", date(2025, 9, 1), [("right-expired", "2025-09-01", "2026-03-01")]),
        ("software_copyright", date(2026, 5, 31), [("right-expires", "2026-05-31", "None")]),
        ("copyright", date(2026, 3, 1), [("right-expired", "2026-03-01", "None")]),
    ],
)
def test_a_right_comes_to_its_end_and_a_trademark_can_be_renewed(
    kind: str, ends: date, found: list[Any]
):
    assert codes({"expires_on": ends}, kind=kind) == found


def test_status_owner_and_burdens_endanger_a_right():
    paid = {"fees_paid_to": date(2026, 12, 20)}
    ended = {"legal_status": "invalidated", "status_as_of": date(2026, 2, 1)}
    assert codes(paid | ended) == [("right-ended", "2026-02-01", "None")]
    assert codes({"legal_status": "fee_overdue"}) == [("fee-overdue", "2026-03-02", "None")]
    other = {"owner_uscc": OTHER_FIRM, "owner_as_of": date(2026, 2, 2)}
    assert codes(paid | other) == [("owner-changed", "2026-02-02", "None")]
    burdens = [
        {"burden": name, "began_on": date(2026, 1, n), "party": "某法院"}
        for n, name in enumerate(
            ("preservation", "ownership_dispute", "invalidation", "licence"), start=1
        )
    ]
    assert [code for code, *_ in codes(paid, burdens=burdens)] == [
        "preserved", "ownership-disputed", "invalidation-pending",
    ]  # fmt: skip


async def says(who: Any, **said: Any) -> str:
    body = {"kind": "invention", "number": PATENT, "source": "extract", "as_of": "2026-03-02"}
    answer = await who.post("/rights", json=body | said)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def looks(office: Office) -> None:
    context = office.service.context
    await watch_rights(context.database, context.clock.now, within_days=90)


async def listed(who: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await who.get("/endangered-rights", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_danger_is_told_once_however_often_it_is_looked(office: Office):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    await office.submits(bank=CCB)
    await office.said()
    await looks(office)
    assert await office.said(RightEndangeredV1.type) == []
    asked = await listed(office.reviewer(), within_days=300)
    assert [one["code"] for one in asked] == ["fee-to-confirm"], "listed, and nobody is told"

    await says(office.reviewer(), fees_paid_to="2026-02-20")
    for _ in range(3):
        await looks(office)
    (told,) = await office.said(RightEndangeredV1.type)
    assert isinstance(told, RightEndangeredV1)
    assert (told.danger, told.number, told.right_number) == ("fee-overdue", case["number"], PATENT)
    assert (str(told.due_on), str(told.until)) == ("2026-02-20", "2026-08-20")

    await office.moves_clock(days=1)
    await looks(office)
    assert await office.said(RightEndangeredV1.type) == [], "the next day, too"
    await says(office.reviewer(), fees_paid_to="2026-12-20", as_of="2026-03-03")
    await looks(office)
    assert await office.said(RightEndangeredV1.type) == []
    assert await listed(office.reviewer()) == []


async def test_what_nobody_has_said_is_asked_in_the_list_and_told_to_nobody(office: Office):
    case = await office.lends(collateral=[right(PATENT, filed_on="2018-05-01",
                                                expires_on="2038-05-01")])  # fmt: skip
    await looks(office)

    (one,) = await listed(office.bank())
    assert (one["code"], one["due_on"], one["case_number"]) == (
        "fee-to-confirm", "2026-05-01", case["number"],
    )  # fmt: skip
    assert one["alert_id"] is not None, "the bank can say what it did"
    assert await office.said(RightEndangeredV1.type) == []


async def test_the_list_is_for_the_bank_and_the_bureau_and_takes_the_measure(office: Office):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    right_id = await says(office.reviewer(), fees_paid_to="2026-12-20")
    body = {"burden": "preservation", "party": "天津三中院", "began_on": "2026-02-20"}
    assert (
        await office.reviewer().post(f"/rights/{right_id}/burdens", json=body)
    ).status_code == 201
    assert (await listed(office.bank()))[0]["alert_id"] is None
    await looks(office)

    (one,) = await listed(office.bank())
    assert (one["code"], one["case_number"], one["outstanding_principal"]) == (
        "preserved", case["number"], "1000000.00",
    )  # fmt: skip
    assert await listed(office.bank(CCB)) == []
    assert await listed(office.reviewer(), bank=CCB) == []
    assert [row["code"] for row in await listed(office.reviewer(), within_days=300)] == [
        "preserved", "fee-due",
    ]  # fmt: skip

    path = f"/right-alerts/{one['alert_id']}/measures"
    done = {"measure": "objected", "taken_on": "2026-03-02", "note": "已提出执行异议"}
    assert (await office.bank(CCB).post(path, json=done)).status_code == 404
    assert (await office.reviewer().post(path, json=done)).status_code == 403
    ahead = await office.bank().post(path, json=done | {"taken_on": "2026-03-03"})
    assert ahead.json()["errors"][0]["code"] == "in-future"
    taken = await office.bank().post(path, json=done)
    assert taken.status_code == 201, taken.text
    (seen,) = await listed(office.reviewer())
    assert [(row["measure"], row["note"]) for row in seen["measures"]] == [
        ("objected", "已提出执行异议")
    ]


async def test_a_right_whose_loan_is_paid_or_whose_pledge_is_gone_is_watched_no_more(
    office: Office,
):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    await says(office.reviewer(), legal_status="lapsed")
    assert [one["code"] for one in await listed(office.bank())] == ["right-ended"]
    answer = await office.bank().get(f"/applications/{case['id']}/pledges")
    (pledge,) = answer.json()["items"]
    covered = {"opinion": "其余担保足额"}
    await office.reviewer().post(f"/pledges/{pledge['id']}/confirm-cover", json=covered)
    gone = await office.bank().post(
        f"/pledges/{pledge['id']}/cancel", json={"on": "2026-03-02", "reason": "权利终止"}
    )
    assert gone.status_code == 200, gone.text

    assert await listed(office.bank()) == []
