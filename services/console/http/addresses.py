"""Addresses: what may stand in one, and where one leads back to."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path
from starlette.requests import Request

from shared.months import MONTH_PATTERN

CodeInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""A pool's, a bank's or a party's code; it becomes a part of a service's address."""

LONGEST_WAY_BACK = 1500
"""Characters of an address to come back to: it waits in a cookie until the login."""

MonthInPath = Annotated[str, Path(pattern=MONTH_PATTERN)]
"""2026-03"""


_IN_AN_ADDRESS = {
    "id": r"[0-9a-f-]{36}",
    "loan_id": r"[0-9a-f-]{36}",
    "case_id": r"[0-9a-f-]{36}",
    "pool_code": r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    "month": r"[0-9]{4}-[0-9]{2}",
}


def key_at(leads_to: str, path: str) -> str:
    """What of a path names its row, for an address such as "/cases/{id}"; "" where it is another."""
    begins = leads_to.split("{")[0]
    parts = re.split(r"\{(\w+)\}", leads_to.removeprefix(begins))
    pattern = "".join(_IN_AN_ADDRESS[one] if n % 2 else one for n, one in enumerate(parts))
    key = path.removeprefix(begins)
    return key if leads_to and path.startswith(begins) and re.fullmatch(pattern, key) else ""


def login_path(request: Request) -> str:
    """The login page, which leads back to where one wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == "/":
        return "/login"
    return f"/login?{urlencode({'next': wanted})}"


def local_path(path: str) -> str:
    """A path of our own; "/" for anything that leads elsewhere."""
    is_ours = (
        len(path) <= LONGEST_WAY_BACK
        and path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and "\\" not in path
    )
    return path if is_ours and path.isprintable() else "/"
