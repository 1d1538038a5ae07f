"""The numbers people use: DL-K-2026-0001 is the first cash entry of 2026 in the pool of Dongli."""

import re

_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiouv]+(?:ng|n(?![aeiouv])|r(?![aeiouv]))?"
)


def prefix_of(pool_code: str) -> str:
    """The initials of a pool's pinyin, else its first letters: "dongli" → "DL"."""
    letters = re.sub(r"[^a-z0-9]", "", pool_code.lower())
    syllables = _SYLLABLE.findall(letters)
    if len(syllables) >= 2 and "".join(syllables) == letters:
        return "".join(syllable[0] for syllable in syllables).upper()[:6]
    return letters[:4].upper()


def number(prefix: str, series: str, year: int, serial: int) -> str:
    """`DL-K-2026-0001`; more digits when a year has more than 9,999."""
    return f"{prefix}-{series}-{year}-{serial:04d}"
