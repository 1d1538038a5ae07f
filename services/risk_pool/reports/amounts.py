"""Amounts as text: what is counted in fen is written in yuan at the very end."""

from collections.abc import Mapping
from typing import Any

from shared.money import format_fen


def in_yuan(data: Any) -> Any:
    """Plain data with `amount_fen: 123450` written as `amount: "1234.50"`, however deep it lies."""
    if isinstance(data, Mapping):
        return {
            name.removesuffix("_fen"): format_fen(value)
            if name.endswith("_fen")
            else in_yuan(value)
            for name, value in data.items()
        }
    if isinstance(data, list | tuple):
        return [in_yuan(one) for one in data]
    return data
