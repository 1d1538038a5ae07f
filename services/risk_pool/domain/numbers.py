"""The numbers people use: DL-K-2026-0001 is the first cash entry of 2026 in the pool of Dongli."""


def number(prefix: str, series: str, year: int, serial: int) -> str:
    """`DL-K-2026-0001`; more digits when a year has more than 9,999."""
    return f"{prefix}-{series}-{year}-{serial:04d}"
