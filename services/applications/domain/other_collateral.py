"""What a loan is secured by beside its rights (组合贷款), each with its amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.schemes.vocabulary import Words

KINDS: Final[Mapping[str, Words]] = {
    "real_estate": Words("不动产抵押", "real estate"),
    "equipment": Words("设备抵押", "equipment"),
    "receivables": Words("应收账款质押", "receivables"),
    "guarantee": Words("保证", "guarantee"),
    "credit": Words("信用部分", "part without security"),
    "other": Words("其他担保", "other"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCollateral:
    """One of them: what it is, and the part of the loan that it stands for."""

    kind: str
    description: str
    amount_fen: int

    @classmethod
    def of_data(cls, kept: Mapping[str, Any]) -> "OtherCollateral":
        """As it was kept."""
        return cls(**kept)
