"""Terms, losses, caps and what was borne, as short as the example of a rule needs them."""

from fractions import Fraction

from shared.schemes.decide.claims import (
    Borne,
    ClaimFacts,
)
from shared.schemes.rules.limits import Cap
from shared.schemes.rules.sharing import Row, Sharing
from tests.schemes.strategies import terms_of

HALF = (("pool", Fraction(1, 2)), ("bank", Fraction(1, 2)))


def flat(**shares: int) -> Sharing:
    return Sharing(
        rows=(
            Row(
                when=(),
                shares=tuple((party, Fraction(part, 100)) for party, part in shares.items()),
            ),
        )
    )


def terms(sharing: Sharing | None = None, **rules: object):
    sharing = sharing or flat(pool=50, bank=50)
    parties = tuple(party for party, _ in sharing.rows[0].shares)
    return terms_of(**({"parties": parties, "sharing": sharing} | rules))


def loss(fen: int, **more: object) -> ClaimFacts:
    return ClaimFacts(outstanding_principal_fen=fen, **more)


def cap(code: str = "c", **rules: object) -> Cap:
    return Cap(**({"code": code, "parties": ("pool",), "per": "loan"} | rules))


def borne(**changed: object) -> Borne:
    said = {
        "version": "v", "residual": "bank", "bearer": "bank",
        "borne": {"pool": 400, "bank": 600}, "parts": {"pool": 2, "bank": 3},
        "interest_outside_fen": 50, "ip_share": Fraction(1, 2), "order": "pro_rata",
        "recovered_by": "bank",
    }  # fmt: skip
    return Borne(**(said | changed))
