"""Cash as finance enters and releases it, for stories that need money moved."""

from typing import Any


async def released(
    maker: Any, checker: Any, pool: str, kind: str, amount: str, on: str, **more: Any
) -> Any:
    """One person enters it, another releases it; the entry as it then stands."""
    body = {"kind": kind, "amount": amount, "value_date": on, **more}
    entered = await confirmed(maker, f"/pools/{pool}/cash-entries", body)
    assert entered.status_code == 201, entered.text
    return await release(checker, entered.json())


async def confirmed(maker: Any, path: str, body: Any) -> Any:
    """What looks like an earlier entry is another payment in these stories."""
    answer = await maker.post(path, json=body)
    if answer.status_code == 409 and answer.json()["code"] == "likely-double":
        other = answer.json()["entry"]["id"]
        answer = await maker.post(path, json={**body, "confirm_double_of": other})
    return answer


async def release(checker: Any, entry: Any) -> Any:
    """Another person releases what was entered."""
    answer = await checker.post(f"/cash-entries/{entry['id']}/release", json={})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pay_claim(maker: Any, checker: Any, claim: Any, **how: Any) -> Any:
    """A claim's payment is entered by one person and released by another; the claim then."""
    at = f"/claims/{claim['id']}"
    entered = await confirmed(maker, f"{at}/enter_payment", how)
    assert entered.status_code == 200, entered.text
    for entry in entered.json()["payments"]:
        if entry["state"] == "entered":
            await release(checker, entry)
    return (await maker.get(at)).json()


async def reversed_by_two(maker: Any, checker: Any, entry: Any, **said: Any) -> Any:
    """A booked entry is taken back by one person's entry and another's release."""
    entered = await maker.post(f"/cash-entries/{entry['id']}/reversal", json=said)
    assert entered.status_code == 201, entered.text
    return await release(checker, entered.json())


async def settle_items(maker: Any, checker: Any, pool: str, on: str) -> None:
    """Everything that posted months have left is collected, then paid, in full."""
    items = (await maker.get(f"/pools/{pool}/open-items")).json()["items"]
    for kind, direction in (("receipt", "receivable"), ("payment", "payable")):
        for item in items:
            if item["direction"] == direction and item["reference"].startswith("settlement:"):
                reference = item["reference"]
                await released(maker, checker, pool, kind, item["open"], on, item=reference)
