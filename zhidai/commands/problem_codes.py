"""The page of all problem codes, made from the refusals in the code: what each means, and what helps."""

import ast
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from services.console.rendering.catalogue import texts
from shared.http.field_messages import BY_TYPE
from shared.http.problem import BY_STATUS
from shared.refusals import Refused
from shared.service import Service

_ROOT: Final = Path(__file__).parents[2]
_CURES: Final = {
    400: ("按 `errors` 改正请求格式后重发", "Mend what `errors` names and send it again."),
    401: ("重新取得访问令牌", "Get a new access token."),
    403: ("由有权的角色或另一人办理", "Let somebody do it whose role allows it, or another person."),
    404: ("核对编号，或该事项不属于贵方", "Look at the id; or it is not yours to know of."),
    409: (
        "重新读取该事项：其状态已不同，`actions` 列出现在可做的事",
        "Read the case again: its state is another, and `actions` says what may be done now.",
    ),
    412: ("重新读取，带新的 ETag 再试", "Read it again, and try with its new ETag."),
    413: ("拆小，或改用文件报送", "Send less at once, or a file."),
    415: ("按所述类型发送", "Send the type that is named."),
    416: ("按 Content-Range 所示长度取", "Ask for a range within the length that Content-Range names."),
    422: ("按 `errors` 逐项改正后，用新的 Idempotency-Key 重发",
          "Mend what `errors` names, and send it with a new Idempotency-Key."),
    428: ("带 If-Match 重发", "Send it with If-Match."),
    429: ("按 Retry-After 稍候", "Wait as Retry-After says."),
    500: ("凭 `request_id` 联系运维", "Tell the operator the `request_id`."),
    503: ("按 Retry-After 稍候，用同一 Idempotency-Key 重发",
          "Wait as Retry-After says, and repeat it with the same Idempotency-Key."),
}  # fmt: skip
"""What helps, by status."""
_PACKAGES: Final = (
    "shared",
    "services.applications",
    "services.risk_pool",
    "services.notifications",
)
_BEFORE_ANY_RULE: Final = (
    (400, "not-json", "The body is not JSON in UTF-8, or nested two hundred deep."),
    (413, "too-many-members", "A JSON body has more members than any request needs."),
    (422, "unstorable-text", "A text has characters that cannot be stored, such as NUL."),
)
"""Said where a request comes in."""


def page(services: Iterable[Service]) -> str:
    """Markdown: a chapter for each status with its codes, then the codes of single fields."""
    lines = [
        "# 错误代码 Problem codes",
        "",
        "Made by `zhidai docs` from the code. Every error is a problem (RFC 9457) with one of these in "
        "`code`; `detail` says it in words, with the figures. A code does not change its meaning.",
    ]
    # A code may stand at several rules, in any order of import: all that it may mean is told, sorted.
    codes: dict[tuple[int, str], set[str]] = {}
    for status, code, cause in codes_said(services):
        codes.setdefault((status, code), set()).add(cause)
    for status in sorted({status for status, _ in codes}):
        zh, en = _CURES[status]
        lines += [
            "",
            f"## {status}",
            "",
            f"{zh}。{en}",
            "",
            "| code | what it means | 怎么办 what to do |",
            "|---|---|---|",
        ]
        lines += [
            f"| `{code}` | {' '.join(sorted(causes))} | {_next(code)} |"
            for (of, code), causes in sorted(codes.items())
            if of == status
        ]
    lines += [
        "",
        "## 字段 Fields",
        "",
        "In `errors` of a 400 or 422, each with the place of its field.",
        "",
    ]
    lines += [", ".join(f"`{code}`" for code in sorted(set(_of_fields()))) + "."]
    return "\n".join(lines) + "\n"


def _next(code: str) -> str:
    """What whoever meets a code does next: the words that the console says below it."""
    name = f"next.{code}"
    return " ".join(of(name) for of in (texts("zh"), texts("en")) if of.knows(name))


def codes_said(services: Iterable[Service]) -> Iterator[tuple[int, str, str]]:
    yield from _BEFORE_ANY_RULE
    for service in services:
        yield from ((409, one.code, one.en) for one in service.collisions.values())
    for status, (code, _, english) in BY_STATUS.items():
        if status in _CURES:
            yield status, code, english
    for refusal in every_refusal():
        if "code" in vars(refusal):
            yield refusal.status, refusal.code, " ".join((refusal.__doc__ or "").split())


def every_refusal() -> list[type[Refused]]:
    """Every kind of refusal of shared code and of the services, whatever else was imported."""
    _import_all()
    return [one for one in _below(Refused) if one.__module__.startswith(_PACKAGES)]


def _import_all() -> None:
    """Whatever else has been imported: the page is the same."""
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in found.name:
                importlib.import_module(found.name)


def _below(refusal: type[Refused]) -> Iterator[type[Refused]]:
    for below in refusal.__subclasses__():
        yield below
        yield from _below(below)


def _of_fields() -> Iterator[str]:
    """The codes that a field can get: pydantic's as we tell them, and those of our own rules, which
    stand in the code as `FieldFault(place, "code", …)`."""
    yield from (code for code, _, _ in BY_TYPE.values())
    for folder in ("shared", "services"):
        for file in (_ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldFault":
                    named = [one.value for one in node.keywords if one.arg == "code"]
                    for said in (*node.args[1:2], *named):
                        if isinstance(said, ast.Constant):
                            yield str(said.value)
