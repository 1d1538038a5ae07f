"""Programmes are published before a pool opens: proposed by one person, published by another."""

from datetime import date
from typing import Any

from shared.contracts.risk_pool import SchemePublishedV1
from shared.schemes import library
from shared.schemes.completeness import assumed
from shared.schemes.publication import Publication, scheme_of

PROPOSER, PUBLISHER = "manager-ding", "approver-yan"


def publication(programme: str, text: str | None = None) -> Publication:
    """The text of a programme's file, or a text of the test's own."""
    whole = library.texts(programme)
    if text is None:
        return Publication(programme, *whole)
    extends = "\nextends:" in text
    return Publication(programme, text, whole[1]) if extends else Publication(programme, text)


def proposal(
    programme: str, text: str | None = None, *, in_force_from: date | None = None
) -> dict[str, Any]:
    """What is sent to propose it: from its first day, everything assumed accepted by name."""
    published = publication(programme, text)
    scheme = scheme_of(published, published.sha256)
    since = in_force_from or scheme.valid_from
    return {
        "text": published.text,
        "common_text": published.common_text,
        "in_force_from": since.isoformat(),
        "accepts": list(assumed(scheme, since=since)),
    }


async def publish(
    risk_pool: Any, programme: str, text: str | None = None, *, in_force_from: date | None = None
) -> dict[str, Any]:
    """Two persons publish a version in a running risk pool; the answer is the version."""
    proposer = risk_pool.as_(PROPOSER, "pool_manager")
    publisher = risk_pool.as_(PUBLISHER, "approver")
    body = proposal(programme, text, in_force_from=in_force_from)
    proposed = await proposer.post(f"/programmes/{programme}/versions", json=body)
    assert proposed.status_code == 201, proposed.text
    number = proposed.json()["number"]
    published = await publisher.post(f"/programmes/{programme}/versions/{number}/publish", json={})
    assert published.status_code == 200, published.text
    answer: dict[str, Any] = published.json()
    return answer


def heard(
    programme: str, text: str | None = None, *, number: int = 1, in_force_from: date | None = None
) -> SchemePublishedV1:
    """What the pool's service tells the others of a published version."""
    published = publication(programme, text)
    scheme = scheme_of(published, published.sha256)
    return SchemePublishedV1(
        programme=programme,
        number=number,
        in_force_from=in_force_from or scheme.valid_from,
        sha256=published.sha256,
        text=published.text,
        common_text=published.common_text,
        published_on=date(2026, 1, 1),
    )
