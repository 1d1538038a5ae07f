"""Each role's first page: figures that open to the rows they come to, what one did last."""

from typing import Any

from tests.console.house import House, did
from tests.console.page import Page

FIGURES = {
    "reviewer-lin": ["filed", "done_by_me", "approved", "covered"],
    "approver-zhao": ["filed", "done_by_me", "approved", "covered"],
    "leader-gao": ["approved", "covered", "overdue", "claimed"],
    "manager-wu": ["filed", "covered", "available", "overdue"],
    "finance-sun": ["available", "claimed", "recovered", "owed"],
    "finance-qian": ["available", "claimed", "recovered", "owed"],
    "auditor-zhou": ["approved", "covered", "claimed", "recovered"],
    "admin": ["parked", "parked", "undelivered", "parked"],
    "icbc-operator": ["filed", "covered", "overdue", "claimed"],
    "icbc-checker": ["filed", "covered", "overdue", "claimed"],
}
"""Person → the figures on the first page, in their order."""


def figures_of(page: Page) -> list[tuple[str, str]]:
    """(where it leads, the exact amount or number) of each figure."""
    found = page.html.split('class="figures"')[1].split("</ul>")[0].split("<li>")[1:]
    read = []
    for one in found:
        opened = one.split('class="large"><a href="')[1]
        exact = opened.split('title="')[1].split('"')[0] if "title=" in opened.split(">")[0] else ""
        read.append((opened.split('"')[0].replace("&amp;", "&"), exact or opened.split(">")[1]))
    return [(path, said.split("</a")[0].split(" ")[0]) for path, said in read]


async def has_a_busy_month(house: House) -> None:
    """In May: a case filed, a claim paid for, a recovery confirmed; a loan of March is in cover."""
    claim = await house.has_claim()
    await house.has_recovery(claim)
    await house.has_case("CCB")
    recovery = (await did(auditor(house).get("/recoveries")))["items"][0]
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    path = f"/recoveries/{recovery['id']}"
    seen = (await did(checker.get(path)))["trial"]
    await did(checker.post(f"{path}/confirm", json={"trial": seen["id"]}))
    await house.settled()


def auditor(house: House) -> Any:
    return house.person("risk_pool", "auditor-zhou", "auditor")


async def open_to_their_rows(house: House, *people: str) -> set[str]:
    """Every figure of these people leads to a page on which its exact amount stands; the codes of
    those that are not nothing."""
    seen = set()
    for subject in people:
        async with house.logged_in(subject) as person:
            found = figures_of(await person.opens("/"))
            assert len(found) == len(FIGURES[subject]) == 4, (subject, found)
            for code, (path, said) in zip(FIGURES[subject], found, strict=True):
                opened = await person.opens(path)
                assert opened.status == 200, (subject, path)
                if said not in ("0", "0.00"):
                    assert said in opened.text, (subject, code, path, said)
                    seen.add(code)
    return seen


async def test_every_figure_of_every_role_opens_to_the_rows_that_come_to_it(house: House):
    await house.has_loan("CCB", amount="2345678.90")
    march = await open_to_their_rows(house, "reviewer-lin", "approver-zhao")
    assert march == {"filed", "done_by_me", "approved", "covered"}

    await has_a_busy_month(house)
    may = await open_to_their_rows(house, *FIGURES)
    assert may >= {"filed", "covered", "available", "claimed", "recovered"}


async def test_what_one_did_last_stands_on_the_first_page_and_nobody_elses(house: House):
    claim = await house.has_claim()
    async with house.logged_in("finance-sun") as maker:
        acts = (await maker.opens("/")).html.split('id="acts"')[1].split("</section>")[0]
        assert claim["number"] not in acts and "收付登记" in acts
        people = house.person("risk_pool", "finance-sun", "finance_maker")
        await did(people.post(f"/claims/{claim['id']}/review", json={"opinion": "触发条件成立"}))
        page = await maker.opens("/")
        acts = page.html.split('id="acts"')[1].split("</section>")[0]
        assert claim["number"] in acts and f"/claims/{claim['id']}" in acts
        whole = await maker.opens("/my-acts")
        assert claim["number"] in whole.text and "触发条件成立" in whole.text
    async with house.logged_in("finance-qian") as checker:
        acts = (await checker.opens("/")).html.split('id="acts"')[1].split("</section>")[0]
        assert claim["number"] not in acts
        other = await checker.opens("/my-acts?service=risk_pool")
        assert claim["number"] not in other.text
    async with house.logged_in("icbc-operator") as clerk:
        acts = (await clerk.opens("/")).html.split('id="acts"')[1].split("</section>")[0]
        assert claim["number"] in acts, "a bank's clerk has filed it"


async def test_a_day_without_work_says_when_work_comes(house: House):
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/")
        assert "没有等待您办理的事项" in page.text
        assert "2026年3月末为 2026-03-31" in page.text and "月报截止 2026-04-10" in page.text
        assert "月结签批截止" not in page.text
    async with house.logged_in("ccb-operator") as other:
        assert "在他人手中" not in (await other.opens("/")).text
