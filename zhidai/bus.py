"""Who says and hears what on the bus, from what the services themselves say they consume."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.messaging.kafka_rights import Right, rights_for_bank, rights_of, rights_of_publisher
from shared.messaging.kafka_security import IN_THE_CLEAR, KafkaSecurity

SERVICES = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)


@dataclass(frozen=True)
class Bus:
    """Brokers, and how each service speaks to them: in the clear where nothing is said of it."""

    bootstrap_servers: str
    security: Mapping[str, KafkaSecurity] = field(default_factory=dict)

    def spoken_to_by(self, service: str) -> KafkaSecurity:
        """How this service speaks to the brokers."""
        return self.security.get(service, IN_THE_CLEAR)


def rights(banks: Mapping[str, str] = {}, publisher: str = "") -> list[Right]:
    """Every right that the services need, and no other: with the principal of each bank that has a topic
    of its own, and that of Kafka Connect where Debezium publishes."""
    names = [service.name for service in SERVICES]
    found = [
        right
        for service in SERVICES
        for right in rights_of(service.name, {event.topic for event in service.consumes})
    ]
    for bank, principal in banks.items():
        found += rights_for_bank(bank, principal, names)
    if publisher:
        found += rights_of_publisher(publisher, names)
    return found
