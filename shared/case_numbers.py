"""The letters that the numbers of a pool begin with: DL for Dongli."""

import re
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
