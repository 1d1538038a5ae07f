"""A list comes in: entries begin and end, nothing is overwritten, wrong rows come back."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from services.applications.domain.list_rows import Standing, done_by, read_cells
from tests.applications.bulk import lines
from tests.applications.lists.driver import HEAD, as_csv, brings, entries, named
from tests.applications.office import FIRM, OTHER_FIRM, Office

WRONG = [
    ["", "", "", "2026-02-11", "", "", ""],
    ["甲公司", "914403001922038217", "", "2026-13-40", "", "", ""],
    ["乙公司", "", "", "", "", "", ""],
    ["丙公司", "", "", "2026-03-03", "", "", ""],
    ["丁公司", "", "", "2026-02-11", "2026-01-11", "", ""],
    ["戊公司", "9.14404E+17", "", "2026-02-11", "", "", ""],
    named("又一次"),
]


def outcome(done: Any) -> tuple[int, ...]:
    return tuple(done[name] for name in ("kept", "ended", "rows_known", "rows_wrong"))


async def test_rows_are_kept_and_each_wrong_one_says_what_is_wrong_and_comes_back_to_be_mended(
    office: Office,
):
    content = as_csv(["失信被执行人名单"], HEAD, named(), [], *WRONG, encoding="gb18030")
    done = await brings(office, content=content)

    assert outcome(done) == (1, 0, 0, 7)
    path = f"/bulk-files/{done['id']}"
    rows = (await office.reviewer().get(f"{path}/rows", params={"outcome": "wrong"})).json()
    assert {
        one["line"]: sorted((fault["field"][1:], fault["code"]) for fault in one["faults"])
        for one in rows["items"]
    } == {
        5: [("name", "required")],
        6: [("listed_on", "not-a-day"), ("uscc", "uscc-check-digit")],
        7: [("listed_on", "required")],
        8: [("listed_on", "after-the-list")],
        9: [("removed_on", "ends-before-it-begins")],
        10: [("uscc", "number-shortened")],
        11: [("name", "named-twice")],
    }
    answer = await office.reviewer().get(f"{path}/wrong-rows")
    back = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (back[0][0], back[0][-2:], back[6][-2]) == ("企业名称", ["原行号", "原因"], "10")
    (one,) = await entries(office)
    assert (one["uscc"], one["listed_on"], one["ended_on"]) == (FIRM, "2026-02-11", None)

    again = await brings(office, named("珠海格力"))
    assert outcome(again) == (0, 0, 1, 0)
    assert len(await entries(office)) == 1
    template = await office.reviewer().get("/templates/lists.xlsx")
    assert outcome(await brings(office, content=template.content)) == (1, 0, 0, 0)


async def test_an_entry_ends_by_its_own_row_or_because_a_whole_list_names_it_no_more(
    office: Office,
):
    other = named("柳州某公司", OTHER_FIRM)
    await brings(office, named(), other)

    part = await brings(office, named(removed_on="2026-02-20"))
    assert (outcome(part), part["no_longer_named"]) == ((0, 1, 0, 0), 0)
    broken = await brings(office, named("丙公司", "", "2026-01-05"), WRONG[0], whole=True)
    assert (broken["is_edition"], broken["no_longer_named"]) == (False, 0)
    whole = await brings(office, named("丙公司", "", "2026-01-05"), whole=True)
    assert (whole["is_edition"], outcome(whole), whole["no_longer_named"]) == (
        True, (0, 0, 1, 0), 1,
    )  # fmt: skip

    assert {one["name"]: (one["ended_on"], one["why_ended"]) for one in await entries(office)} == {
        "珠海格力电器股份有限公司": ("2026-02-20", "removed"),
        "柳州某公司": ("2026-03-02", "not_named"),
        "丙公司": (None, None),
    }
    old = await brings(office, other, whole=True, day="2026-03-01", status=409)
    assert old["code"] == "older-than-the-register"
    await office.moves_clock(days=1)
    back = await brings(office, other, named("丙公司", "", "2026-01-05"), whole=True)
    assert outcome(back) == (1, 0, 1, 0), "named again, it stands again, by an entry of its own"
    assert len(await entries(office, q=OTHER_FIRM)) == 2
    held = (await office.bank().get("/credit-lists")).json()["items"]
    assert {one["name"]: one["edition"] for one in held if one["edition"]} == {
        "judgment_defaulter": "2026-03-03"
    }


@pytest.mark.parametrize(
    ("standing", "removed", "does"),
    [
        (None, "", "begins"),
        (Standing(), "", "nothing"),
        (Standing(), "2026-02-20", "ends"),
        (Standing(ended_on=date(2026, 2, 20), why_ended="not_named"), "", "begins"),
        (Standing(ended_on=date(2026, 3, 2), why_ended="not_named"), "", "nothing"),
        (Standing(ended_on=date(2026, 2, 20), why_ended="removed"), "2026-02-20", "nothing"),
        (Standing(ended_on=date(2026, 2, 20), why_ended="credit_repair"), "", "nothing"),
    ],
)
def test_a_row_begins_or_ends_an_entry_and_what_was_repaired_stays_repaired(
    standing: Standing | None, removed: str, does: str
):
    today = date(2026, 3, 2)
    cells = {"name": "某公司", "listed_on": "2026-02-11", "removed_on": removed}
    entry = read_cells(cells, list_date=today)
    assert done_by(entry, standing, list_date=today) == does  # type: ignore[arg-type]


async def test_what_is_no_list_is_refused_whole_and_banks_bring_none_in(office: Office):
    reviewer = office.reviewer()
    assert (await brings(office, content=b"\xd0\xcf\x11\xe0old", status=422))["code"] == (
        "sheet-unreadable"
    )
    no_heading = await brings(office, content="名称,备注\n一,二\n".encode())
    assert no_heading["refusal"]["code"] == "sheet-unreadable"
    nothing = await brings(office, content=as_csv(HEAD), whole=True)
    assert (nothing["rows_read"], nothing["is_edition"]) == (0, False)
    ahead = await brings(office, named(), day="2026-03-03", status=422)
    assert [one["pointer"] for one in ahead["errors"]] == ["#/day"]
    bare = await reviewer.post("/bulk-files", content=as_csv(HEAD), params={"kind": "lists"})
    assert [one["pointer"] for one in bare.json()["errors"]] == ["#/list", "#/day", "#/source"]
    await brings(office, named(), list="no_such", status=422)
    await brings(office, named(), by=office.bank(), status=403)
    said = {"name": "甲\x00公司", "listed_on": "2026-01-01", "since": True, "reason": ["一"]}
    odd = await brings(
        office, content=lines([said, {"name": "甲\x00公司", "listed_on": "2026-01-01"}])
    )
    assert (odd["rows_wrong"], odd["refusal"]) == (2, None)
    assert (await brings(office, named("甲\x00公司", "", "2026-01-01")))["kept"] == 1
    assert (await office.bank().get("/list-imports")).status_code == 403


async def test_a_list_of_many_rows_is_tried_taken_by_batches_and_ends_what_a_whole_one_does_not_name(
    office: Office,
):
    many = [named(f"第{n}公司", "", "2026-01-05") for n in range(1_203)]
    wrong = named("又一次", "914403001922038217")
    gone = named("已移出公司", "", "2025-01-05")
    await brings(office, gone)
    tried = await brings(office, *many, wrong, only_check=True)
    assert (tried["rows_fine"], tried["rows_wrong"], len(await entries(office))) == (1_203, 1, 1)
    part = await brings(office, *many[:700], wrong, many[0], whole=True)
    assert (outcome(part), part["is_edition"]) == ((700, 0, 0, 2), False)

    whole = await brings(office, *many, whole=True, by=office.staff("ma", "pool_manager"))
    assert (outcome(whole), whole["is_edition"], whole["no_longer_named"]) == (
        (503, 0, 700, 0), True, 1,
    )  # fmt: skip
    async with office.service.context.database.looking("*") as conn:
        assert await conn.fetchval("select count(*) from listed_firms") == 1_204
