"""One form of every number and name, by which it is compared. What was written is kept beside it.

A bank writes the same number full-width, with blanks, with another hyphen, with characters that
nobody sees. Two spellings are one thing exactly where their canonical forms are equal; no rule,
index or search compares what was written. Numbers whose register fixes a form are read by
`shared.identifiers` and `shared.ip_numbers`, which begin here. Pure; the reasons stand in
docs/decisions/0015-one-canonical-form.md.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_HYPHENS: Final = "\u058a\u05be\u02d7\u1806\u2010\u2012\u2013\u2014\u2015\u2043\u207b\u2212\u2500" \
    "\u2796\u2e3a\u2e3b\u30a0\u30fc"  # fmt: skip
"""Dashes that are written for a hyphen; those that NFKC makes one of these are left out."""
_DOTS: Final = "\u00b7\u0387\u16eb\u2022\u2027\u2219\u22c5\u25cf\u25e6\u2e31\u2e33\u3002\u30fb"
"""Middle dots, bullets and full stops that stand for one another."""
_OPENING: Final = "[{\u2039\u27e8\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301a"
_CLOSING: Final = "]}\u203a\u27e9\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019\u301b"
_QUOTES: Final = (
    "\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u301d\u301e\u301f"
)
_UNSEEN_LETTERS: Final = "\u115f\u1160\u2800\u3164"
"""Letters and a symbol by their category, blank on the screen."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Control and format characters (zero-width ones too), blanks, marks that combine with nothing."""
_CHARACTERS: Final = str.maketrans(
    dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_DOTS, ".")
    | dict.fromkeys(_OPENING, "(")
    | dict.fromkeys(_CLOSING, ")")
    | dict.fromkeys(_QUOTES + _UNSEEN_LETTERS, "")
)
_LOOKALIKES: Final = str.maketrans(
    "АВЕКМНОРСТХУІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ×", "ABEKMHOPCTXYIJSABEZHIKMNOPTYXX"
)
"""Cyrillic and Greek capitals, and the sign of multiplication, that look like a Latin letter. No
number has them; names may."""

_REMEMBERED: Final = 20_000
"""Characters of which it is remembered whether they are seen: more than any language of ours has."""
_LONGEST_REMEMBERED: Final = 200
"""Characters of a text whose form is remembered: as many as a name may have."""


class _Seen(dict[int, int | None]):
    """For `str.translate`: a character that is seen stays, one that is not goes."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code)) in _UNSEEN else code
        if len(self) < _REMEMBERED:
            self[code] = kept
        return kept


_SEEN: Final = _Seen()
_RUN: Final = re.compile(r"-{2,}|\.{2,}")
_ITS_OWN_FORM: Final = re.compile(r"[0-9A-Z]+(?:[.-][0-9A-Z]+)*")
"""How most numbers are written: of such a text nothing has to be changed."""
_HYPHEN_OF_NO_MEANING: Final = re.compile(r"(?<![0-9])-|-(?![0-9])")
_LEADING_ZEROS: Final = re.compile(r"(?<![0-9.])0+(?=[0-9])")


def plain(text: str) -> str:
    """Text in one spelling: NFKC, capitals, one kind of hyphen, dot and bracket, nothing unseen.

    Blanks, quotes, control and zero-width characters are dropped. Of itself it is its own form.
    """
    if _ITS_OWN_FORM.fullmatch(text):
        return text
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _settled(text, _plain_once)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> str:
    """A case names its firm and its rights' owners many times, and asks after each of them again."""
    return _settled(text, _plain_once)


def _settled(text: str, step: Callable[[str], str]) -> str:
    """A step taken until it changes nothing: what one step drops may let NFKC join the rest."""
    while (again := step(text)) != text:
        text = again
    return text


def _plain_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).upper().translate(_CHARACTERS)
    seen = unicodedata.normalize("NFKC", text.translate(_SEEN))
    return _RUN.sub(lambda run: run[0][0], seen)


def name(text: str) -> str:
    """A firm, a person, a park: brackets and middle dots of any kind, without blanks.

    The words for a company's form stay: 甲有限公司 and 甲股份有限公司 are two firms.
    """
    return plain(text)


def words(text: str) -> str:
    """Text word by word in one spelling: blanks stay, as one each."""
    return " ".join(filter(None, map(plain, text.split())))


def number(text: str) -> str:
    """A number whose form no register fixes: of a contract, a loan, a receipt, a pledge's entry, an
    account.

    A hyphen counts only between two digits, where it says that one number ends and another begins;
    zeros in front of a run of digits do not count, but behind a dot.
    """
    return _settled(text, _number_once)


def _number_once(text: str) -> str:
    spelled = letters_of_numbers(plain(text))
    return _LEADING_ZEROS.sub("", _HYPHEN_OF_NO_MEANING.sub("", spelled))


def letters_of_numbers(spelled: str) -> str:
    """Plain text with the Latin letters that other alphabets' capitals look like."""
    return spelled.translate(_LOOKALIKES)


def compact(text: str) -> str:
    """A number of a fixed form without the hyphens and dots that are put in to read it: what is
    left, its register's form tells apart."""
    return letters_of_numbers(plain(text)).replace("-", "").replace(".", "")


def account(text: str) -> str:
    """The number of an account at a bank: hyphens only group its digits."""
    return number(compact(text))
