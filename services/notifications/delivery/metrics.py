"""What an operator sees of deliveries. Labelled by channel; endpoints are too many for labels."""

from prometheus_client import Counter, Gauge, Histogram

OUTCOMES = Counter(
    "zhidai_delivery_attempts",
    "Attempts to deliver, by what became of them: delivered, retry, failed, gone.",
    ["channel", "outcome"],
)
SECONDS = Histogram(
    "zhidai_delivery_attempt_seconds",
    "How long an attempt took.",
    ["channel"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60),
)
HELD_BACK = Counter(
    "zhidai_delivery_held_back",
    "Deliveries not sent after a restore, because the lost database may have sent them.",
)
IN_HAND = Gauge("zhidai_delivery_in_hand", "Attempts under way in this process.", ["channel"])
