"""What must hold of those who pledge a right that is not the borrower's alone, in every programme."""

from collections.abc import Iterator

from services.applications.domain.pledgor import (
    CONSENT,
    CONSENT_SOURCE,
    Pledgor,
    owners_in,
)
from services.applications.domain.submission import Collateral, Submission, Surroundings
from shared import canonical
from shared.ratios import WHOLE_BP, percent_of_bp
from shared.schemes.decide.findings import Finding


def pledgors_have_agreed(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """Whoever owns a right pledges it: the owner and every co-owner is among its pledgors, and who is
    not the borrower has agreed in a paper of the case."""
    for index, right in enumerate(case.collateral):
        at = f"/collateral/{index}/pledgors"
        if right.pledgors:
            yield from _owner(right, at)
            yield from _shares(right, at)
            for number, one in enumerate(right.pledgors):
                yield from _one(case, right, one, f"{at}/{number}")
        yield from _co_owners(case, right, around, at)


def _owner(right: Collateral, at: str) -> Iterator[Finding]:
    names = {one.name_canonical for one in right.pledgors}
    codes = {one.uscc for one in right.pledgors if one.uscc}
    missing = (
        []
        if right.owner_uscc in codes
        else [one for one in owners_in(right.owner_name) if canonical.name(one) not in names]
    )
    for one in missing:
        yield _found("owner-not-pledgor", at, f"{right.number} 的权利人 {one} 不在出质人之列",
                     f"The owner of {right.number}, {one}, is not among its pledgors.",
                     number=right.number, owner=one)  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for number, pledgor in enumerate(right.pledgors):
        key = (pledgor.uscc or pledgor.id_masked or "", pledgor.name_canonical)
        if key in seen:
            yield _found("pledgor-named-twice", f"{at}/{number}/name",
                         f"出质人 {pledgor.name} 重复", f"The pledgor {pledgor.name} is named twice.",
                         pledgor=pledgor.name)  # fmt: skip
        seen.add(key)


def _shares(right: Collateral, at: str) -> Iterator[Finding]:
    stated = [one.share_bp for one in right.pledgors if one.share_bp is not None]
    if stated and (len(stated) < len(right.pledgors) or sum(stated) != WHOLE_BP):
        yield _found("pledgor-shares-not-whole", at,
                     f"{right.number}：出质人的份额须都填写且合计 100%，现为 {percent_of_bp(sum(stated))}",
                     f"The pledgors' shares of {right.number} are all stated and come to the whole; "
                     f"they come to {percent_of_bp(sum(stated))}.",
                     together=percent_of_bp(sum(stated)))  # fmt: skip


def _one(case: Submission, right: Collateral, one: Pledgor, at: str) -> Iterator[Finding]:
    is_the_firm = (
        one.uscc == case.borrower.uscc
        if one.uscc
        else one.name_canonical == case.borrower.name_canonical
    )
    if one.is_borrower:
        if not is_the_firm:
            yield _found("pledgor-is-not-borrower", f"{at}/role",
                         f"{one.name} 不是借款企业", f"{one.name} is not the borrower.",
                         pledgor=one.name)  # fmt: skip
        return
    if one.consent is None:
        yield _found("pledgor-consent-missing", f"{at}/consent",
                     f"{right.number} 的出质人 {one.name} 缺少同意书",
                     f"The consent of {one.name} to pledge {right.number} is missing.",
                     pledgor=one.name, number=right.number)  # fmt: skip
    elif not any(
        paper.kind == CONSENT and paper.document_id == one.consent for paper in case.documents
    ):
        yield _found("pledgor-consent-not-on-case", f"{at}/consent",
                     f"{one.name} 的同意书不在本申请的材料中（种类 {CONSENT}）",
                     f"The consent of {one.name} is not among the papers of the case, as {CONSENT}.",
                     pledgor=one.name)  # fmt: skip


def _co_owners(
    case: Submission, right: Collateral, around: Surroundings, at: str
) -> Iterator[Finding]:
    """Those whom the register of rights names, where it names several."""
    named = {one.name_canonical for one in right.pledgors} | {case.borrower.name_canonical}
    for one in around.co_owners.get(right.key, ()):
        if canonical.name(one) not in named:
            yield _found("co-owner-not-pledgor", at,
                         f"登记簿载明 {right.number} 的共有人 {one}，未列为出质人",
                         f"The register names {one} as a co-owner of {right.number}, and they are no "
                         "pledgor.",
                         number=right.number, co_owner=one)  # fmt: skip


def _found(code: str, field: str, zh: str, en: str, **evidence: str) -> Finding:
    return Finding(code, CONSENT_SOURCE, zh, en, evidence, field)
