"""What outsiders try with claims, recoveries, adjustments, agreed figures and versions, over HTTP.

Every row is refused with a stable code, every wrong field at once, in Chinese and in English, and
nothing is stored: all tables have as many rows as before.
"""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.postgres.database import EVERYWHERE
from tests.beside_a_request import ADDED_UP, LOOKS
from tests.publishing import proposal
from tests.risk_pool.claims.driver import DOCUMENTS, MINUTES, Claims, claims_of
from tests.risk_pool.claims.test_both_orders import bad_loans, ready

TODAY, TOMORROW, NO_DAY = "2026-03-05", "2026-03-06", "2026-02-30"
BEFORE_ALL, AFTER_ALL = "0001-01-01", "9999-12-31"
LONG = "过" * 5000
NOBODY = "00000000-0000-0000-0000-000000000000"


class Desk:
    """A pool with one claim in each state that the rows below try something with."""

    def __init__(self, pool: Claims) -> None:
        self.pool = pool
        self.claims: dict[str, Any] = {}
        self.trials: dict[str, str] = {}

    async def opens(self) -> None:
        pool = self.pool
        names = await bad_loans(pool, *["900000.00"] * 7)
        self.bad = pool.claim_of(names[0], "900000.00", overdue_days=95)
        self.claims["returned"] = await pool.files(names[6], "900000.00", overdue_days=95)
        back = await pool.maker.post(
            f"/claims/{self.claims['returned']['id']}/return", json={"gaps": [{"text": "缺页"}]}
        )
        assert back.status_code == 200, back.text
        self.claims["submitted"] = await pool.files(names[1], "900000.00", overdue_days=95)
        for state, name in (("ready", names[2]), ("approved", names[3])):
            self.claims[state], self.trials[state] = await ready(pool, name, "900000.00")
        assert (await pool.approves_now(self.claims["approved"])).status_code == 200
        self.claims["reviewed"] = await pool.files(names[4], "900000.00", overdue_days=95)
        at = f"/claims/{self.claims['reviewed']['id']}"
        await pool.maker.post(f"{at}/review", json={"opinion": "同意"})
        self.claims["refused"] = await pool.files(names[5], "900000.00", overdue_days=95)
        at = f"/claims/{self.claims['refused']['id']}"
        for who, step in ((pool.maker, "refuse"), (pool.bank("ICBC"), "appeal"),
                          (pool.checker, "reopen"), (pool.maker, "refuse")):  # fmt: skip
            assert (await who.post(f"{at}/{step}", json={"reason": "不实"})).status_code == 200
        sent = await pool.bank("ICBC").post(
            f"/claims/{self.claims['approved']['id']}/recoveries", json=CAME_IN
        )
        assert sent.status_code == 201, sent.text

    def person(self, who: str) -> Any:
        pool = self.pool
        return {
            "bank": pool.bank("ICBC"),
            "other bank": pool.service.as_("x", "bank_operator", institution="CCB"),
            "maker": pool.maker,
            "checker": pool.checker,
            "maker with both roles": pool.service.as_("gao", "finance_maker", "finance_checker"),
            "expert": pool.service.as_("e", "finance_maker", "reviewer"),
            "manager": pool.manager,
        }[who]

    async def tries(self, who: str, path: str, body: Any, **more: Any) -> httpx.Response:
        for state, claim in self.claims.items():
            path = path.replace("{" + state + "}", f"/claims/{claim['id']}")
        body = body(self) if callable(body) else body
        return await self.person(who).post(path, json=body, **more)

    async def rows(self) -> dict[str, int]:
        async with self.pool.service.context.database.begin(EVERYWHERE) as conn:
            names = await conn.fetch(
                """select relname from pg_class
                   where relkind = 'r' and relnamespace = 'public'::regnamespace
                     and has_table_privilege(oid, 'select') and relname <> all ($1::text[])""",
                ["idempotency_keys", *LOOKS, *ADDED_UP],
            )
            return {n: await conn.fetchval(f'select count(*) from "{n}"') for (n,) in names}


