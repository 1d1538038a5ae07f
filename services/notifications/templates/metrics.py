"""What an operator sees of words."""

from prometheus_client import Counter

FAILURES = Counter(
    "zhidai_template_failures",
    "Notices that a text could not be filled in for, told in the house's words; by whose text.",
    ["owner"],
)
