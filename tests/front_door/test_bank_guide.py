"""The banks' guide on an instance that was empty, and set up as its console sets it up."""

from datetime import datetime, timedelta
from pathlib import Path

from shared.clock import SHANGHAI
from tests.front_door.bank_guide import (
    PAGES,
    apply_as_the_guide_says,
    commands,
    question,
    without_comments,
)
from tests.front_door.started import up, zhidai
from tests.publishing import proposal
from zhidai.access import Access


def test_both_languages_tell_the_same_commands():
    chinese, english = (without_comments(commands(page)) for page in PAGES)

    assert chinese == english
    assert question(PAGES[0]) == question(PAGES[1])


async def test_the_guide_works_as_written_where_a_pool_a_bank_and_its_line_were_set_up(state: Path):
    async with up(state) as running:
        root = {name: url.removesuffix("/api/v1") for name, url in running.places.items()}
        applications = Access("applications", roles=("admin",), subject="admin", state=state)
        risk_pool = Access("risk_pool", roles=("pool_manager",), subject="manager", state=state)
        bank = {"code": "ICBC", "name": "中国工商银行"}
        applications.post("/banks", {**bank, "uscc": "91100000100003962T"})
        versions = "/programmes/dongli/versions"
        risk_pool.post(versions, proposal("dongli"))
        approver = Access("risk_pool", roles=("approver",), subject="approver", state=state)
        approver.post(f"{versions}/1/publish", {})
        pool = {"code": "dongli", "name": "东丽区资金池", "programme": "dongli"}
        risk_pool.post("/pools", {**pool, "opened_on": "2026-01-01", "parties": []})
        line = {"amount": "30000000.00", "valid_from": "2026-01-01"}
        risk_pool.post("/pools/dongli/parties", {**bank, "role": "bank", "line": line})
        tokens = next(line for line in running.said.splitlines() if "/token" in line)
        issuer = tokens.split("http://")[1].split("/token")[0]

        answer = await apply_as_the_guide_says(root["applications"], f"http://{issuer}")
        bank_tries = await zhidai(state, "sandbox", "kit", "--bank", "ICBC")
        certified = await zhidai(state, "sandbox", "certify", "--bank", "ICBC")
        next_month = (datetime.now(SHANGHAI) + timedelta(days=31)).date().isoformat()
        moved = await zhidai(state, "sandbox", "clock", next_month)
        again = await zhidai(state, "sandbox", "clock", next_month)

    assert answer.startswith("HTTP/1.1 201"), answer
    assert '"state":"accepted"' in answer.replace(" ", ""), answer
    asked = answer.splitlines()[-1]
    assert asked.count('"pledged":false') == 2, asked
    assert '"number":"201811564288.X","number_as_given":"ＺＬ 2018 1 1564288－x"' in asked, asked
    code, said = bank_tries
    assert code == 0 and "≠" not in said and said.count("refused") > 5, said
    code, said = certified
    assert code == 3 and "1 / 14" in said and "application.accepted.v1" in said, said
    for code, said in (moved, again):
        assert (code, said.count(next_month)) == (0, 3), said
