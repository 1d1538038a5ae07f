"""Stored papers for tests: small real PDFs, one for each kind, sent over the real API."""

import hashlib
from typing import Any

from zhidai.demo.paper import pdf


def document(kind: str) -> dict[str, str]:
    """How a case refers to the paper of a kind, once `stores` has sent it."""
    return {
        "kind": kind,
        "sha256": hashlib.sha256(pdf(kind)).hexdigest(),
        "filename": f"{kind}.pdf",
    }


async def stores(person: Any, *kinds: str) -> list[dict[str, Any]]:
    """A person of an institution sends the papers of these kinds; what each is stored as."""
    kept = []
    for kind in kinds:
        answer = await person.post("/documents", content=pdf(kind), params={"name": f"{kind}.pdf"})
        assert answer.status_code in (200, 201), answer.text
        kept.append(answer.json())
    return kept
