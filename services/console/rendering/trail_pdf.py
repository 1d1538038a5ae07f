"""The trail of a loan as a PDF: the words of the page, typeset."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import day, whole_moment, yuan
from services.console.rendering.trail_words import (
    house_of,
    reason_of,
    role_of,
    seen_of,
    when_of,
    why_of,
)
from shared.typesetting import typeset

_TEMPLATE = Path(__file__).with_name("trail.typ")


def trail_as_pdf(
    trail: Mapping[str, Any], t: Texts, *, names: Mapping[str, str], reader: str, now: datetime
) -> bytes:
    """The document. `reader` and `now` stand on it: who took it out of the system, and when; `names` are
    what programmes are called, as he knows them."""
    side = t.language
    shown = {
        "title": t("trail.title"),
        "number": trail["number"],
        "language": side,
        "facts": [
            [t("case.borrower"), trail["firm"]],
            [t("pool.bank"), trail["bank"]],
            [t("pool.title"), trail["pool"]],
            [t("trail.taken"), f"{whole_moment(now.isoformat())} {reader}"],
        ],
        "parts": [{"numbers": []} | part for part in _parts(trail, t, names)],
        "none": t("trail.none"),
    }
    return typeset(_TEMPLATE, shown, name="trail", made=now)


def _parts(trail: Mapping[str, Any], t: Texts, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_moves(trail, t), _papers(trail, t), _money(trail, t, names), _looks(trail, t)]


def _moves(trail: Mapping[str, Any], t: Texts) -> dict[str, Any]:
    side = t.language
    return {
        "title": t("trail.moves"),
        "widths": [2.6, 3.4, 2.6, 5.4],
        "head": [t("looks.at"), t("trail.what"), t("looks.who"), t("trail.why")],
        "rows": [
            [
                whole_moment(one["at"]),
                f"{one['noun_' + side]} {one['number']}\n{one['what_' + side]} → "
                f"{one['state_' + side]}",
                _who(one, t),
                reason_of(one, t),
            ]
            for one in trail["moves"]
        ],
    }


def _papers(trail: Mapping[str, Any], t: Texts) -> dict[str, Any]:
    return {
        "title": t("trail.papers"),
        "widths": [3.4, 4, 6.6],
        "head": [t("trail.kind"), t("trail.file"), "SHA-256"],
        "rows": [
            [
                f"{t.term('document', one['kind'])}\n{one['of']}",
                f"{one['filename']}\n{whole_moment(one['sent_at'])} {one['sent_name']}",
                _halves(one["sha256"]),
            ]
            for one in trail["papers"]
        ],
    }


def _money(trail: Mapping[str, Any], t: Texts, names: Mapping[str, str]) -> dict[str, Any]:
    side = t.language
    return {
        "title": t("trail.money"),
        "widths": [2, 3.3, 2.5, 6.6],
        "numbers": [2],
        "head": [
            t("trail.booked"),
            t("trail.accounts"),
            t("app.amount-yuan"),
            t("trail.why"),
        ],
        "rows": [
            [
                f"{one['seq']}\n{day(one['business_date'])}",
                f"{t.term('transfer', one['kind'])}\n{one['debit_' + side]} ← "
                f"{one['credit_' + side]}",
                yuan(one["amount"]),
                "\n".join([*why_of(one, t, names), one["reference"], _halves(one["hash"])]),
            ]
            for one in trail["transfers"]
        ],
    }


def _looks(trail: Mapping[str, Any], t: Texts) -> dict[str, Any]:
    return {
        "title": t("trail.looks"),
        "widths": [2.6, 4, 7.4],
        "head": [t("looks.at"), t("looks.who"), t("looks.what")],
        "rows": [
            [
                when_of(one),
                f"{one['name']} {house_of(one, t)}\n{one['account']}",
                seen_of(one, t),
            ]
            for one in trail["looks"]
        ],
    }


def _who(move: Mapping[str, Any], t: Texts) -> str:
    if move["role"] == "system":
        return role_of(move, t)
    return f"{move['name']}\n{role_of(move, t)} {move['subject']}"


def _halves(digest: str) -> str:
    """In two lines: it has no place to break, and would stand beyond the edge."""
    return f"{digest[:32]}\n{digest[32:]}"
