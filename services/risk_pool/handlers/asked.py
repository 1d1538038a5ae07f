"""A request for capacity, whoever makes it: a new approval, or somebody in the waiting line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.risk_pool.domain.capacity import CapacityRequest
from services.risk_pool.domain.coverage import Coverage
from services.risk_pool.domain.coverage_changes import FiledLoan


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What a new approval says beside its request; of who waits it is known."""

    ip_share_bp: int
    ip_amount_fen: int | None
    tenor_months: int
    annual_rate_bp: int
    parties: Mapping[str, str]
    attributes: Mapping[str, Any]
    is_first_loan: bool
    is_multi_ip_type: bool
    filed: FiledLoan | None = None
    """The loan as it is out already, where it was filed afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for capacity: of a new approval, or of somebody in the line."""

    about: Mapping[str, Any]
    """Whose loan it is, as its events say."""
    before: Coverage | None
    request: CapacityRequest
    programme: str
    mode: str
    held_from: date
    fresh: Fresh | None = None
    """None: it waits in line."""
    line_no: int = 0
    limits: Sequence[Mapping[str, Any]] = ()
    """Waiting: what held it up when the line was last walked."""

    @property
    def loan_id(self) -> UUID:
        """Whose request it is."""
        loan_id: UUID = self.about["loan_id"]
        return loan_id
