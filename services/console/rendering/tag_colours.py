"""The colour of a tag that goes with its word. A code that is new to us stays grey."""

from collections.abc import Mapping

_COLOURS: Mapping[str, Mapping[str, str]] = {
    "state": {
        "submitted": "info",
        "returned_for_correction": "warn",
        "accepted": "info",
        "under_review": "info",
        "recommended": "info",
        "approved": "ok",
        "rejected": "bad",
        "capacity_reserved": "ok",
        "capacity_declined": "bad",
        "pledge_registered": "ok",
        "disbursed": "ok",
        "overdue": "bad",
        "repaid": "ok",
        "claimed": "warn",
    },
    "claim_state": {
        "submitted": "info",
        "returned": "warn",
        "reviewed": "info",
        "approved": "warn",
        "held": "bad",
        "refused": "bad",
        "appealed": "warn",
        "refused_finally": "bad",
        "paid": "ok",
        "written_off": "mute",
        "escrowed": "info",
        "loss_reported": "warn",
        "settled": "ok",
        "reversed": "bad",
    },
    "figure_state": {"entered": "info", "in_force": "ok", "refused": "bad"},
    "recovery_state": {
        "reported": "info",
        "returned": "warn",
        "confirmed": "ok",
        "refused": "bad",
        "withdrawn": "",
    },
    "adjustment_state": {"proposed": "info", "decided": "ok", "refused": "mute"},
    "change_state": {
        "requested": "info",
        "recommended": "info",
        "approved": "ok",
        "refused": "bad",
    },
    "subsidy_state": {
        "filed": "info",
        "reviewed": "info",
        "approved": "ok",
        "refused": "bad",
        "withdrawn": "",
    },
    "settlement_state": {
        "previewed": "info",
        "confirmed": "warn",
        "signed": "warn",
        "posted": "ok",
    },
    "version_state": {"proposed": "info", "published": "ok", "refused": "bad"},
    "pool_state": {"open": "ok", "stopped": "bad"},
    "breaker": {"normal": "ok", "warned": "warn", "suspended": "bad", "suspended_by_hand": "bad"},
    "risk_class": {
        "normal": "ok",
        "special_mention": "warn",
        "substandard": "bad",
        "doubtful": "bad",
        "loss": "bad",
    },
    "coverage_state": {"reserved": "info", "waiting": "warn", "active": "ok", "declined": "bad"},
    "check_result": {"pass": "ok", "fail": "bad", "confirm": "warn"},
    "order_state": {"proposed": "warn", "carried_out": "ok", "refused": "bad"},
    "check": {"passed": "ok", "open": "warn", "failed": "bad"},
}


def tag_colour(kind: str, code: object) -> str:
    """ok, info, warn, bad, or "" for grey."""
    return _COLOURS.get(kind, {}).get(str(code), "")
