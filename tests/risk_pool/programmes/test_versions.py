"""Versions of a programme: who proposes, who publishes, what is refused, and what binds a loan."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from services.risk_pool.main import SERVICE
from shared.schemes import library
from tests.publishing import heard, proposal, publish
from tests.risk_pool.claims.driver import amounts, claims_of

TEXT = library.path_of("dongli").read_text(encoding="utf-8")
SHARES = "{shares: {pool: 40, bank: 60}}, source: S2"
HALF = TEXT.replace(SHARES, "{shares: {pool: 50, bank: 50}}, source: S2")
AT = "/programmes/dongli/versions"


@asynccontextmanager
async def house(running: Any) -> AsyncIterator[Any]:
    """A risk pool's service without any pool, on 11 January 2026."""
    async with running(SERVICE, due_interval_seconds=3600) as service:
        await service.context.clock.set(datetime(2026, 1, 11, 1, 0, tzinfo=UTC))
        yield service


def manager(service: Any) -> Any:
    return service.as_("lin", "pool_manager")


def approver(service: Any) -> Any:
    return service.as_("he", "approver")


async def refused(person: Any, path: str, body: Any, status: int = 409) -> dict[str, Any]:
    answer = await person.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_one_person_proposes_and_another_publishes_the_bytes_with_their_hash(running):
    async with house(running) as service:
        proposed = await manager(service).post(AT, json=proposal("dongli"))
        assert proposed.status_code == 201, proposed.text
        assert proposed.json()["state"] == "proposed"
        assert proposed.json()["waiting_for"]["roles"] == ["approver", "finance_checker"]

        published = await approver(service).post(f"{AT}/1/publish", json={})

        assert published.status_code == 200, published.text
        answer = published.json()
        assert (answer["state"], answer["is_in_force"], answer["text"]) == ("published", True, TEXT)
        assert answer["sha256"] == heard("dongli").sha256
        assert (answer["proposed_by"], answer["published_by"]) == ("lin", "he")
        assert [move["action"] for move in answer["history"]] == ["propose", "publish"]
        accepted = {one["rule"]: one["values_en"] for one in answer["accepted_rules"]}
        assert sorted(accepted) == proposal("dongli")["accepts"]
        assert accepted["loan_cap"] == ["10,000,000.00"]
        # Of the shares only those of the modes that assume them: two have a source, one none.
        assert len(accepted["sharing"]) == 2
        await service.settled()
        (told,) = [
            one
            for one in (await service.as_("shen", "auditor").get("/events")).json()["items"]
            if one["type"] == "scheme.published.v1"
        ]
        assert (told["data"]["sha256"], told["data"]["text"]) == (answer["sha256"], TEXT)


async def test_whoever_proposed_a_version_does_not_publish_it(running):
    both = ("pool_manager", "approver", "finance_checker")
    async with house(running) as service:
        lin = service.as_("lin", *both)
        assert (await lin.post(AT, json=proposal("dongli"))).status_code == 201

        found = await refused(lin, f"{AT}/1/publish", {})

        assert found["code"] == "second-person-required"
        pool = {"code": "dongli", "name": "东丽", "programme": "dongli", "opened_on": "2026-01-01"}
        found = await refused(manager(service), "/pools", pool)
        assert found["code"] == "scheme-not-published"


async def test_a_text_that_cannot_be_read_is_refused_with_every_line_that_is_wrong(running):
    wrong = TEXT.replace("status: complete", "status: done").replace("value: 12,", "value: zwölf,")
    async with house(running) as service:
        body = proposal("dongli") | {"text": wrong}

        found = await refused(manager(service), AT, body, 422)

        assert found["code"] == "scheme-unreadable"
        lines = TEXT.splitlines()
        places = {lines[one["line"] - 1].strip().split(":")[0] for one in found["problems"]}
        assert {"status", "2022-10-28"} <= places
        assert all(one["zh"] and one["en"] and one["column"] for one in found["problems"])
        assert len(found["errors"]) == len(found["problems"]) == 3
        assert (await manager(service).get("/programmes")).json()["items"] == []


async def test_a_scheme_that_is_silent_is_refused_with_everything_that_it_does_not_say(running):
    silent = "\n".join(
        line
        for line in TEXT.splitlines()
        if "pool_balance" not in line and not line.strip().startswith("claim: {months")
    )
    body = proposal("dongli") | {"text": silent}
    async with house(running) as service:
        found = await refused(manager(service), AT, body | {"accepts": ["caps"]})

        assert found["code"] == "scheme-says-too-little"
        assert {(one["mode"], one["rule"]) for one in found["missing"]} == {
            (mode, rule)
            for mode in ("direct", "insured", "guaranteed")
            for rule in ("deadlines.claim", "caps.pool_balance")
        }
        # What is assumed and accepted by nobody is in the same answer.
        assert "loan_cap" in found["assumed"]
        assert "caps" not in found["assumed"]


