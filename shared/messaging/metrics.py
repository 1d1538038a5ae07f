"""What an operator sees of the messages. Labelled by service, because one process may run all."""

from prometheus_client import Counter, Gauge

OUTBOX_DEPTH = Gauge("zhidai_outbox_depth", "Events said and not yet published.", ["service"])
OUTBOX_AGE = Gauge(
    "zhidai_outbox_oldest_seconds", "Age of the oldest event not yet published.", ["service"]
)
RELAY_ACTIVE = Gauge("zhidai_relay_active", "1 where this process has the relay.", ["service"])
PUBLISHED = Counter("zhidai_published", "Events published.", ["service"])
RELAY_FAULTS = Counter("zhidai_relay_faults", "Times the relay had to start again.", ["service"])
APPLIED = Counter("zhidai_applied", "Events heard and applied.", ["service"])
PARKED_TOTAL = Counter("zhidai_parked", "Events parked, failed ones and those behind.", ["service"])
PARKED_NOW = Gauge("zhidai_parked_now", "Events that are parked now.", ["service"])
HEARD_MISSING = Gauge(
    "zhidai_heard_missing",
    "Events of a producer that have not come though later ones have.",
    ["service", "producer"],
)
HEARD_WAITS = Gauge(
    "zhidai_heard_waits_seconds",
    "How long the next event of a producer has been waited for while later ones came.",
    ["service", "producer"],
)
HEARD_GONE_BACK = Gauge(
    "zhidai_heard_gone_back",
    "By how many events a producer that was restored is behind what was heard of it.",
    ["service", "producer"],
)
BANK_TOPIC_TOLD = Counter(
    "zhidai_bank_topic_told", "Events published to a bank's own topic.", ["service", "bank"]
)
BANK_TOPIC_FAULTS = Counter(
    "zhidai_bank_topic_faults", "Times a bank's own topic took nothing.", ["service"]
)
LAG = Gauge(
    "zhidai_consumer_lag",
    "Events of a topic not read yet by this process.",
    ["service", "producer"],
)
REJOINS = Counter(
    "zhidai_consumer_rejoins", "Times a consumer had to join its group again.", ["service"]
)
OUTAGES = Counter(
    "zhidai_consumer_outages", "Times a consumer had to wait for its database.", ["service"]
)
