"""The letters that the numbers of a pool begin with: DL for Dongli."""

import re
from collections.abc import Collection
from itertools import count
from typing import Final

_SYLLABLE: Final = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiouv]+(?:ng|n(?![aeiouv])|r(?![aeiouv]))?"
)


def prefix_of(pool_code: str) -> str:
    """Two or more capitals for a pool: the initials of its pinyin, else its first letters.

    "dongli" → "DL", "youxian" → "YX", "pool-7" → "POOL7"'s first four, "POOL".
    """
    letters = re.sub(r"[^a-z0-9]", "", pool_code.lower())
    syllables = _SYLLABLE.findall(letters)
    if len(syllables) >= 2 and "".join(syllables) == letters:
        return "".join(syllable[0] for syllable in syllables).upper()[:6]
    return letters[:4].upper()


def free_prefix(pool_code: str, taken: Collection[str]) -> str:
    """The letters of a pool that opens beside others: its own, unless another pool has them.

    Then they are numbered, so that two pools never give the same number: "dongli" → "DL" and,
    beside it, "dalian" → "DL2".
    """
    usual = prefix_of(pool_code)
    if usual not in taken:
        return usual
    return next(prefix for n in count(2) if (prefix := f"{usual}{n}") not in taken)
