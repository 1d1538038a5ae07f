"""Who pledges a right beside or instead of the borrower: co-owners (共有人) and third parties.

Of a natural person only the name and a number with its middle left out are kept: enough to hold it against
the consent paper, and nothing more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared import canonical
from shared.schemes.vocabulary import Words

BORROWER: Final = "borrower"
ROLES: Final[Mapping[str, Words]] = {
    BORROWER: Words("借款企业", "borrower"),
    "co_owner": Words("共有人", "co-owner"),
    "third_party": Words("第三人", "third party"),
}
CONSENT: Final = "pledgor_consent"
"""The kind of paper by which such a pledgor agrees."""
CONSENT_SOURCE: Final = (
    "民法典第三百零一条、专利权质押登记办法：共有的须经全体共有人同意，第三人出质的由其签署"
)

_SEVERAL: Final = re.compile(r"[;；、]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledgor:
    """One pledgor of a right."""

    role: str
    name: str
    uscc: str | None = None
    id_masked: str | None = None
    share_bp: int | None = None
    """The part of the right, where it is owned in parts."""
    consent: UUID | None = None
    """The stored paper by which they agree; of the borrower none is asked for."""

    @property
    def name_canonical(self) -> str:
        """By which they are found, however the name is written."""
        return canonical.name(self.name)

    @property
    def is_borrower(self) -> bool:
        """Whether they owe the debt themselves."""
        return self.role == BORROWER

    @classmethod
    def of_data(cls, kept: Mapping[str, Any]) -> "Pledgor":
        """As it was kept."""
        return cls(**{**kept, "consent": UUID(kept["consent"]) if kept["consent"] else None})


def owners_in(name: str) -> tuple[str, ...]:
    """The owners that an entry of a register names, which writes several with a semicolon between."""
    return tuple(one.strip() for one in _SEVERAL.split(name) if one.strip())
