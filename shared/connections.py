"""Connections of HTTP/1.1, also of clients that offer HTTP/2 in the clear with each request.

Java's HttpClient sends `Upgrade: h2c` unless told otherwise. A server may pass over an offer (RFC 9110,
7.8), but the parser of httptools takes it for granted and loses the body. Such a connection is handed to
h11, which keeps it.
"""

import asyncio
import re
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_OFFERS: Final = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_END_OF_HEADERS: Final = b"\r\n\r\n"


class _Patient(H11Protocol):
    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is wrong: the offer is passed over."""


class Connection(HttpToolsProtocol):
    """One connection; by httptools until its client offers another protocol."""

    def data_received(self, data: bytes) -> None:
        between_requests = self.cycle is None or self.cycle.response_complete
        end = data.find(_END_OF_HEADERS)
        if between_requests and _OFFERS.search(data, 0, len(data) if end < 0 else end + 2):
            self._hand_on(data)
        else:
            super().data_received(data)

    def _hand_on(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        patient = _Patient(
            config=self.config,
            server_state=self.server_state,
            app_state=self.app_state,
            _loop=self.loop,
        )
        transport: asyncio.Transport = self.transport
        transport.set_protocol(patient)
        patient.connection_made(transport)
        patient.data_received(data)