CAME_IN = {
    "received_on": TODAY, "route": "auction", "from_pledged_ip": True,
    "gross": "100.00", "costs": "0.00", "reference": "R-1",
}  # fmt: skip
OTHER = CAME_IN | {"gross": "77.00", "reference": ""}
ADJUST = {"kind": "claw_back", "reason": "用途不符", "evidence": "审计 2026-17"}
LATE = ADJUST | {"kind": "late_money", "amount": "1.00", "received_on": "2026-03-01"}
FIGURE = {
    "kind": "agreed_share", "subject": "pool", "bank_code": "ICBC", "ratio": "1/3",
    "valid_from": "2026-01-01", "reference": "合作协议第四条",
}  # fmt: skip
STEP = {"step": "expert_review", "outcome": "favourable", "opinion": "属实"}
MEETING = STEP | {"step": "joint_meeting", "participants": ["吴刚"], "papers": [MINUTES]}
COST = {"reference": "诉讼费-1", "kind": "litigation", "amount": "1.00", "paid_on": "2026-03-01"}
PAPER = DOCUMENTS[0]


def claim(**changes: Any) -> Any:
    return lambda desk: desk.bad | changes


def facts(**changes: Any) -> Any:
    return lambda desk: desk.bad | {"facts": desk.bad["facts"] | changes}


def decides(state: str, **changes: Any) -> Any:
    return lambda desk: {"opinion": "同意", "trial": desk.trials[state], **changes}


def version(**changes: Any) -> Any:
    return lambda desk: proposal("dongli") | {"in_force_from": TOMORROW} | changes


Case = tuple[str, str, Any, int, str]
"""Who, where, what, the status, and the code; of 422 invalid-request `pointer=code` of each."""

