"""What is typed is never lost."""

import asyncio

from tests.console.house import House, did

WORDS = "资料齐全，请贵行补充说明还款来源。"


async def test_words_are_kept_also_where_another_request_has_learned_first_that_the_login_is_over(
    house: House,
):
    case = await house.has_case()
    path = f"/letters/{case['id']}/letters"
    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.opens(f"/cases/{case['id']}")
        for service in ("applications", "notifications"):
            admin = house.person(service, "admin", "admin")
            await did(
                admin.post("/ended-logins", json={"person": "reviewer-lin", "reason": "离岗"})
            )
        # The open page asks by itself: for news, and to store a paper that was chosen.
        assert (await lin.opens("/inbox/stream")).path == "/login"
        await lin.client.post("/papers", data={"_token": page.form(path)["_token"]})

        told = await lin.sends(page, path, text=WORDS, due_on="2026-03-20")
        assert "已保留" in told.text
        # A token says its time in whole seconds: one of the second of the end counts as from before.
        await asyncio.sleep(1)
        await lin.logs_in("reviewer-lin")
        back = await lin.opens("/unsent")
        assert back.form(path)["text"] == WORDS
        shown = back.text
        assert "内容" in shown and "答复期限" in shown and "2026-03-20" in shown
        assert "_" not in shown and "due" not in shown, "labels as the form has them, no codes"
