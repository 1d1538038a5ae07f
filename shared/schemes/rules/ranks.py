"""Whether a right that is pledged already may be pledged again, in a later rank."""

from dataclasses import dataclass
from typing import Annotated

from shared.schemes.rules.declare import Document, OneOf, Says, Within
from shared.schemes.vocabulary import BEHIND_WHOM

OWN, ANY_BANK = BEHIND_WHOM
"""Behind the firm's own loan at the same bank, or behind any bank's."""
MOST_RANKS = 5
"""More ranks than this no measure may let in."""


@dataclass(frozen=True, slots=True)
class LaterRankRule:
    """On which terms a right stands behind an earlier pledge (Civil Code art. 414, 415).

    What it counts for there is always its value by the pledge rate, less the principal that the
    earlier ranks secure.
    """

    ranks: Annotated[
        int, Within(2, MOST_RANKS), Says("同一权利最多顺位数", "most ranks of one right")
    ]
    behind: Annotated[
        str, OneOf(BEHIND_WHOM), Says("前顺位可为谁的贷款", "behind whose pledge")
    ] = OWN
    consent: Annotated[
        Document, Says("前顺位质权人的同意材料", "the paper of the earlier pledgee")
    ] = "earlier_pledgee_consent"
