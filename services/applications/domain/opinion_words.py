"""Placeholders in the words of an opinion, filled from the case that it is given on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.money import group_fen
from shared.refusals import FieldFault


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCase:
    """What an opinion may say of its case."""

    number: str
    firm: str
    bank: str
    amount_fen: int
    tenor_months: int
    submitted_on: date
    today: date

    def said(self) -> dict[str, str]:
        """Each placeholder's words."""
        return {
            "number": self.number,
            "firm": self.firm,
            "bank": self.bank,
            "amount": f"{group_fen(self.amount_fen)} 元",
            "months": str(self.tenor_months),
            "days": str((self.today - self.submitted_on).days),
        }


PLACEHOLDERS: Final[Mapping[str, str]] = {
    "编号": "number",
    "企业": "firm",
    "银行": "bank",
    "金额": "amount",
    "期限": "months",
    "天数": "days",
}
"""How they are written in Chinese, and by which name besides: {金额} or {amount}. Days are those
since the case was submitted, months those of the loan."""

EXAMPLE: Final = OnCase(
    number="DL-2026-000123", firm="东丽示例科技有限公司", bank="示例银行天津分行",
    amount_fen=300_000_000, tenor_months=12, submitted_on=date(2026, 3, 2),
    today=date(2026, 3, 9),
)  # fmt: skip
"""A case that shows how words look before there is one."""

_WRITTEN: Final = re.compile(r"\{([^{}\n]*)\}")
_NAMES: Final = frozenset(PLACEHOLDERS) | frozenset(PLACEHOLDERS.values())


def word_faults(text: str) -> list[FieldFault]:
    """Placeholders that no case fills."""
    unknown = [one for one in _WRITTEN.findall(text) if one.strip() not in _NAMES]
    known = "、".join(f"{{{one}}}" for one in PLACEHOLDERS)
    known_en = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS.values())
    return [
        FieldFault(
            ("text",), "placeholder-unknown", f"没有占位符 {{{one}}}；可用：{known}",
            f"There is no placeholder {{{one}}}; there are: {known_en}.",
        )
        for one in dict.fromkeys(unknown)
    ]  # fmt: skip


def filled(text: str, case: OnCase) -> str:
    """The words with every placeholder filled; what is no placeholder stays as it is written."""
    said = case.said()

    def word(found: re.Match[str]) -> str:
        name = found[1].strip()
        return said.get(PLACEHOLDERS.get(name, name), found[0])

    return _WRITTEN.sub(word, text)
