"""Ratios as people read them: exact, never rounded unseen."""

from fractions import Fraction

WHOLE_BP = 10_000
"""A whole in basis points."""


def ip_share(*, share_bp: int, amount_fen: int, ip_amount_fen: int | None) -> Fraction:
    """The part of a loan that intellectual property is pledged for (programmes H.7): exactly, by
    the amount that the contract states for it, else in basis points."""
    if ip_amount_fen is not None:
        assert 0 < ip_amount_fen <= amount_fen
        return Fraction(ip_amount_fen, amount_fen)
    return Fraction(share_bp, WHOLE_BP)


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
