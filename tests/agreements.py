"""Agreements as two persons make them, for stories that need a line or a plan."""

from typing import Any


async def agreed(maker: Any, checker: Any, pool: str, party: str, **terms: Any) -> Any:
    """One person enters a version, another puts it in force; the version as it then stands."""
    body = {
        "party_code": party,
        "valid_from": "2026-01-02",
        "reference": "合作协议 2026-01",
        "backdating_reason": "协议先行签订，补登",
        **terms,
    }
    entered = await maker.post(f"/pools/{pool}/agreements", json=body)
    assert entered.status_code == 201, entered.text
    answer = await checker.post(f"/agreements/{entered.json()['id']}/release")
    assert answer.status_code == 200, answer.text
    return answer.json()
