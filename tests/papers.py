"""Stored papers for tests: small real PDFs, one for each kind, sent over the real API."""

import hashlib
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.papers import DocumentStoredV1
from shared.schemes.vocabulary import DOCUMENTS
from zhidai.demo.paper import pdf


def document(kind: str) -> dict[str, str]:
    """How a case refers to the paper of a kind, once `stores` has sent it."""
    return {
        "kind": kind,
        "sha256": hashlib.sha256(pdf(kind)).hexdigest(),
        "filename": f"{kind}.pdf",
    }


KINDS = (*DOCUMENTS, "minutes", "report", "evidence")
"""What cases of the pool refer to."""


def told(institution: str, *kinds: str) -> list[DocumentStoredV1]:
    """What applications says of an institution's papers, to a pool that runs without it."""
    return [
        DocumentStoredV1(
            document_id=uuid5(UUID(int=0), f"{institution}/{kind}"),
            bank_code=institution,
            sha256=document(kind)["sha256"],
            filename=f"{kind}.pdf",
            media_type="application/pdf",
            size=len(pdf(kind)),
        )
        for kind in kinds or KINDS
    ]


def shown(institution: str, kind: str) -> dict[str, str]:
    """How a case shows the paper of a kind."""
    (one,) = told(institution, kind)
    return {**document(kind), "document": str(one.document_id)}


async def stores(person: Any, *kinds: str) -> list[dict[str, Any]]:
    """A person of an institution sends the papers of these kinds; what each is stored as."""
    kept = []
    for kind in kinds:
        answer = await person.post("/documents", content=pdf(kind), params={"name": f"{kind}.pdf"})
        assert answer.status_code in (200, 201), answer.text
        kept.append(answer.json())
    return kept


async def sends(person: Any, *kinds: str) -> list[dict[str, str]]:
    """A person of an institution sends the papers of these kinds; how a case refers to them."""
    kept = await stores(person, *kinds)
    return [{"kind": kind, "document": one["id"]} for kind, one in zip(kinds, kept, strict=True)]
