"""Levels of approval by amount: whose further signature, or whose meeting, an approval needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from shared.schemes.rules.declare import Fen, OneOf, Says
from shared.schemes.vocabulary import SIGNERS, Words

Signer = Annotated[str, OneOf(SIGNERS)]


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """What an approval of more than an amount needs beside its two persons.

    Of several levels whose amount is exceeded the highest holds, and says all that it needs.
    """

    above_fen: Annotated[Fen, Says("批准金额超过", "where more than this is approved")]
    signature: Annotated[Signer, Says("另须谁会签", "whose further signature")] = ""
    joint_meeting: Annotated[
        bool, Says("须经联合评审会通过", "a joint meeting is to approve it first")
    ] = False

    def faults(self) -> Iterator[Words]:
        """A level asks for something."""
        if not self.signature and not self.joint_meeting:
            yield Words(
                "本档没有写明须谁会签（signature），也没有写须经联合评审会（joint_meeting: true）",
                "the level needs nothing: name whose signature (signature), or say joint_meeting: "
                "true",
            )
