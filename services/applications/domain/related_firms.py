"""Firms that belong together (关联企业), as the bureau has found them."""

from typing import Literal

Basis = Literal["same_controller", "parent_and_subsidiary", "mutual_guarantee", "key_persons"]
"""Why firms count as one group: who controls, owns, guarantees or leads them."""
