"""Faults that are planted in the product to see that the simulation finds them."""

from collections.abc import Callable, Mapping
from typing import Any

FAULTS: Mapping[str, Callable[[], Any]] = {}
