"""Who bears or gets how much of a claim or a recovery: the role a party plays, and its code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyShare:
    """What one party bears of a claim, or gets back of a recovery."""

    party: str
    party_code: str
    amount_fen: int


def shares_of(amounts: Mapping[str, int], codes: Mapping[str, str]) -> Sequence[PartyShare]:
    """Amounts by role, with the codes of those who play the roles."""
    return [
        PartyShare(party=party, party_code=codes.get(party, party), amount_fen=fen)
        for party, fen in amounts.items()
    ]
