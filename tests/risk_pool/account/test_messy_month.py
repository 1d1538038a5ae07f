"""A month with a messy statement is worked off to zero: a return, a double, a fen more, one missing,
an unknown credit; and every figure on the way adds up to the fen."""

from services.risk_pool.audit.verify import audit_pool, opened
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.account.files import entry
from tests.risk_pool.claims.test_claims import code_of

ICBC = "ICBC"


async def messy_march(pool: Account) -> None:
    """What the books of March say: the opening contribution, a claim paid, a fee, interest, and a
    second contribution of which the account has not shown anything yet."""
    await pool.covers("甲")
    await pool.goes_bad("甲", "2026-02", "1000000.00")
    claim = await pool.approves("甲", "1000000.00")
    await pool.pays(claim, paid_on="2026-03-02", voucher="ZF20260302001")
    await pool.it_is("2026-04-01")
    await pool.moves("fee", "200.00", "2026-03-10")
    await pool.moves("interest", "18750.31", "2026-03-21")
    await pool.moves("contribution", "300000.00", "2026-03-12", party_code="DL-FIN")
    await pool.moves("contribution", "60000.00", "2026-03-30", party_code="DL-FIN")


def statement_of_march(paid: str) -> list:
    return [
        entry("2026-03-02", f"-{paid}", name=ICBC, reference="0301", purpose="ZF20260302001"),
        entry("2026-03-05", paid, name=ICBC, reference="0302", purpose="退汇 账号不符"),
        entry("2026-03-06", f"-{paid}", name=ICBC, reference="0303", purpose="重汇补偿款"),
        entry("2026-03-10", "-200.00", reference="0304", purpose="账户管理费"),
        entry("2026-03-12", "300000.01", name="DL-FIN", reference="0305", purpose="出资"),
        entry("2026-03-16", "300000.01", name="DL-FIN", reference="0306", purpose="出资"),
        entry("2026-03-21", "18750.31", reference="0307", purpose="结息"),
        entry("2026-03-25", "4321.00", name="某某贸易公司", reference="0308", purpose="货款"),
    ]


