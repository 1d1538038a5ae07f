"""What a bank's system has shown in a sandbox before it goes live, judged by what the services keep.

Only what is the bank's own is read: its feeds, its endpoints, its deliveries. What no record shows is
tried: a message without a signature, and one that a stranger has signed, are sent to each endpoint of
the bank and have to be refused.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

ENOUGH_DELIVERED: Final = 10
"""So many messages a bank's endpoint has to have taken."""
MONTHS: Final = 2
"""For so many months positions have to be reported: the second tells a change."""

Tell = Callable[[str, bytes, Mapping[str, str]], int]
"""Post a body with headers to a URL: the status of the answer, 0 for none."""


@dataclass(frozen=True)
class Seen:
    """What the bank's own feeds, endpoints and deliveries hold."""

    events: Mapping[str, list[dict[str, Any]]]
    """By type without its version, in the order of each feed."""
    endpoints: list[dict[str, Any]]
    delivered: int
    undelivered: int
    tell: Tell

    def of(self, kind: str) -> list[dict[str, Any]]:
        return self.events.get(kind, [])


@dataclass(frozen=True)
class Step:
    """One thing to show: what, how, and the evidence found; empty where there is none."""

    name: str
    zh: str
    en: str
    how_zh: str
    how_en: str
    evidence: Callable[[Seen], str]


@dataclass(frozen=True)
class Result:
    """A step with what was found."""

    step: Step
    evidence: str

    @property
    def passed(self) -> bool:
        return bool(self.evidence)


def judged(seen: Seen) -> tuple[Result, ...]:
    """Every step, in the order in which a loan goes."""
    return tuple(Result(step, step.evidence(seen)) for step in STEPS)


def collected(
    feed: Iterable[dict[str, Any]],
    endpoints: list[dict[str, Any]],
    *,
    delivered: int,
    undelivered: int,
    tell: Tell,
) -> Seen:
    """All that the bank's feeds tell, by type."""
    events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in feed:
        events[event["type"].rsplit(".v", 1)[0]].append(event)
    return Seen(events, endpoints, delivered, undelivered, tell)


def told(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post it, as the service would; no redirect is followed."""
    try:
        return httpx.post(url, content=body, headers=dict(headers), timeout=10).status_code
    except httpx.HTTPError:
        return 0


def _event(kind: str) -> Callable[[Seen], str]:
    return lambda seen: next((_named(one) for one in seen.of(kind)), "")


def _named(event: Mapping[str, Any]) -> str:
    return f"{event['type']} {event['subject']} {event['time']}"


def _mended(seen: Seen) -> str:
    """A case that came back and was accepted afterwards."""
    returned = {one["subject"]: one["time"] for one in reversed(seen.of("application.returned"))}
    for one in seen.of("application.accepted"):
        if one["subject"] in returned and one["time"] > returned[one["subject"]]:
            return _named(one)
    return ""


def _reported(seen: Seen) -> str:
    """One loan's position in two months."""
    months: defaultdict[str, set[str]] = defaultdict(set)
    for one in seen.of("loan.position-reported"):
        months[one["subject"]].add(str(one["data"].get("month")))
    return next(
        (f"{loan} {', '.join(sorted(of))}" for loan, of in months.items() if len(of) >= MONTHS), ""
    )


def _taken(seen: Seen) -> str:
    """Enough was delivered, and nothing waits or was given up."""
    if seen.delivered < ENOUGH_DELIVERED or seen.undelivered:
        return ""
    return f"{seen.delivered} / {seen.delivered}"


def _refuses(sign: Callable[[str, datetime, bytes], Mapping[str, str]]) -> Callable[[Seen], str]:
    """Every endpoint answers what is signed so with 4xx."""

    def evidence(seen: Seen) -> str:
        body = b'{"type":"claim.paid.v1","data":{}}'
        answers = []
        for endpoint in seen.endpoints:
            headers = sign(f"msg_{uuid4().hex}", datetime.now(UTC), body)
            answers.append(f"{endpoint['url']} {seen.tell(endpoint['url'], body, headers)}")
        refused = all(400 <= int(one.rsplit(" ", 1)[1]) < 500 for one in answers)
        return "; ".join(answers) if answers and refused else ""

    return evidence


def _foreign(message: str, at: datetime, body: bytes) -> Mapping[str, str]:
    stranger = Webhook("whsec_" + b64encode(b"of a stranger, not of the house").decode())
    return {
        **_unsigned(message, at, body),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": stranger.sign(message, at, body.decode()),
    }


def _unsigned(message: str, at: datetime, body: bytes) -> Mapping[str, str]:
    return {"webhook-id": message, "content-type": "application/json"}


STEPS: Final = (
    Step("accepted", "申请获受理", "an application accepted",
         "POST /applications", "POST /applications", _event("application.accepted")),
    Step("mended", "退回后补正并获受理", "one that came back, mended and accepted",
         "样例 paper-missing 提交后按 findings 补正，POST …/resubmit",
         "file `paper-missing` of the kit, mend what `findings` say, POST …/resubmit", _mended),
    Step("reserved", "审批通过并入库", "one approved and let into the pool",
         "请主管部门（沙箱为审核、审批人员）通过一件申请",
         "have a case approved by the bureau's people", _event("coverage.reserved")),
    Step("pledged", "质押登记已报送", "a pledge's registration reported",
         "POST /applications/{id}/pledge-registration", "POST /applications/{id}/pledge-registration",
         _event("pledge.registered")),
    Step("disbursed", "放款已报送", "a disbursement reported",
         "POST /applications/{id}/disbursement", "POST /applications/{id}/disbursement",
         _event("loan.disbursed")),
    Step("positions", "同一笔贷款两个月的月度数据", "one loan's position in two months",
         "把沙箱时钟移过月末（zhidai sandbox clock），按月报送",
         "move the clock past two month's ends (zhidai sandbox clock), report each", _reported),
    Step("overdue", "逾期贷款已报送", "a loan reported as overdue",
         "报送有逾期的月度数据", "report a position with what is overdue", _event("loan.overdue")),
    Step("claimed", "补偿申请已提交", "a claim filed",
         "POST /claims（risk_pool）", "POST /claims of risk_pool", _event("claim.submitted")),
    Step("paid", "补偿已到账", "a claim paid",
         "补偿申请经审批、付款", "have the claim approved and paid", _event("claim.paid")),
    Step("recovered", "追偿回款已报送并入账", "a recovery reported and booked",
         "POST /recoveries（risk_pool）", "POST /recoveries of risk_pool",
         _event("recovery.booked")),
    Step("repaid", "还清已报送", "a loan reported as repaid",
         "报送余额为零的月度数据", "report a position without a balance", _event("loan.repaid")),
    Step("webhooks", f"回调收到至少 {ENOUGH_DELIVERED} 条，无积压",
         f"at least {ENOUGH_DELIVERED} messages taken by an endpoint, none waiting",
         "登记回调地址（POST /endpoints），应答 2xx；失败的重发", 
         "register an endpoint (POST /endpoints) and answer 2xx; send again what failed", _taken),
    Step("unsigned", "拒绝没有签名的消息", "a message without a signature refused",
         "按 Standard Webhooks 验签，不符者应答 4xx",
         "verify as Standard Webhooks say; answer 4xx to what does not fit", _refuses(_unsigned)),
    Step("forged", "拒绝他人签名的消息", "a message that a stranger signed refused",
         "同上", "the same", _refuses(_foreign)),
)  # fmt: skip
