"""What an approval needs beside its two persons, by the amount that is approved."""

from shared.schemes.rules.approval import ApprovalLevel
from shared.schemes.rules.declare import Fen
from shared.schemes.terms import Terms


def approval_level(amount_fen: Fen, terms: Terms) -> ApprovalLevel | None:
    """The highest level whose amount is exceeded; None: two persons are enough.

    An amount that is met exactly is not exceeded.
    """
    exceeded = [level for level in terms.approval_levels if amount_fen > level.above_fen]
    return max(exceeded, key=lambda level: level.above_fen, default=None)
