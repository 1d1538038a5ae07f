"""Local doubles of the providers' group robots: they check what the real ones check, and say no
in the same words, with a 200."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SEC5f1c0a7d3e"
PATHS = {
    "dingtalk": "/robot/send?access_token=4f2a8b1e9d7c",
    "wecom": "/cgi-bin/webhook/send?key=693a91f6-7abc",
    "feishu": "/open-apis/bot/v2/hook/0c5b1d2e-9f00",
}


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


@dataclass
class Providers:
    """All three behind one port. `answers` are given first, by provider, before what is judged."""

    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
        kind = next(k for k, p in PATHS.items() if scope["path"] == urlsplit(p).path)
        asked = json.loads(body)
        self.asked.append((kind, asked))
        left = self.answers.get(kind)
        answer = left.pop(0) if left else getattr(self, f"_{kind}")(asked, query, body)
        if not any(answer.get(one) for one in ("errcode", "code")):
            self.said.append((kind, asked))
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def at(self, kind: str) -> str:
        """The URL of this provider's robot."""
        return self.url.removesuffix("/hooks") + PATHS[kind]

    def texts(self, kind: str) -> list[str]:
        """What the group of this provider's robot reads, one text a message."""
        return [_read(kind, asked) for name, asked in self.said if name == kind]

    def _dingtalk(self, asked: Any, query: Any, body: bytes) -> dict[str, Any]:
        if query.get("access_token") != "4f2a8b1e9d7c":
            return {"errcode": 300005, "errmsg": "token is not exist"}
        at = query.get("timestamp", "0")
        wrong = query.get("sign") != _signature(SECRET, f"{at}\n{SECRET}")
        if wrong or abs(int(at) / 1000 - time()) > 3600:
            return {"errcode": 310000, "errmsg": "sign not match"}
        if asked["msgtype"] != "text" or len(asked["text"]["content"].encode()) > 20_000:
            return {"errcode": 40035, "errmsg": "缺少参数 json"}
        return {"errcode": 0, "errmsg": "ok"}

    def _wecom(self, asked: Any, query: Any, body: bytes) -> dict[str, Any]:
        if query.get("key") != "693a91f6-7abc":
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        if asked["msgtype"] != "text" or len(asked["text"]["content"].encode()) > 2048:
            return {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
        return {"errcode": 0, "errmsg": "ok"}

    def _feishu(self, asked: Any, query: Any, body: bytes) -> dict[str, Any]:
        at = str(asked.get("timestamp", "0"))
        wrong = asked.get("sign") != _signature(f"{at}\n{SECRET}", "")
        if wrong or abs(int(at) - time()) > 3600:
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        if len(body) > 20 * 1024 or asked["msg_type"] != "post":
            return {"code": 9499, "msg": "Bad Request", "data": {}}
        return {
            "StatusCode": 0,
            "StatusMessage": "success",
            "code": 0,
            "data": {},
            "msg": "success",
        }


def _read(kind: str, asked: dict[str, Any]) -> str:
    if kind != "feishu":
        text: str = asked["text"]["content"]
        return text
    post = asked["content"]["post"]["zh_cn"]
    lines = ["".join(one.get("href", one["text"]) for one in line) for line in post["content"]]
    return "\n".join([post["title"], *lines])
