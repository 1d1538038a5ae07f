"""The programme of the stories: Dongli's, with a way to a decision that takes no days, and with no
limit but the pool's balance, so that what a claim pays is one multiplication."""

from shared.schemes import library

PROGRAMME = "dongli"
POOL_SHARE_PERCENT = 40
_NO_STEPS = ("expert_review:", "bureau_opinion:", "joint_meeting:", "public_notice:")
_NO_CAPS = ("code: per_loan", "code: borrower_year", "code: bank_year", "code: programme_year")
_NO_LIMITS = ("bank_share_of_capacity:", "bank_breaker:", "minimum_leverage:")


def programme() -> tuple[str, str]:
    """Its text, and that of the common rules it extends ("" for none)."""
    text, common = library.texts(PROGRAMME)
    lines, skip = [], False
    for line in text.splitlines():
        if line.startswith("  ") and line.strip().startswith(_NO_LIMITS):
            skip = True
            continue
        if skip and line.startswith("    "):
            continue
        skip = False
        if line.strip().startswith(_NO_STEPS) or any(cap in line for cap in _NO_CAPS):
            continue
        lines.append(line)
    return "\n".join(lines) + "\n", common
