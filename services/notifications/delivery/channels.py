"""The two ways to deliver that a courier knows: webhooks and e-mail."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.delivery.secret_encryption import Seal, SealBroken
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.retries import Answer
from services.notifications.senders import email
from services.notifications.senders.webhook import WebhookSender
from services.notifications.tables import deliveries
from services.notifications.tables.deliveries import MOST_PER_CLAIM, Parcel
from services.notifications.templates.words import CATALOGUE

log = logging.getLogger(__name__)

_ENDPOINTS = """
    select e.id, e.url, array_agg(s.sealed order by s.created_at desc, s.id desc) as sealed
    from endpoints e
    join endpoint_secrets s on s.endpoint_id = e.id and s.retired_at is null
    where e.id = any ($1) group by e.id
"""

_ADDRESSES = "select id, address, language from subscriptions where id = any ($1)"


@dataclass(frozen=True, slots=True)
class _Target:
    url: str
    sealed: tuple[bytes, ...]


class WebhookChannel:
    """Webhooks, with room shared fairly between endpoints."""

    name = "webhook"

    def __init__(self, sender: WebhookSender, fairness: Fairness, seal: Seal) -> None:
        self._sender = sender
        self._fairness = fairness
        self._seal = seal
        self._targets: dict[UUID, _Target] = {}

    async def waiting(self, conn: asyncpg.Connection, *, now: datetime) -> bool:
        """Whether an endpoint that has room has something due."""
        return bool(await self._shares(conn, now))

    async def claim(
        self, conn: asyncpg.Connection, *, now: datetime, until: datetime
    ) -> Sequence[Parcel]:
        """Take as much for each endpoint as it may have in hand."""
        shares = await self._shares(conn, now)
        if not shares:
            return ()
        claimed = await deliveries.claim_webhooks(conn, shares, now=now, until=until)
        receivers = {parcel.receiver_id for parcel in claimed}
        for row in await conn.fetch(_ENDPOINTS, sorted(receivers)):
            self._targets[row["id"]] = _Target(row["url"], tuple(row["sealed"]))
        self._fairness.served(shares)
        return claimed

    def begun(self, parcel: Parcel) -> None:
        """The endpoint has one attempt more in hand."""
        self._fairness.begun(parcel.receiver_id)

    async def send(self, parcel: Parcel, *, now: datetime) -> Answer:
        """Sign and send."""
        target = self._targets[parcel.receiver_id]
        try:
            secrets = [self._seal.open(x, endpoint_id=parcel.receiver_id) for x in target.sealed]
        except SealBroken as error:
            # Said here, not when claiming: what one endpoint lacks must not stop the others.
            log.error("%s", error)
            return Answer(error="the signing secret cannot be opened; rotate it")
        return await self._sender.send(
            parcel.receiver_id,
            target.url,
            message_id=parcel.message_id,
            body=parcel.payload,
            secrets=secrets,
            now=now,
        )

    def ended(self, parcel: Parcel, *, well: bool, seconds: float) -> None:
        """Note how the endpoint behaves."""
        self._fairness.ended(parcel.receiver_id, well=well, seconds=seconds)

    async def close(self) -> None:
        """Close the connections to all endpoints."""
        await self._sender.close()

    async def _shares(self, conn: asyncpg.Connection, now: datetime) -> dict[UUID, int]:
        return self._fairness.share(await deliveries.waiting_endpoints(conn, now=now))


class EmailChannel:
    """E-mail through one relay, a few letters at a time."""

    name = "email"

    def __init__(self, relay: email.Relay, *, at_once: int, console_url: str) -> None:
        self._relay = relay
        self._at_once = at_once
        self._console_url = console_url.rstrip("/")
        self._in_hand = 0
        self._addresses: dict[UUID, tuple[str, str]] = {}

    async def waiting(self, conn: asyncpg.Connection, *, now: datetime) -> bool:
        """Whether a letter is due and may be sent now."""
        return self._in_hand < self._at_once and await deliveries.email_is_waiting(conn, now=now)

    async def claim(
        self, conn: asyncpg.Connection, *, now: datetime, until: datetime
    ) -> Sequence[Parcel]:
        """Take the letters that are due the longest."""
        most = min(self._at_once - self._in_hand, MOST_PER_CLAIM)
        claimed = await deliveries.claim_email(conn, most=most, now=now, until=until)
        for row in await conn.fetch(_ADDRESSES, sorted({x.receiver_id for x in claimed})):
            self._addresses[row["id"]] = (row["address"], row["language"])
        return claimed

    def begun(self, parcel: Parcel) -> None:
        """One letter more is in hand."""
        self._in_hand += 1

    async def send(self, parcel: Parcel, *, now: datetime) -> Answer:
        """Compose and send."""
        address, language = self._addresses[parcel.receiver_id]
        title = parcel.title_zh if language == "zh" else parcel.title_en
        text, html = CATALOGUE.email(
            language,
            title=title,
            text=parcel.text_zh if language == "zh" else parcel.text_en,
            url=self._console_url + parcel.link,
        )
        letter = email.compose(
            sender=self._relay.sender,
            to=address,
            delivery_id=parcel.delivery_id,
            title=title,
            text=text,
            html=html,
            language=language,
            at=now,
        )
        return await email.send(letter, self._relay)

    def ended(self, parcel: Parcel, *, well: bool, seconds: float) -> None:
        """The letter has left our hands."""
        self._in_hand -= 1

    async def close(self) -> None:
        """Nothing is kept open: every letter has a connection of its own."""