async def test_every_assumed_value_is_accepted_by_name_and_nothing_else_is(running):
    body = proposal("dongli")
    async with house(running) as service:
        left_out = {**body, "accepts": [name for name in body["accepts"] if name != "loan_cap"]}
        found = await refused(manager(service), AT, left_out)
        assert (found["code"], found["assumed"]) == ("scheme-says-too-little", ["loan_cap"])

        more = {**body, "accepts": [*body["accepts"], "registered_months"]}
        found = await refused(manager(service), AT, more, 422)
        (error,) = found["errors"]
        assert error["pointer"] == f"#/accepts/{len(body['accepts'])}"


@pytest.mark.parametrize("programme", ["template_pool_bank", "gz_guiyang"])
async def test_a_template_or_an_incomplete_scheme_is_not_published(running, programme):
    async with house(running) as service:
        file = library.publication_of(library.path_of(programme))
        body = {
            "text": file.text,
            "common_text": file.common_text,
            "accepts": [],
            "in_force_from": "2026-02-01",
        }

        found = await refused(manager(service), f"/programmes/{programme}/versions", body)

        assert found["code"] == "scheme-not-live"


async def test_a_new_version_begins_after_today_and_after_the_newest(running):
    async with house(running) as service:
        await publish(service, "dongli")
        for day in ("2022-10-28", "2026-01-11"):
            body = proposal("dongli", HALF, in_force_from=date.fromisoformat(day))
            assert (await refused(manager(service), AT, body))["code"] == "version-not-later"
        await publish(service, "dongli", HALF, in_force_from=date(2026, 3, 1))

        body = proposal("dongli", TEXT, in_force_from=date(2026, 2, 1))
        found = await refused(manager(service), AT, body)

        assert (found["code"], found["newest_in_force_from"]) == ("version-not-later", "2026-03-01")
        body = proposal("dongli", TEXT) | {"in_force_from": "2022-10-27"}
        assert (await refused(manager(service), AT, body))["code"] == "version-not-later"


async def test_a_version_whose_day_has_come_unpublished_is_not_published_any_more(running):
    async with house(running) as service:
        await publish(service, "dongli")
        body = proposal("dongli", HALF, in_force_from=date(2026, 1, 12))
        assert (await manager(service).post(AT, json=body)).status_code == 201
        await service.context.clock.set(datetime(2026, 1, 12, 1, 0, tzinfo=UTC))

        found = await refused(approver(service), f"{AT}/2/publish", {})

        assert found["code"] == "version-not-later"


