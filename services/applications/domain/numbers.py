"""The numbers people call cases by: DL-2026-000123 is the 123rd of 2026 in the pool of Dongli."""


def case_number(prefix: str, year: int, serial: int) -> str:
    """The number of a case; six digits, more when a year has more than 999,999."""
    return f"{prefix}-{year}-{serial:06d}"
