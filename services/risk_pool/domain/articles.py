"""Where a rule comes from, in words that a person knows: 深圳 资金池管理实施细则 instead of S14."""

import re
from collections.abc import Callable, Mapping

from shared.schemes.scheme import Document

_CODE = re.compile(r"\b[A-Za-z]+[0-9]+\b")


def articles_of(documents: Mapping[str, Document]) -> Callable[[str], str]:
    """Turns the citations of a scheme's rules into the titles of the documents that it lists.

    What the scheme does not list (a section of an article, a mark such as 〔假定〕) stays as it is.
    """

    def article(citation: str) -> str:
        def title(code: re.Match[str]) -> str:
            known = documents.get(code[0])
            return known.zh if known else code[0]

        return _CODE.sub(title, citation)

    return article
