"""Each application of the sandbox's kit leads to what the kit says, all of it at once."""

from shared.clock import business_date
from tests.applications.office import Office
from zhidai.sandbox import kit


async def test_every_application_of_the_kit_comes_to_what_it_says(office: Office):
    bank = office.bank()
    paper = (await bank.get("/documents", params={"limit": 1})).json()["items"][0]["id"]
    today = business_date(office.now)
    found, said = {}, {}

    for one in kit.tries():
        body = one.application(today=today, document=paper)
        answer = await bank.post("/pre-checks", json=body)
        assert answer.status_code == 200, (one.name, answer.text)
        verdict = answer.json()
        found[one.name] = (verdict["would_be"], kit.codes_of(verdict))
        said[one.name] = (one.would_be, one.codes)

    assert found == said
    assert len(said) == len(kit.tries()), "no name twice"
    assert {would_be for would_be, _ in said.values()} == {
        "accepted", "returned_for_correction", "refused",
    }  # fmt: skip