async def test_two_people_who_publish_two_versions_for_one_day_publish_one(running):
    async with house(running) as service:
        await publish(service, "dongli")
        for text in (HALF, TEXT):
            body = proposal("dongli", text, in_force_from=date(2026, 2, 1))
            assert (await manager(service).post(AT, json=body)).status_code == 201

        answers = await asyncio.gather(
            approver(service).post(f"{AT}/2/publish", json={}),
            service.as_("qian", "finance_checker").post(f"{AT}/3/publish", json={}),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (programme,) = (await manager(service).get("/programmes")).json()["items"]
        assert sorted(one["state"] for one in programme["versions"]) == [
            "proposed", "published", "published",
        ]  # fmt: skip


async def test_a_version_is_in_force_from_its_day_on_and_the_one_before_until_then(running):
    async with house(running) as service:
        await publish(service, "dongli")
        await publish(service, "dongli", HALF, in_force_from=date(2026, 2, 1))
        (before,) = (await manager(service).get("/programmes")).json()["items"]
        await service.context.clock.set(datetime(2026, 2, 1, 1, 0, tzinfo=UTC))

        (after,) = (await manager(service).get("/programmes")).json()["items"]

        assert (before["in_force"], after["in_force"]) == (1, 2)
        assert after["opens_pools"]


async def test_an_old_loan_is_split_by_the_version_of_its_approval_whatever_is_published_later(
    running, monkeypatch, tmp_path
):
    async with claims_of(running) as pool:
        # A bank's yearly cap, 5 % of what it lent, is to be no matter here.
        await pool.covers("large", amount="9000000.00")
        await pool.covers("larger", amount="9000000.00")
        await pool.covers("old")  # approved on 11 January
        await publish(pool.service, "dongli", HALF, in_force_from=date(2026, 2, 1))
        # The file changes as well, and the library with it: nobody asks it.
        (tmp_path / "dongli.yaml").write_text(TEXT.replace(SHARES, SHARES.replace("40", "10")))
        monkeypatch.setattr(library, "_folders", [tmp_path])
        await pool.it_is("2026-02-02")
        await pool.hears(pool.approval("new", approved_on=date(2026, 2, 2)))
        await pool.hears(pool.disbursement("new", on=date(2026, 2, 3)))
        await pool.it_is("2026-06-10")
        for name in ("old", "new"):
            await pool.goes_bad(name, "2026-05", "1000000.00")

        old = await pool.approves("old", "1000000.00")
        new = await pool.approves("new", "1000000.00")

        assert amounts(old["shares"]) == {"pool": "400000.00", "bank": "600000.00"}
        assert amounts(new["shares"]) == {"pool": "500000.00", "bank": "500000.00"}


async def test_what_was_published_cannot_be_changed_in_the_database_either(running):
    async with house(running) as service:
        await publish(service, "dongli")
        assert (await manager(service).post(
            AT, json=proposal("dongli", HALF, in_force_from=date(2026, 2, 1))
        )).status_code == 201  # fmt: skip
        for statement in (
            "update published_schemes set text = ''",
            "delete from published_schemes",
            "update programme_versions set text = '' where number = 2",
            "update programme_versions set in_force_from = '2026-01-01' where number = 2",
            "delete from programme_versions where number = 2",
            "update programme_versions set state = 'proposed' where number = 1",
        ):
            with pytest.raises(asyncpg.PostgresError):
                async with service.context.database.begin("*") as conn:
                    await conn.execute(statement)


async def test_a_bank_reads_what_binds_its_loans_and_not_what_is_being_prepared(running):
    async with house(running) as service:
        await publish(service, "dongli")
        body = proposal("dongli", HALF, in_force_from=date(2026, 2, 1))
        await manager(service).post(AT, json=body)
        clerk = service.as_("clerk", "bank_operator", institution="ICBC")

        (programme,) = (await clerk.get("/programmes")).json()["items"]

        assert [one["number"] for one in programme["versions"]] == [1]
        assert programme["versions"][0]["pending_actions"] == []
        assert (await clerk.get(f"{AT}/1")).json()["text"] == TEXT
        for path in (f"{AT}/2", f"{AT}/1/difference?to=2"):
            assert (await clerk.get(path)).status_code == 404, path
        assert (await refused(clerk, AT, body, 403))["code"] == "forbidden"


async def test_the_difference_names_the_rules_and_who_pays_more_on_the_loans_in_cover(running):
    other = HALF.replace(
        'registered_months:\n    2022-10-28: {value: 12', 'registered_months:\n    2022-10-28: {value: 24'
    )  # fmt: skip
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("a", amount="1000000.01")
        await pool.covers("b", bank="CCB", amount="2000000.00")
        await pool.covers("c", bank="CCB", amount="9000000.00")
        await pool.approved("only held", amount="500000.00")
        body = proposal("dongli", other, in_force_from=date(2026, 2, 1))
        assert (await pool.manager.post(AT, json=body)).status_code == 201

        found = (await pool.auditor.get(f"{AT}/1/difference?to=2")).json()

        rules = {mode["mode"]: [one["rule"] for one in mode["rules"]] for mode in found["modes"]}
        assert sorted(rules["direct"]) == ["registered_months", "sharing"]
        assert rules["insured"] == ["registered_months"]
        months = next(
            one for one in found["modes"][1]["rules"] if one["rule"] == "registered_months"
        )
        assert (months["old_zh"], months["new_zh"]) == (["12"], ["24"])
        lines = {line["bank_code"]: line for line in found["book"]}
        assert lines["ICBC"] == {
            "bank_code": "ICBC",
            "mode": "direct",
            "loans": 1,
            "principal": "1000000.01",
            "old": {"pool": "400000.00", "bank": "600000.01", "refused": 0},
            "new": {"pool": "500000.01", "bank": "500000.00", "refused": 0},
        }
        # 40 % and 50 % of 9,000,000.00 are cut at 3,000,000.00 for one loan, old and new.
        assert lines["CCB"]["old"] == {"pool": "3800000.00", "bank": "7200000.00", "refused": 0}
        assert lines["CCB"]["new"] == {"pool": "4000000.00", "bank": "7000000.00", "refused": 0}
        assert found["book_total"] == {
            "loans": 3,
            "principal": "12000000.01",
            "old": {"pool": "4200000.00", "bank": "7800000.01", "refused": 0},
            "new": {"pool": "4500000.01", "bank": "7500000.00", "refused": 0},
        }
        # Where no other is named, the newest is meant: for a bank the newest published.
        assert (await pool.auditor.get(f"{AT}/1/difference")).json() == found
        assert (await pool.bank("ICBC").get(f"{AT}/1/difference")).json()["new"] == 1
        own = (await pool.bank("ICBC").get(f"{AT}/1/difference?to=1")).json()
        assert [line["bank_code"] for line in own["book"]] == ["ICBC"]


async def test_a_mode_that_the_new_version_drops_is_counted_as_refused(running):
    start = TEXT.index("  insured:\n")
    without = TEXT[:start] + TEXT[TEXT.index("  guaranteed:\n") :]
    async with claims_of(running) as pool:
        await pool.covers("a", mode="insured", amount="1000000.00")
        body = proposal("dongli", without, in_force_from=date(2026, 2, 1))
        assert (await pool.manager.post(AT, json=body)).status_code == 201

        found = (await pool.auditor.get(f"{AT}/1/difference?to=2")).json()

        (line,) = found["book"]
        assert line["old"]["refused"] == 0
        assert line["new"] == {"pool": "0.00", "bank": "1000000.00", "refused": 1}
        dropped = next(mode for mode in found["modes"] if mode["mode"] == "insured")
        assert (dropped["in_old"], dropped["in_new"]) == (True, False)
