"""Views of lists: kept, shared with one's institution, made the usual; and drafts of what is written."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.console.rendering.formats import said_moment
from services.console.tables.drafts import DraftsInDatabase
from services.console.tables.own import OwnDatabase
from services.console.tables.views import ViewsInDatabase
from services.console.views.kept import KeptView, ViewsInMemory, ViewStore
from tests.console.house import House
from tests.console.page import Page
from tests.console.test_sessions import database

__all__ = ["database"]


def at(page: Page) -> str:
    """Path and query of where one has come to."""
    return page.response.url.raw_path.decode()


T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)


def view(number: int, **more: object) -> KeptView:
    told = {
        "id": UUID(int=number), "list": "/cases", "subject": "wang", "institution": "*", "owner": "王",
        "name": f"视图{number}", "query": "state=approved", "is_shared": False, "saved_at": T0,
    }  # fmt: skip
    return KeptView(**(told | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["memory", "database"])
async def test_a_view_is_its_owners_and_shared_with_the_institution_alone(
    place: str, database: str
):
    store: ViewStore = (
        ViewsInMemory() if place == "memory" else ViewsInDatabase(OwnDatabase(database))
    )
    mine, shared = view(1), view(2, is_shared=True)
    for one in (mine, shared, view(3, subject="bank", institution="ICBC", is_shared=True)):
        await store.save(one)

    assert [one.id for one in await store.seen_by("wang", "*")] == [mine.id, shared.id]
    assert [one.id for one in await store.seen_by("li", "*")] == [shared.id]

    await store.make_usual("li", "/cases", shared.id)
    assert [one.is_usual for one in await store.seen_by("li", "*")] == [True]
    assert [one.is_usual for one in await store.seen_by("wang", "*")] == [False, False]

    assert not await store.rename("li", shared.id, name="李的", is_shared=False), "it is wang's"
    assert not await store.rename("wang", shared.id, name=mine.name, is_shared=True), "taken"
    assert not await store.remove("li", shared.id)

    await store.save(view(9, name=mine.name, query="sort=amount"))
    kept = (await store.seen_by("wang", "*"))[0]
    assert (kept.id, kept.query) == (mine.id, "sort=amount"), "the same name is the same view"

    assert await store.remove("wang", shared.id)
    assert await store.seen_by("li", "*") == []


async def test_a_view_is_saved_opened_by_itself_and_seen_by_colleagues(house: House):
    await house.has_case("ICBC")
    await house.has_case("CCB")
    async with house.logged_in("reviewer-lin") as person:
        page = await person.opens("/cases?bank=CCB&sort=-amount&cursor=")
        saved = await person.sends(
            page, "/views", name="建行 的", shared="1", usual="1", list="/cases",
            query="bank=CCB&sort=-amount&person=&unknown=1",
        )  # fmt: skip
        assert "已保存视图" in saved.text and at(saved) == "/cases?bank=CCB&sort=-amount"
        opened = await person.opens("/cases")
        assert at(opened) == "/cases?bank=CCB&sort=-amount", "its usual view"
        whole = await person.opens("/cases?view=all")
        assert "共 2 笔" in whole.text and "共 1 笔" in opened.text
        assert "/cases?view=all" in opened.links
        wrong = await person.sends(whole, "/views", list="/cases", query="", name=" ")
        assert wrong.status == 422 and "请填写名称" in wrong.text
        name = "长" * 41
        wrong = await person.sends(whole, "/views", list="/cases", query="bank=CCB", name=name)
        kept = next(one["fields"] for one in wrong.forms if one["action"] == "/views")
        assert (kept["name"], kept["query"]) == (name, "bank=CCB"), "what was typed stays"
    async with house.logged_in("reviewer-he") as colleague:
        assert "建行 的" in (await colleague.opens("/cases")).text, "shared with the institution"
    async with house.logged_in("icbc-operator") as bank:
        assert "建行 的" not in (await bank.opens("/cases")).text
    async with house.logged_in("reviewer-lin") as person:
        views = await person.opens("/views")
        number = next(
            one.split("/")[2] for one in views.actions if one.endswith("/remove")
        )  # fmt: skip
        await person.sends(views, f"/views/{number}", name="建行", shared="")
        gone = await person.sends(await person.opens("/views"), f"/views/{number}/remove")
        assert "已删除" in gone.text
        assert at(await person.opens("/cases")) == "/cases"
        foreign = await person.client.post(f"/views/{number}/remove", data={})
        assert foreign.status_code == 403


async def test_what_is_written_is_there_again_until_it_is_sent_and_nobody_elses(
    house: House, database: str
):
    case = await house.has_case()
    async with house.logged_in("reviewer-lin") as person:
        page = await person.opens(f"/cases/{case['id']}")
        place = f"/cases/{case['id']}/take"
        token = page.form(place)["_token"]
        sent = {"_token": token, "place": place, "note": "写到一半的意见", "_once": "x"}
        assert (await person.client.post("/drafts", data=sent)).json() == {"kept": True}
        found = (await person.client.get("/drafts", params={"place": place})).json()
        assert found["fields"] == {"note": "写到一半的意见"}
    async with house.logged_in("reviewer-he") as other:
        assert (await other.client.get("/drafts", params={"place": place})).json() == {}
    async with house.logged_in("reviewer-lin") as person:
        page = await person.opens(f"/cases/{case['id']}")
        await person.sends(page, place, _kept="1")
        assert (await person.client.get("/drafts", params={"place": place})).json() == {}

    store = DraftsInDatabase(OwnDatabase(database))
    await store.keep("wang", "/a", "words", at=T0)
    await store.keep("wang", "/a", "others", at=T0)
    assert [await store.find("wang", "/a"), await store.find("li", "/a")] == ["others", ""]
    await store.keep("wang", "/b", "new", at=T0.replace(month=6))
    assert await store.find("wang", "/a") == "", "older than a month"


def test_times_are_told_as_people_say_them():
    now = datetime(2026, 11, 30, 6, tzinfo=UTC)
    said = [
        said_moment(at, language, now=now)
        for at in ("2026-11-30T06:05:00Z", "2026-11-28T16:00:00Z", "2026-11-28T15:59:00Z",
                   "2025-12-31T16:30:00Z", None)
        for language in ("zh", "en")
    ]  # fmt: skip
    assert said == [
        "今天 14:05", "today 14:05", "昨天 00:00", "yesterday 00:00", "11月28日 23:59", "28 Nov 23:59",
        "1月1日 00:30", "1 Jan 00:30", "—", "—",
    ]  # fmt: skip


async def test_a_view_of_a_list_that_is_not_there_is_refused_at_its_field(house: House):
    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.opens("/cases")
        refused = await lin.sends(page, "/views", list="/nowhere", name="我的")
        assert refused.status == 422 and "没有这个列表" in refused.text
