"""Ratios as people read them: exact, never rounded unseen."""

from fractions import Fraction

WHOLE_BP = 10_000
"""A whole in basis points."""


def percent(share: Fraction | int) -> str:
    """54%, 12.5%, or the fraction where no finite percentage says it exactly."""
    hundred = Fraction(share) * 100
    for places in range(7):
        scaled = hundred * 10**places
        if scaled.denominator == 1:
            whole, rest = divmod(abs(scaled.numerator), 10**places)
            decimals = f".{rest:0{places}d}" if places else ""
            return f"{'-' if scaled < 0 else ''}{whole}{decimals}%"
    return f"{Fraction(share).numerator}/{Fraction(share).denominator}"


def percent_of_bp(basis_points: int) -> str:
    """Basis points for people: 435 → "4.35%", 500 → "5%"."""
    return percent(Fraction(basis_points, WHOLE_BP))
