"""From what a request said to the values that the rules are about."""

from services.applications.api.requests import CollateralBody, SubmissionBody
from services.applications.domain.case import Borrower, Case, Collateral, RightKey, Valuation
from services.applications.domain.rights import read_right


def as_case(body: SubmissionBody) -> Case:
    """A submission as the rules see it. Numbers are in their registers' normal form."""
    return Case(
        pool_code=body.pool_code,
        mode=body.mode,
        parties=body.parties,
        borrower=Borrower(
            uscc=body.borrower.uscc,
            name=body.borrower.name,
            registered_on=body.borrower.registered_on,
            is_sme=body.borrower.is_sme,
            region_code=body.borrower.region_code,
        ),
        amount_fen=body.amount_fen,
        tenor_months=body.tenor_months,
        annual_rate_bp=body.annual_rate_bp,
        purpose=body.purpose,
        repayment=body.repayment,
        has_other_collateral=body.has_other_collateral,
        ip_share_bp=body.ip_share_bp,
        is_first_loan=body.is_first_loan,
        attributes=body.attributes,
        collateral=tuple(_collateral(item) for item in body.collateral),
        document_kinds=tuple(paper.kind for paper in body.documents),
    )


def _collateral(item: CollateralBody) -> Collateral:
    right = read_right(item.kind, item.number)
    return Collateral(
        key=RightKey(item.kind, right.number, item.nice_class or 0),
        name=item.name,
        owner_uscc=item.owner_uscc,
        owner_name=item.owner_name,
        filed_on=item.filed_on,
        expires_on=item.expires_on,
        valuation=Valuation(
            amount_fen=item.valuation.amount_fen,
            method=item.valuation.method,
            appraiser=item.valuation.appraiser,
            valued_on=item.valuation.valued_on,
        ),
        number_year=right.year,
        has_old_number=right.is_old,
    )
