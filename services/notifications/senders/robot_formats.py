"""The providers' own formats: what a message is for each, how it is signed, what an answer means.

What others wrote (a reason, a note) must not call a whole group: DingTalk's and WeCom's plain texts
mention only whom a field of its own names, Feishu's rich text only by an element of its own.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from services.notifications.domain.retries import AttemptResult
from services.notifications.domain.robots import PROVIDERS, RobotKind

OPEN = {"zh": "在系统中查看", "en": "Open in the console"}
LONGEST_ERROR = 500
_CUT = "…"
_NUMBERS = ("errcode", "code", "StatusCode")
_WORDS = ("errmsg", "msg", "StatusMessage")


class Letter:
    """What a robot is to say: a title, a text, and where it leads."""

    def __init__(self, *, title: str, text: str, url: str, language: str) -> None:
        self.title = " ".join(title.split())
        self.text = text
        self.url = url
        self.open = OPEN[language]

    def plain(self, most_bytes: int) -> str:
        """Everything as one text; where it is too long its text is cut, never the link."""
        tail = f"\n{self.open}: {self.url}"
        head = f"{self.title}\n{self.text}".rstrip()
        return cut(head, most_bytes - len(tail.encode())) + tail


def cut(text: str, most_bytes: int) -> str:
    """The beginning of a text that fits so many bytes of UTF-8, with a mark where it was cut."""
    whole = text.encode()
    if len(whole) <= most_bytes:
        return text
    room = max(most_bytes - len(_CUT.encode()), 0)
    return whole[:room].decode(errors="ignore") + _CUT


def request_of(
    kind: RobotKind, letter: Letter, *, url: str, secret: str, now: datetime
) -> tuple[str, bytes]:
    """The URL to call and the body to send. Signatures are good for an hour around `now`."""
    url, body = _FORMATS[kind](letter, url, secret, now)
    return url, orjson.dumps(body)


def _dingtalk(
    letter: Letter, url: str, secret: str, now: datetime
) -> tuple[str, Mapping[str, Any]]:
    at = str(round(now.timestamp() * 1000))
    signed = {"timestamp": at, "sign": _hmac(key=secret, text=f"{at}\n{secret}")}
    content = letter.plain(PROVIDERS[RobotKind.DINGTALK].most_bytes)
    body = {"msgtype": "text", "text": {"content": content}, "at": {"isAtAll": False}}
    return f"{url}&{urlencode(signed)}", body


def _wecom(letter: Letter, url: str, secret: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
    content = letter.plain(PROVIDERS[RobotKind.WECOM].most_bytes)
    return url, {"msgtype": "text", "text": {"content": content}}


def _feishu(letter: Letter, url: str, secret: str, now: datetime) -> tuple[str, Mapping[str, Any]]:
    at = str(int(now.timestamp()))
    text = cut(letter.text, PROVIDERS[RobotKind.FEISHU].most_bytes)
    lines: list[list[dict[str, str]]] = [
        [{"tag": "text", "text": line}] for line in text.splitlines() if line.strip()
    ]
    lines.append([{"tag": "a", "text": letter.open, "href": letter.url}])
    post = {"zh_cn": {"title": cut(letter.title, 1000), "content": lines}}
    return url, {
        "timestamp": at,
        # The text to sign is the key here, and what is signed is empty.
        "sign": _hmac(key=f"{at}\n{secret}", text=""),
        "msg_type": "post",
        "content": {"post": post},
    }


_FORMATS: Mapping[
    RobotKind, Callable[[Letter, str, str, datetime], tuple[str, Mapping[str, Any]]]
] = {
    RobotKind.DINGTALK: _dingtalk,
    RobotKind.WECOM: _wecom,
    RobotKind.FEISHU: _feishu,
}


def _hmac(*, key: str, text: str) -> str:
    made = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def judged(kind: RobotKind, result: AttemptResult) -> AttemptResult:
    """What a 200 really means: delivered where the body says 0, else refused, too much or gone."""
    if result.error or result.status != 200:
        return result
    number, words = _said(result.excerpt)
    if number == 0:
        return result
    provider = PROVIDERS[kind]
    too_many = number in provider.too_many
    return AttemptResult(
        status=result.status,
        error=f"errcode {'?' if number is None else number}: {words}"[:LONGEST_ERROR],
        gone=number in provider.gone,
        retry_after=provider.ban if too_many else None,
        hold=provider.ban if too_many else None,
        excerpt=result.excerpt,
    )


def _said(text: str) -> tuple[int | None, str]:
    """The number and the words of an answer; None for one that is none of theirs."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None, "the answer is not the provider's"
    if not isinstance(body, dict):
        return None, "the answer is not the provider's"
    number = next((body[name] for name in _NUMBERS if name in body), None)
    words = next((str(body[name]) for name in _WORDS if body.get(name)), "")
    return (number if isinstance(number, int) else None), words
