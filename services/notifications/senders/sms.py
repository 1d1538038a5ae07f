"""The channel of SMS: by Aliyun's gateway (SendSms, version 2017-05-25), or one that speaks like it.

In the mainland a text is sent only as a registered template of a registered sender, so a message
goes as the template's one variable, `title`; the text itself is read in the inbox. The gateway is
the operator's choice, so that it needs no guard; it answers 200 also when it refuses.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.retries import AttemptResult
from services.notifications.senders.guarded import Caller
from services.notifications.settings import NotificationsSettings

PACE = timedelta(seconds=60)
"""Between two texts to one number; a gateway takes one a minute."""

LONGEST_VARIABLE = 35
"""Characters that a template's variable may have."""

_TOO_MANY = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "Throttling.User", "isv.DAY_LIMIT_CONTROL"})
_NO_SUCH_NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL"})
_BAN = timedelta(hours=1)


def build(settings: NotificationsSettings) -> "SmsSender | None":
    """The sender that the settings want; None where no key is given, and SMS is off."""
    if not settings.sms_access_key:
        return None
    return SmsSender(
        settings.sms_gateway,
        key=settings.sms_access_key,
        secret=settings.sms_access_secret.get_secret_value(),
        signature=settings.sms_signature,
        template=settings.sms_template,
        timeout_seconds=settings.webhook_timeout_seconds,
    )


def fairness(settings: NotificationsSettings) -> Fairness:
    """A few texts at a time, whoever they are for: one gateway takes them all."""
    return Fairness(room=settings.sms_at_once, most_at_once=1, behind_one_server=True)


class SmsSender:
    """Sends titles to mobile numbers."""

    def __init__(
        self,
        gateway: str,
        *,
        key: str,
        secret: str,
        signature: str,
        template: str,
        timeout_seconds: float,
    ) -> None:
        self._gateway = gateway
        self._key, self._secret = key, secret
        self._signature, self._template = signature, template
        self._caller = Caller(None, timeout_seconds=timeout_seconds)

    async def send(
        self, delivery: ClaimedDelivery, target: Mapping[str, Any], *, now: datetime
    ) -> AttemptResult:
        """Send a title once. Never raises for what the gateway does."""
        title = delivery.title_zh if target["language"] == "zh" else delivery.title_en
        title = " ".join(title.split())
        if len(title) > LONGEST_VARIABLE:
            title = title[: LONGEST_VARIABLE - 1] + "…"
        asked = {
            "Action": "SendSms",
            "Version": "2017-05-25",
            "RegionId": "cn-hangzhou",
            "Format": "JSON",
            "AccessKeyId": self._key,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            # The same for every try of one attempt, another for the next: they are answered once.
            "SignatureNonce": f"{delivery.delivery_id.hex}-{delivery.number}",
            "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "PhoneNumbers": target["address"],
            "SignName": self._signature,
            "TemplateCode": self._template,
            "TemplateParam": orjson.dumps({"title": title}).decode(),
            "OutId": delivery.delivery_id.hex,
        }
        asked["Signature"] = signature(asked, self._secret)
        result = await self._caller.post(
            self._gateway,
            body=urlencode(asked).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
            now=now,
        )
        return judged(result)

    async def close(self) -> None:
        """Close every connection."""
        await self._caller.close()


def signature(asked: Mapping[str, str], secret: str, *, method: str = "POST") -> str:
    """Aliyun's signature 1.0: HMAC-SHA1 over the sorted parameters, percent-encoded."""
    sorted_pairs = "&".join(f"{_encoded(k)}={_encoded(v)}" for k, v in sorted(asked.items()))
    text = f"{method}&%2F&{_encoded(sorted_pairs)}"
    made = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(made).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def judged(result: AttemptResult) -> AttemptResult:
    """What an answer really means: taken where its Code is OK."""
    try:
        body = orjson.loads(result.excerpt)
        code = str(body["Code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return result if result.error else _with(result, "the answer is not the gateway's")
    if code == "OK" and not result.error:
        return result
    ban = _BAN if code in _TOO_MANY else None
    return AttemptResult(
        status=result.status,
        error=f"{code}: {body.get('Message', '')}"[:500],
        hopeless=code in _NO_SUCH_NUMBER,
        no_such_address=code in _NO_SUCH_NUMBER,
        retry_after=ban,
        hold=ban,
        excerpt=result.excerpt,
    )


def _with(result: AttemptResult, error: str) -> AttemptResult:
    return AttemptResult(status=result.status, error=error, excerpt=result.excerpt)
