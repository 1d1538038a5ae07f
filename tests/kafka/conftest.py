"""Some tests need a real broker, some even brokers of their own; without there is less to collect."""

from tests.kafka.brokers import jvm_can_be_had, kafka_source
from tests.messaging.conftest import database, speaking, template
from tests.shared.conftest import served

__all__ = ["database", "served", "speaking", "template"]

collect_ignore = [
    *([] if jvm_can_be_had() else ["test_faults.py"]),
    *(["test_topics.py"] if "mock" in kafka_source() else []),
]
