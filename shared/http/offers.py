"""Offers of another protocol are passed over, as a server may (RFC 9110, 7.8).

Java's HttpClient offers HTTP/2 in the clear with every request unless told otherwise. The parser of
httptools takes an offer for granted, reads no body after it, and the request arrives empty.
"""

import re
from typing import Final

_OFFER: Final = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_PASSED_OVER: Final = b"\r\noffered:"
_END_OF_HEAD: Final = b"\r\n\r\n"


def without_offers(head: bytes) -> bytes:
    """The bytes of a request's head with its offers under a name that means nothing; what follows the
    head in them stays as it is."""
    if _OFFER.search(head) is None:
        return head
    end = head.find(_END_OF_HEAD)
    end = len(head) if end < 0 else end
    return _OFFER.sub(_PASSED_OVER, head[:end]) + head[end:]
