"""Firms that belong together (关联企业), as the bureau has found them."""

from typing import Final, Literal

from shared.life_cycle import Words

Basis = Literal["same_controller", "parent_and_subsidiary", "mutual_guarantee", "key_persons"]

BASES: Final[dict[Basis, Words]] = {
    "same_controller": Words("同一实际控制人", "the same controller"),
    "parent_and_subsidiary": Words("母子公司", "parent and subsidiary"),
    "mutual_guarantee": Words("互相担保", "guarantees for each other"),
    "key_persons": Words("关键管理人员相同或为近亲属", "the same key persons, or close relatives"),
}
"""Why firms count as one group: who controls, owns, guarantees or leads them."""