async def test_a_messy_month_is_worked_off_to_zero(running):
    async with account_of(running, paid_in="20000000.00") as pool:
        await messy_march(pool)
        paid = next(
            one["amount"].lstrip("-")
            for one in (await pool.work())["movements"]
            if one["kind"] == "claim-paid"
        )
        opening_fen = 20_000_000_00
        done = await pool.imports(
            *statement_of_march(paid), opening_fen=opening_fen, covers_until="2026-03-31"
        )

        # The machine: the opening with what was booked before, the fee and the interest. Two debits
        # carry the claim's amount, one of them its voucher; that one is it.
        assert done["matched"] == 4
        assert await pool.finds() == [
            ("returned", paid),
            ("doubled", f"-{paid}"),
            ("over", "300000.01"),
            ("doubled", "300000.01"),
            ("unmatched_credit", "4321.00"),
        ]
        before = await pool.reconciles("2026-03-31")
        assert before["is_covered"] is True
        assert before["booked"] != before["bank"]

        # The return: payment and return stand against each other, the booking is open for the
        # second payment, which the machine then finds by itself.
        returned = await pool.open_line(paid)
        (payment,) = (await pool.work())["lines"][0]["other_lines"][-1:]
        answer = await pool.maker.post(
            f"/account-lines/{returned['id']}/return",
            json={"of_line": payment["id"], "reason": "账号不符，已退汇"},
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["how"] == "return"
        again = await pool.maker.post("/pools/dongli/account-matching")
        assert again.json() == {"matched": 1}
        assert [one[0] for one in await pool.finds()] == [
            "over", "doubled", "unmatched_credit",
        ]  # fmt: skip

        # A fen more: matched with the difference named, the fen into suspense by two persons.
        first = await pool.open_line("300000.01")
        contribution = await pool.open_movement("300000.00")
        refused = await pool.matches([first], [contribution])
        assert code_of(refused) == (409, "sums-differ")
        assert refused.json()["difference"] == "0.01"
        assert (await pool.matches([first], [contribution], difference="0.01")).status_code == 201
        assert ("rest", "0.01") in await pool.finds()
        fen = await pool.suspends(await pool.open_line("0.01"), "over")

        # The double: into suspense; it is paid back in April.
        double = await pool.suspends(await pool.open_line("300000.01"), "double")
        # The unknown credit: into suspense, too.
        unknown = await pool.suspends(await pool.open_line("4321.00"), "unknown")
        assert await pool.finds() == []

        # One is missing: booked for 30 March, and not on the account.
        march = await pool.reconciles("2026-03-31")
        assert march["on_account_only"] == []
        assert [(one["open"], one["kind"]) for one in march["in_books_only"]] == [
            ("60000.00", "contribution")
        ]
        assert march["difference"] == march["in_books_total"] == "60000.00"

        # April's statement shows it, the double paid back, and the unknown one is known by now.
        await pool.it_is("2026-04-10")
        await pool.then(double, "pay-back", amount="300000.01", paid_on="2026-04-02")
        await pool.imports(
            entry("2026-04-01", "60000.00", name="DL-FIN", reference="0401", purpose="出资"),
            entry("2026-04-02", "-300000.01", name="DL-FIN", reference="0402", purpose="退多付"),
            opening_fen=opening_fen + sum(one.amount_fen for one in statement_of_march(paid)),
            covers_until="2026-04-09",
        )
        await pool.then(
            unknown, "move", amount="4321.00", target="contribution", party_code="DL-FIN"
        )
        await pool.then(fen, "move", amount="0.01", target="interest")

        assert await pool.finds() == []
        april = await pool.reconciles("2026-04-09")
        assert (april["difference"], april["is_settled"]) == ("0.00", True)
        assert april["booked"] == april["bank"]
        assert (await pool.work())["suspense"] == []
        assert "suspense" not in await pool.balances()
        # March still says what was missing then, and when it was seen.
        march = await pool.reconciles("2026-03-31")
        assert [(one["open"], one["seen_on"]) for one in march["in_books_only"]] == [
            ("60000.00", "2026-04-01")
        ]


async def test_a_match_is_undone_with_a_reason_and_both_sides_are_open_again(running):
    async with account_of(running) as pool:
        await pool.imports(
            entry("2026-01-01", "20000000.00", name="DL-FIN", reference="R1", purpose="出资")
        )
        (line,) = await pool.lines()
        (match,) = await pool.matched(line)
        assert (match["how"], match["rule"], match["made_by"]) == ("automatic", "party", "gao")
        assert (await pool.reconciles())["is_settled"] is True
        where = f"/account-matches/{match['id']}/undo"
        assert code_of(await pool.maker.post(where, json={"reason": " "}))[0] == 422

        undone = await pool.maker.post(where, json={"reason": "认错了"})

        assert (undone.status_code, undone.json()["undo_reason"]) == (200, "认错了")
        assert (undone.json()["undone_by"], undone.json()["made_by"]) == ("gao", "gao")
        assert await pool.finds() == [("candidates", "20000000.00")]
        again = await pool.maker.post(where, json={"reason": "再来"})
        assert code_of(again) == (409, "not-open")
        found = await pool.reconciles()
        assert (found["difference"], found["is_settled"]) == ("0.00", False)


async def test_a_line_is_split_and_several_lines_are_one_movement(running):
    async with account_of(running, paid_in="100.00") as pool:
        await pool.moves("contribution", "40.00", "2026-01-02", party_code="DL-FIN")
        await pool.imports(
            entry("2026-01-02", "110.00", name="别名", reference="A"),
            entry("2026-01-03", "30.00", name="别名", reference="B"),
        )
        first, second = [await pool.open_line(amount) for amount in ("110.00", "30.00")]
        hundred, forty = [await pool.open_movement(a) for a in ("100.00", "40.00")]

        whole = await pool.matches([first], [hundred, {"seq": forty["seq"], "amount": "10.00"}])
        assert whole.status_code == 201, whole.text
        assert await pool.finds() == [("unmatched_credit", "30.00")]
        assert (await pool.matches([second], [forty])).status_code == 201

        assert (await pool.reconciles())["is_settled"] is True
        assert code_of(await pool.matches([second], [forty])) == (409, "not-open")


async def test_more_than_is_open_or_the_other_way_is_not_matched(running):
    async with account_of(running, paid_in="100.00") as pool:
        await pool.imports(entry("2026-01-02", "60.00", name="别名", reference="A"))
        line, movement = await pool.open_line("60.00"), await pool.open_movement("100.00")

        for amount in ("60.01", "-1.00", "0.00"):
            answer = await pool.matches([{"id": line["id"], "amount": amount}], [movement])
            assert code_of(answer) == (409, "not-open"), amount
        assert code_of(await pool.matches([], [])) == (409, "sums-differ")
        assert (
            code_of(await pool.matches([line], [movement], difference="40.00"))[1] == "sums-differ"
        )
        short = await pool.matches([line], [movement], difference="-40.00", note="少付")
        assert (short.status_code, short.json()["difference"]) == (201, "-40.00")
        assert (await pool.open_movement("40.00"))["amount"] == "100.00"
        found = await pool.reconciles()
        assert (found["difference"], found["in_books_total"]) == ("40.00", "40.00")


async def test_what_is_taken_back_from_suspense_is_open_on_the_account_again(running):
    async with account_of(running, paid_in="") as pool:
        await pool.imports(entry("2026-01-05", "70.00", name="别名", reference="A"))
        held = await pool.suspends(await pool.open_line("70.00"), "unknown")
        assert (await pool.balances())["suspense"] == "70.00"
        assert (await pool.stands())["available"] == "0.00"

        await pool.then(held, "take-back")
        assert await pool.balances() == {}
        assert await pool.finds() == [("unmatched_credit", "70.00")]
        await pool.moves("contribution", "70.00", "2026-01-05", party_code="DL-FIN")
        movement = await pool.open_movement("70.00")
        assert (await pool.matches([await pool.open_line("70.00")], [movement])).status_code == 201
        assert (await pool.reconciles())["is_settled"] is True

        # Whose account it is has been said once: the next time, the machine knows.
        refused = await pool.maker.post(
            f"/account-bookings/{held['id']}/take-back", json={"note": "再来"}
        )
        assert code_of(refused) == (409, "parts-gone")


async def test_no_more_leaves_suspense_than_is_in_it(running):
    async with account_of(running, paid_in="10.00") as pool:
        await pool.imports(
            entry("2026-01-04", "10.00", name="DL-FIN", reference="0"),
            entry("2026-01-05", "70.00", name="别名", reference="A"),
            entry("2026-01-06", "-5.00", name="别名", reference="B"),
        )
        line = await pool.open_line("70.00")
        at = f"/account-lines/{line['id']}/suspend"
        above = await pool.maker.post(at, json={"why": "unknown", "amount": "70.01", "note": "多"})
        assert code_of(above) == (409, "above-suspense")
        debit = await pool.open_line("-5.00")
        wrong = await pool.maker.post(
            f"/account-lines/{debit['id']}/suspend", json={"why": "unknown", "note": "多"}
        )
        assert code_of(wrong) == (409, "not-a-credit")
        held = await pool.suspends(line, "unknown", amount="50.00")
        proposed = await pool.maker.post(at, json={"why": "unknown", "note": "其余"})
        assert proposed.json()["amount"] == "20.00"
        assert code_of(await pool.maker.post(at, json={"why": "unknown", "note": "再"}))[1] == (
            "above-suspense"
        )

        where = f"/account-bookings/{held['id']}"
        back = await pool.maker.post(f"{where}/pay-back", json={"amount": "30.00", "note": "退"})
        assert back.status_code == 201
        assert code_of(
            await pool.maker.post(f"{where}/pay-back", json={"amount": "20.01", "note": "退"})
        ) == (409, "above-suspense")
        whose = await pool.maker.post(
            f"{where}/move", json={"amount": "1.00", "target": "contribution", "note": "转"}
        )
        assert code_of(whose) == (422, "invalid-request")
        nobody = await pool.maker.post(
            f"{where}/move",
            json={"amount": "1.00", "target": "contribution", "party_code": "X", "note": "转"},
        )
        assert code_of(nobody) == (404, "not-found")
        not_held = await pool.maker.post(
            f"/account-bookings/{proposed.json()['id']}/pay-back",
            json={"amount": "1.00", "note": "退"},
        )
        assert code_of(not_held) == (409, "not-booked")


async def test_a_month_with_money_in_suspense_is_settled_and_found_right(running):
    async with account_of(running, paid_in="100.00", on="2026-02-02") as pool:
        await pool.imports(
            entry("2026-01-01", "100.00", name="DL-FIN", reference="0"),
            entry("2026-01-05", "70.00", name="别名", reference="A"),
            entry("2026-01-06", "9.00", name="别名", reference="B"),
        )
        held = await pool.suspends(await pool.open_line("70.00"), "unknown")
        known = await pool.suspends(await pool.open_line("9.00"), "unknown")
        await pool.then(held, "pay-back", amount="20.00", paid_on="2026-02-02")
        await pool.then(held, "move", amount="50.00", target="contribution", party_code="DL-FIN")
        await pool.then(known, "take-back")

        month = await pool.settles("2026-01")

        # What is nobody's is on the account, and no money of the pool's own.
        at = "/pools/dongli/settlements/2026-01/statements/dongli.json"
        own = (await pool.auditor.get(at)).json()
        closing = {one["code"]: one["closing"] for one in own["tables"]}
        assert (closing["cash"], closing["available"], closing["suspense"]) == (
            "170.00", "100.00", "70.00",
        )  # fmt: skip
        assert month["state"] == "matched"
        async with opened(pool.service.context.database.url) as conn:
            checked = await audit_pool(conn, "dongli")
        assert checked is not None and checked.passed
        assert await pool.balances() == {"cash": "150.00", "contribution:DL-FIN": "150.00"}
