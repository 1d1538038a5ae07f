"""Shares and amounts that go by tiers: people write a fact and its stretches, not conditions."""

from dataclasses import dataclass
from typing import Any

from shared.schemes.problems import At, Problem
from shared.schemes.reading.conditions import Tiers
from shared.schemes.reading.derived import fields_of, shape_of
from shared.schemes.reading.scalars import Choice, Money, Text
from shared.schemes.reading.shape import Field, ListOf, Named, Record, is_mapping
from shared.schemes.rules.declare import MEASURED, Shares
from shared.schemes.rules.limits import AmountByTier, Tier
from shared.schemes.rules.sharing import Condition, Row, Sharing
from shared.schemes.vocabulary import FACTS

_SHARES = shape_of(Shares)


def _sharing_fields(tiers: Field) -> dict[str, Field]:
    """Three ways to write the rows, and the rest of a sharing as it is declared."""
    others = {name: spec for name, spec in fields_of(Sharing).items() if name != "by"}
    rows = others.pop("rows")
    return {
        "shares": Field(_SHARES, zh="固定比例", en="flat shares"),
        "by": Field(Choice(tuple(MEASURED)), zh="分档依据", en="the fact that tiers go by"),
        "tiers": tiers,
        "rows": Field(rows.shape, zh=rows.zh, en=rows.en),
    } | others


_UNREAD_TIERS = Field(
    ListOf(Named(Text())), zh="分档比例，从低到高", en="shares by tier, from low to high"
)


@dataclass(frozen=True)
class SharingShape:
    """Flat shares, tiers of one fact, or rows with conditions; or `unknown`, openly."""

    def read(self, at: At, problems: list[Problem]) -> Sharing | str | None:
        if at.node == "unknown":
            return "unknown"
        if not is_mapping(at, problems):
            return None
        kinds = [name for name in ("shares", "tiers", "rows") if name in at.node]
        if len(kinds) != 1:
            problems.append(
                at.problem(
                    "shares（固定比例）、tiers（分档）、rows（按条件）三者必须且只能写一个；"
                    "比例未公开时写 value: unknown",
                    "write exactly one of shares (flat), tiers (by amount) and rows (by conditions); "
                    "where the ratio is not published write value: unknown",
                )
            )
            return None
        tiers = _UNREAD_TIERS
        if kinds == ["tiers"]:
            by = at.node.get("by")
            if by not in MEASURED:
                place = at.child("by") if "by" in at.node else at
                problems.append(
                    place.problem(
                        f"分档须写明依据 by，可用：{'、'.join(MEASURED)}",
                        f"tiers need “by”, one of: {', '.join(MEASURED)}",
                    )
                )
                return None
            tiers = Field(Tiers(FACTS[by].kind, "shares", _SHARES))
        read: Sharing | None = Record(_sharing_fields(tiers), make=_sharing).read(at, problems)
        return read

    def schema(self) -> dict[str, Any]:
        properties = {
            name: spec.shape.schema() for name, spec in _sharing_fields(_UNREAD_TIERS).items()
        }
        properties["tiers"] = Tiers("money", "shares", _SHARES).schema()
        return {
            "oneOf": [
                {"const": "unknown"},
                {"type": "object", "properties": properties, "additionalProperties": False},
            ]
        }


def _sharing(shares: Any, by: str | None, tiers: Any, rows: Any, **others: Any) -> Sharing:
    if shares is not None:
        rows = (Row(when=(), shares=shares),)
    elif tiers is not None:
        assert by is not None
        rows = tuple(
            Row(when=(Condition(fact=by, **ends),), shares=shares) for ends, shares in tiers
        )
    return Sharing(rows=rows, by=by or "", **others)


@dataclass(frozen=True)
class TieredAmount:
    """An amount by tiers of one measured fact."""

    def read(self, at: At, problems: list[Problem]) -> AmountByTier | None:
        if not is_mapping(at, problems):
            return None
        kind = FACTS[at.node["by"]].kind if at.node.get("by") in MEASURED else "money"
        read: AmountByTier | None = self._record(kind).read(at, problems)
        return read

    def schema(self) -> dict[str, Any]:
        return self._record("money").schema()

    def _record(self, kind: str) -> Record:
        return Record(
            {
                "by": Field(Choice(tuple(MEASURED)), required=True),
                "tiers": Field(Tiers(kind, "amount", Money()), required=True),
            },
            make=_amount_by_tier,
        )


def _amount_by_tier(by: str, tiers: Any) -> AmountByTier:
    return AmountByTier(
        by=by,
        tiers=tuple(
            Tier(when=Condition(fact=by, **ends), amount_fen=amount) for ends, amount in tiers
        ),
    )
