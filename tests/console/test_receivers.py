"""Ways of being told, set up in the console."""

from tests.console.house import House

ROBOT = {
    "kind": "dingtalk",
    "url": "https://robots.example.cn/robot/send?access_token=4f2a8b1e9d7c",
    "secret": "SEC5f1c0a7d3e",
    "description": "贷后群",
    "roles": "bank_operator",
}


async def test_a_clerk_sets_up_what_the_bank_is_told_by_and_a_reviewer_only_their_own(house: House):
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/inbox/receivers")
        wrong = await clerk.sends(page, "/inbox/receivers/robots", **{**ROBOT, "secret": ""})
        assert wrong.status == 422 and "启用“加签”" in wrong.text
        added = await clerk.sends(
            wrong, "/inbox/receivers/robots", **ROBOT, least_amount="1,000,000"
        )
        assert "钉钉 robots.example.cn…9d7c" in added.text and "1,000,000.00 元起" in added.text
        assert "4f2a8b1e9d7c" not in added.html and "SEC5f1c0a7d3e" not in added.html
        # What is asked for is changed on a page of its own, as it was seen.
        link = next(one for one in added.links if one.startswith("/inbox/receivers/robots/"))
        form = await clerk.opens(link)
        change = {"description": "夜班群", "language": "zh", "roles": "bank_operator"}
        wrong = await clerk.sends(form, link, **change, quiet_until="")
        assert wrong.status == 422 and "须同时填写起止时间" in wrong.text
        changed = await clerk.sends(
            wrong, link, **change, quiet_from="20:00", quiet_until="07:30",
            working_days_only="yes", least_amount="",
        )  # fmt: skip
        assert "20:00–07:30 免打扰" in changed.text and "仅工作日" in changed.text
        assert "夜班群" in changed.text and "元起" not in changed.text
        assert (await clerk.sends(form, link, **change)).status == 412
        pause = next(one for one in changed.actions if one.endswith("/pause"))
        added = changed
        paused = await clerk.sends(added, pause)
        assert "应发的通知保留到恢复后发送" in paused.text
        # Whoever decides on an old page is told so.
        assert (await clerk.sends(added, pause)).status == 412
        delete = next(one for one in paused.actions if "robots" in one and one.endswith("/delete"))
        assert "9d7c" not in (await clerk.sends(paused, delete)).text

        secret = await clerk.sends(
            page, "/inbox/receivers/endpoints", url="https://bank.example.cn/hooks"
        )
        assert "whsec_" in secret.text
        # Nobody answers there: what is ticked is sent at once, and only to who keeps it.
        test = next(
            one
            for one in (await clerk.opens("/inbox/receivers")).actions
            if "endpoints" in one and one.endswith("/test")
        )
        await clerk.sends(await clerk.opens("/inbox/receivers"), test)
        log = await clerk.opens("/inbox/deliveries?state=pending&channel=webhook")
        assert "回调测试" in log.text and "https://bank.example.cn/hooks" in log.text
        box = next(given for tag, given in log.tags if given.get("name") == "deliveries")
        sent = await clerk.sends(log, "/inbox/deliveries/send-now", deliveries=box["value"])
        assert "条正在发送" in sent.text
        assert "没有符合条件的投递" in (await clerk.opens("/inbox/deliveries")).text
        later = await clerk.opens("/inbox/receivers")
        assert "https://bank.example.cn/hooks" in later.text and "whsec_" not in later.text

    async with house.logged_in("reviewer-lin") as reviewer:
        own = await reviewer.opens("/inbox/receivers")
        assert "bank.example.cn" not in own.text
        assert [one for one in own.actions if one.startswith("/inbox/receivers")] == [
            "/inbox/receivers/subscriptions"
        ]
        off = await reviewer.sends(
            own, "/inbox/receivers/subscriptions", address="lin@bureau.example.cn"
        )
        assert off.status == 409 and "未开通电子邮件" in off.text
        sms = await reviewer.sends(own, "/inbox/receivers/subscriptions", address="13800138000")
        assert sms.status == 409 and "未开通短信" in sms.text
