"""Dividing fen without losing or making any (programmes H.1)."""

from collections.abc import Sequence


def by_residual(base_fen: int, parts: Sequence[int], whole: int, residual: int) -> list[int]:
    """Each share half-up on its own in the order given; the residual index takes the difference.

    Where that would make the residual negative, whoever was rounded up most gives a fen back
    (the first named at a tie) until it is zero. `parts` sum to `whole`; base_fen >= 0.
    """
    doubled = 2 * whole
    shares = [(2 * base_fen * part + whole) // doubled for part in parts]
    shares[residual] += base_fen - sum(shares)
    while shares[residual] < 0:
        # Somebody was rounded up, so the most so rounded is not the residual, which is negative.
        most = max(
            range(len(parts)),
            key=lambda index: (shares[index] * whole - base_fen * parts[index], -index),
        )
        shares[most] -= 1
        shares[residual] += 1
    return shares


def by_largest_remainder(base_fen: int, parts: Sequence[int], whole: int) -> list[int]:
    """Each share rounded down; the fen left over go to the largest remainders, ties first named.

    `parts` sum to `whole` > 0; base_fen >= 0. The shares sum to base_fen.
    """
    exact = [base_fen * part for part in parts]
    shares = [share // whole for share in exact]
    left = base_fen - sum(shares)
    by_remainder = sorted(range(len(parts)), key=lambda index: (-(exact[index] % whole), index))
    for index in by_remainder[:left]:
        shares[index] += 1
    return shares


def divide(
    rounding: str, base_fen: int, parts: Sequence[int], whole: int, residual: int
) -> list[int]:
    """Shares by the rounding that a scheme states: `residual` or `largest_remainder`."""
    if rounding == "residual":
        return by_residual(base_fen, parts, whole, residual)
    return by_largest_remainder(base_fen, parts, whole)


def cut(due_fen: Sequence[int], allowed_fen: int) -> list[int]:
    """What several payers still pay under a cap: in proportion to what was due, exactly the cap.

    A cap not below the sum cuts nothing.
    """
    total = sum(due_fen)
    if allowed_fen >= total:
        return list(due_fen)
    return by_largest_remainder(max(allowed_fen, 0), due_fen, total)
