"""What may stand in an address of the console: it becomes a part of a service's address."""

from typing import Annotated

from fastapi import Path

CodeInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""A pool's, a bank's or a party's code."""

MonthInPath = Annotated[str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""2026-03"""
