"""Group robots of DingTalk, WeCom and Feishu: what each takes, how often, and how it says no.

Sources: the providers' own pages on custom robots (DingTalk "自定义机器人接入", WeCom
"群机器人配置说明" 91770, Feishu "自定义机器人使用指南"). All three answer 200 also when they refuse; what
they say of it is a number in the body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from shared.refusals import FieldFault, FieldsWrong


class RobotKind(StrEnum):
    """Whose robot it is; also the name of its channel."""

    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What one provider's robots are like."""

    path: str
    """Where every URL of its robots leads."""
    key_in: str
    """The parameter that says which robot it is; "" where it is the end of the path."""
    signs: bool
    """Whether a message is signed with a secret; WeCom knows none."""
    most_bytes: int
    """Of the text of a message, in UTF-8."""
    pace: timedelta
    """Between two messages, so that no minute has more of them than the provider takes."""
    ban: timedelta
    """For so long nothing is taken from who sent too many."""
    too_many: frozenset[int]
    """What it answers then."""
    gone: frozenset[int]
    """What it answers where there is no such robot (any more)."""


PROVIDERS: Mapping[RobotKind, Provider] = {
    # 20 a minute, else nothing for ten minutes; 20,000 bytes.
    RobotKind.DINGTALK: Provider(
        path="/robot/send",
        key_in="access_token",
        signs=True,
        most_bytes=18_000,
        pace=timedelta(seconds=3.2),
        ban=timedelta(minutes=10),
        too_many=frozenset({130101, 130102, 410100, 90030}),
        gone=frozenset({300005, 40014}),
    ),
    # 20 a minute; a text of 2048 bytes.
    RobotKind.WECOM: Provider(
        path="/cgi-bin/webhook/send",
        key_in="key",
        signs=False,
        most_bytes=2048,
        pace=timedelta(seconds=3.2),
        ban=timedelta(minutes=1),
        too_many=frozenset({45009, 45033}),
        gone=frozenset({93000}),
    ),
    # 100 a minute and 5 a second; a request of 20 KB, of which the frame takes a little.
    RobotKind.FEISHU: Provider(
        path="/open-apis/bot/v2/hook/",
        key_in="",
        signs=True,
        most_bytes=18_000,
        pace=timedelta(seconds=0.65),
        ban=timedelta(minutes=1),
        too_many=frozenset({11232, 11233}),
        gone=frozenset({19001}),
    ),
}


def require_robot(kind: RobotKind, *, url: str, secret: str | None) -> None:
    """Refuse a URL that is none of this provider's robots, and a secret that is missing or that
    nothing would be signed with."""
    provider = PROVIDERS[kind]
    faults = []
    if not _is_robots(url, provider):
        faults.append(
            FieldFault(
                ("url",),
                "not-a-robot",
                f"须为该平台群机器人的地址（路径为 {provider.path}，并含机器人的密钥）",
                f"Must be the URL of this provider's robot: its path is {provider.path}, "
                "and it holds the robot's key.",
            )
        )
    if provider.signs and not secret:
        faults.append(
            FieldFault(
                ("secret",),
                "secret-missing",
                "请在该平台为机器人启用“加签”，并填写密钥",
                "Let the provider check signatures, and give the secret.",
            )
        )
    if not provider.signs and secret:
        faults.append(
            FieldFault(
                ("secret",),
                "secret-unused",
                "企业微信群机器人不使用签名密钥",
                "Robots of this provider sign nothing.",
            )
        )
    if faults:
        raise FieldsWrong(faults)


def _is_robots(url: str, provider: Provider) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if provider.key_in:
        return parts.path == provider.path and len(_key(parts.query, provider.key_in)) >= 8
    return parts.path.startswith(provider.path) and len(parts.path) - len(provider.path) >= 8


def _key(query: str, name: str) -> str:
    return parse_qs(query).get(name, [""])[0]


def shown_address(url: str) -> str:
    """What may be shown of a robot's URL: enough to know it again, not enough to write with."""
    return f"{urlsplit(url).netloc}…{url[-4:]}"