ODD_AMOUNTS = ("1e3", "１００", "0.001", "1,000.00", " 1.00", "", None, [], 900000, True)
FILING: list[Case] = [
    *(("bank", "/claims", claim(outstanding_principal=odd), 422, "#/outstanding_principal=not-an-amount")
      for odd in ODD_AMOUNTS),
    ("bank", "/claims", claim(outstanding_principal="-0.01", costs="1e3", x=1, claimed_on=TODAY), 422,
     "#/claimed_on=unknown-field #/costs=not-an-amount #/outstanding_principal=too-small "
     "#/x=unknown-field"),
    ("bank", "/claims", claim(outstanding_principal="100000000000000"), 422, "claim-not-admissible"),
    ("bank", "/claims", claim(outstanding_principal="900000.01"), 422, "claim-not-admissible"),
    ("bank", "/claims", facts(overdue_days=5000), 422, "claim-not-admissible"),
    ("bank", "/claims", facts(overdue_days=-1, risk_class="bad", y=1), 422,
     "#/facts/overdue_days=too-small #/facts/risk_class=not-an-option #/facts/y=unknown-field"),
    *(("bank", "/claims", facts(lawsuit_accepted_on=day), 422, "claim-not-admissible")
      for day in (BEFORE_ALL, AFTER_ALL, TOMORROW)),
    ("bank", "/claims", facts(lawsuit_accepted_on=NO_DAY), 422,
     "#/facts/lawsuit_accepted_on=not-a-date"),
    *(("bank", path, claim(documents=[PAPER | {"sha256": odd}]), 422, "#/documents/0/sha256=malformed")
      for path in ("/claims", "/claims/pre-checks") for odd in ("0" * 63, "G" * 64, "A" * 64)),
    ("bank", "/claims", claim(documents=[PAPER | {"filename": LONG, "kind": "secret"}]), 422,
     "#/documents/0/filename=too-long #/documents/0/kind=not-an-option"),
    ("bank", "/claims", claim(cost_items=[COST, COST]), 422,
     "#/cost_items/0/reference=cost-named-twice #/cost_items/1/reference=cost-named-twice"),
    ("bank", "/claims", claim(costs="2.00", cost_items=[COST | {"paid_on": TOMORROW}]), 422,
     "#/cost_items/0/paid_on=in-future #/costs=costs-disagree"),
    *(("bank", path, claim(cost_items=[COST | {"paid_on": BEFORE_ALL}],
                           compensated_amount="1.00", compensated_on="1969-01-01"), 422,
       "#/compensated_on=before-disbursement #/cost_items/0/paid_on=before-disbursement")
      for path in ("/claims", "/claims/pre-checks")),
    ("bank", "/claims", claim(attributes={"is_smal": True}), 422, "#/attributes/is_smal=unknown-fact"),
    ("bank", "/claims", claim(attributes=[], confirmed=["NO PE"]), 422,
     "#/attributes=not-an-object #/confirmed/0=malformed"),
    ("bank", "/claims", claim(loan_id=NOBODY), 404, "not-found"),
    ("other bank", "/claims", claim(documents=[]), 404, "not-found"),
    ("maker", "/claims", claim(), 403, "forbidden"),
]  # fmt: skip
JUDGING: list[Case] = [
    ("maker", "{submitted}/return", {"gaps": [{"text": ""}, {"text": LONG, "code": "NO!"}]}, 422,
     "#/gaps/0/text=too-short #/gaps/1/code=malformed #/gaps/1/text=too-long"),
    ("maker", "{submitted}/return", {"gaps": [{"text": "缺", "code": "in-time"},
                                              {"text": "缺", "code": "nonsense"}]}, 422,
     "#/gaps/1/code=unknown-check"),
    ("maker", "{submitted}/return", {"gaps": []}, 422, "#/gaps=too-few"),
    ("bank", "{returned}/resubmit", claim(), 422, "#/loan_id=unknown-field"),
    ("bank", "{submitted}/resubmit",
     lambda desk: {k: v for k, v in desk.bad.items() if k != "loan_id"}, 409, "not-possible-now"),
    ("other bank", "{submitted}/withdraw", {"reason": "x"}, 404, "not-found"),
    ("maker", "{submitted}/review", {"opinion": LONG}, 422, "#/opinion=too-long"),
    ("bank", "{submitted}/review", {"opinion": "同意"}, 403, "role-missing"),
    ("expert", "{submitted}/steps", STEP, 409, "not-possible-now"),
    ("expert", "{reviewed}/steps", STEP | {"step": "public_notice"}, 422, "#/step=not-the-next-step"),
    ("expert", "{reviewed}/steps", {"step": "party", "outcome": "maybe", "opinion": " "}, 422,
     "#/opinion=too-short #/outcome=not-an-option #/step=not-an-option"),
    ("expert", "{reviewed}/steps", STEP | {"notice_from": TODAY,
     "objections": [{"by": "某", "text": "异议"}]}, 422,
     "#/notice_from=unknown-field #/objections=unknown-field"),
    ("checker", "{reviewed}/approve", {"opinion": "同意", "trial": "x"}, 409, "steps-missing"),
    ("checker", "{ready}/approve", {"opinion": "同意"}, 422, "#/trial=missing"),
    ("checker", "{ready}/approve", {"opinion": "同意", "trial": "x"}, 409, "trial-moved"),
    ("checker", "{ready}/approve", decides("approved"), 409, "trial-moved"),
    ("checker", "{ready}/approve", decides("ready", covered_principal="1.00"), 422,
     "#/reason=missing"),
    ("checker", "{ready}/approve", decides("ready", reason="部分属实"), 422,
     "#/covered_principal=missing"),
    ("checker", "{ready}/approve", decides("ready", covered_principal="900000.01", reason="x"), 422,
     "part-above-claimed"),
    ("maker with both roles", "{ready}/approve", decides("ready"), 409, "second-person-required"),
    ("maker", "{ready}/enter_payment", {}, 409, "not-possible-now"),
    ("checker", "{approved}/enter_payment", {}, 403, "role-missing"),
    ("checker", "{approved}/refuse", {"reason": "不"}, 409, "not-possible-now"),
    *(("maker", "{approved}/enter_payment", {"paid_on": day}, 422, code)
      for day, code in ((TOMORROW, "date-not-yet"), ("2026-03-04", "paid-on-impossible"),
                        (BEFORE_ALL, "before-opening"), (AFTER_ALL, "date-not-yet"))),
    ("maker", "{approved}/enter_payment", {"paid_on": NO_DAY, "voucher": LONG, "from_account": "账户",
                                 "amount": "1.00"}, 422,
     "#/amount=unknown-field #/from_account=malformed #/paid_on=not-a-date #/voucher=too-long"),
    ("bank", "{refused}/appeal", {"reason": "再诉"}, 409, "appealed-before"),
    ("other bank", "{refused}/appeal", {"reason": "再诉"}, 404, "not-found"),
]  # fmt: skip
MONEY: list[Case] = [
    ("bank", "{ready}/recoveries", OTHER, 409, "claim-not-approved"),
    ("bank", "{approved}/recoveries", OTHER | {"gross": "-1.00", "costs": "-1.00", "route": "magic"},
     422, "#/costs=too-small #/gross=too-small #/route=not-an-option"),
    ("bank", "{approved}/recoveries", OTHER | {"gross": "0.00"}, 422, "#/gross=too-small"),
    *(("bank", "{approved}/recoveries", OTHER | {"received_on": day}, 422, "recovery-not-admissible")
      for day in (TOMORROW, "2026-03-04", BEFORE_ALL)),
    ("bank", "{approved}/recoveries", OTHER | {"reference": "R-1"}, 409, "reference-used"),
    ("bank", "{approved}/recoveries", CAME_IN | {"reference": ""}, 409, "likely-double"),
    ("bank", "{approved}/recoveries", CAME_IN | {"reference": "", "not_a_double": True}, 422,
     "#/not_a_double_reason=missing"),
    ("bank", "{approved}/recoveries", OTHER | {"costs": "2.00",
                                               "cost_items": [COST | {"paid_on": TOMORROW}]}, 422,
     "#/cost_items/0/paid_on=in-future #/costs=costs-disagree"),
    ("other bank", "{approved}/recoveries", OTHER, 404, "not-found"),
    ("maker", "{approved}/adjustments", {"kind": "steal", "reason": "", "evidence": LONG}, 422,
     "#/evidence=too-long #/kind=not-an-option #/reason=too-short"),
    ("maker", "{approved}/adjustments", ADJUST | {"amount": "1.00", "received_on": TODAY}, 422,
     "#/amount=not-of-this-kind #/received_on=not-of-this-kind"),
    ("maker", "{approved}/adjustments", ADJUST | {"kind": "late_money"}, 422,
     "#/amount=missing #/received_on=missing"),
    ("maker", "{approved}/adjustments", LATE | {"amount": "900000.01", "received_on": TODAY}, 422,
     "#/amount=above-principal #/received_on=after-approval"),
    ("maker", "{approved}/adjustments", LATE | {"received_on": BEFORE_ALL}, 422,
     "#/received_on=before-disbursement"),
    ("maker", "{approved}/adjustments", ADJUST | {"kind": "escrow_settlement"}, 409,
     "loss-not-reported"),
    ("maker", f"/claims/{NOBODY}/adjustments", ADJUST, 404, "not-found"),
    ("maker", "{ready}/adjustments", ADJUST, 409, "nothing-to-adjust"),
    ("bank", "{approved}/adjustments", ADJUST, 403, "forbidden"),
    ("bank", "/pools/dongli/subsidies", lambda desk: {"loan_id": desk.bad["loan_id"],
     "code": "interest", "since": "2026-02-01", "until": TODAY}, 404, "no-such-subsidy"),
    ("bank", "/pools/dongli/subsidies", {"loan_id": NOBODY, "code": "NO", "since": NO_DAY,
     "until": "", "interest_paid": "1e3", "market_rate_bp": -1}, 422,
     "#/code=malformed #/interest_paid=not-an-amount #/market_rate_bp=too-small #/since=not-a-date "
     "#/until=not-a-date"),
]  # fmt: skip
TERMS: list[Case] = [
    *(("maker", "/pools/dongli/agreed-figures", FIGURE | {"ratio": odd}, 422, f"#/ratio={code}")
      for odd, code in (("1/0", "not-a-ratio"), ("0.5", "ratio-ambiguous"), ("101", "too-large"),
                        ("-1", "not-a-ratio"), ("１/３", "not-a-ratio"), ("9" * 40, "not-a-ratio"),
                        (None, "missing"))),
    ("maker", "/pools/dongli/agreed-figures", FIGURE | {"subject": "nobody", "amount": "1.00",
     "valid_from": BEFORE_ALL, "valid_to": BEFORE_ALL}, 422,
     "#/amount=not-of-this-kind #/subject=not-an-option #/valid_from=too-early #/valid_to=too-early"),
    ("maker", "/pools/dongli/agreed-figures", FIGURE | {"valid_to": "2025-01-01"}, 422,
     "#/valid_to=ends-before-it-begins"),
    ("maker", "/pools/dongli/agreed-figures", FIGURE | {"loan_id": NOBODY}, 422,
     "#/loan_id=loan-unknown"),
    ("manager", "/programmes/dongli/versions", version(in_force_from=TODAY), 409,
     "version-not-later"),
    ("manager", "/programmes/dongli/versions", version(in_force_from=AFTER_ALL), 422,
     "#/in_force_from=too-far-ahead"),
    ("manager", "/programmes/dongli/versions", version(accepts=["nope"]), 422,
     "#/accepts/0=not-assumed"),
    ("manager", "/programmes/dongli/versions", version(accepts=[]), 409, "scheme-says-too-little"),
    ("manager", "/programmes/dongli/versions", version(common_text="common: practice"), 422,
     "#/common_text=extends-nothing"),
    *(("manager", "/programmes/dongli/versions", version(text=text), 422, "scheme-unreadable")
      for text in ("- 1", ":\n - [", "a:\n\t- b", "!!python/object/apply:os.system [ls]")),
    ("manager", "/programmes/dongli/versions", version(text="", in_force_from=NO_DAY), 422,
     "#/in_force_from=not-a-date #/text=too-short"),
    ("manager", "/programmes/dongli/versions/99/publish", {}, 404, "not-found"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def desk(running_of_module: Any) -> AsyncIterator[Desk]:
    """Kept for all rows, since none of them may change it."""
    async with claims_of(running_of_module, paid_in="60000000.00") as pool:
        desk = Desk(pool)
        await desk.opens()
        yield desk


def said(answer: httpx.Response) -> str:
    problem = answer.json()
    if problem["code"] != "invalid-request":
        return str(problem["code"])
    return " ".join(sorted(f"{one['pointer']}={one['code']}" for one in problem["errors"]))


@pytest.mark.parametrize(
    "case", [*FILING, *JUDGING, *MONEY, *TERMS], ids=lambda c: f"{c[1]} {c[4]}"
)
async def test_it_is_refused_with_every_fault_in_two_languages_and_nothing_is_done(
    desk: Desk, case: Case
):
    who, path, body, status, code = case
    before = await desk.rows()

    spoken = []
    for language in ("zh-CN", "en"):
        answer = await desk.tries(who, path, body, headers={"Accept-Language": language})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert said(answer) == " ".join(sorted(code.split())), answer.text
        problem = answer.json()
        assert problem["type"] == f"urn:zhidai:problem:{problem['code']}"
        spoken.append([problem["detail"], *(one["message"] for one in problem.get("errors", ()))])
    assert all(any("一" <= letter <= "鿿" for letter in one) for one in spoken[0]), spoken
    assert all(chinese != english for chinese, english in zip(*spoken, strict=True)), spoken

    assert await desk.rows() == before
