"""When two names are of one person: what every "another person" of the house asks.

Identity providers disagree whether letters' case matters, and a name that looks the same may be
written in several ways. Two names that differ in nothing that one sees are one person's: in doubt a
second person is asked for, never let go.
"""

import unicodedata
from functools import lru_cache

_UNTIL_NOTHING_CHANGES = 5
"""What is left when unseen characters are gone may compose anew."""
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")


@lru_cache(maxsize=10_000)
def person_key(name: str) -> str:
    """A name without what does not tell people apart: width and form of letters (NFKC), their case,
    and what cannot be seen."""
    for _ in range(_UNTIL_NOTHING_CHANGES):
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
        before = name
        name = "".join(one for one in folded if unicodedata.category(one) not in _UNSEEN)
        if name == before:
            break
    return name


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two names are of one person. Nobody is the same as nobody."""
    return bool(one and other) and person_key(one or "") == person_key(other or "")
