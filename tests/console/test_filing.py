"""A loan that is filed after it was paid out, on the screen: in the form, on the case, at the opinion."""

from starlette.datastructures import FormData

from services.console.cases.actions import CASE_ACTIONS
from services.console.cases.application_form import body, shown
from tests.applications.filing import SEEN, filing


def as_form(said: dict) -> FormData:
    """The fields of the page filled with what an application says, as a browser sends them."""
    filled = shown(said)
    pairs = [("pool_code", said["pool_code"]), ("mode", said["mode"]), *filled.fields.items()]
    for row in filled.rights:
        pairs += [(f"right_{name}", value) for name, value in row.items()]
    for row in filled.papers:
        pairs += [(f"paper_{name}", value) for name, value in row.items()]
    for row in filled.others:
        pairs += [(f"other_{name}", value) for name, value in row.items()]
    return FormData(pairs)


def test_what_is_filed_stands_in_the_form_and_comes_out_as_it_was():
    said = filing()

    again = body(as_form(said))

    assert again["paid_out"] == said["paid_out"]
    assert again["collateral"][0]["registration"] == said["collateral"][0]["registration"]
    said["collateral"][0]["pledgors"] = [
        {"role": "co_owner", "name": "张三", "id_masked": "120101**********18", "share_bp": 5_000}
    ]
    said["other_collateral"] = [{"kind": "credit", "description": "信用", "amount": "1.00"}]
    again = body(as_form(said))
    assert again["collateral"][0]["pledgors"] == said["collateral"][0]["pledgors"]
    assert again["other_collateral"] == said["other_collateral"]
    plain = {name: value for name, value in said.items() if name != "paid_out"}
    plain["collateral"] = [{**said["collateral"][0], "registration": None, "pledgors": []}]
    usual = body(as_form(plain))
    assert "paid_out" not in usual and "registration" not in usual["collateral"][0]


def test_an_opinion_says_what_the_papers_show_where_the_loan_is_out():
    form = FormData(
        [("opinion", "相符"), *((f"paid_out_seen.{name}", value) for name, value in SEEN.items())]
    )

    assert CASE_ACTIONS["recommend"].body(form)["paid_out_seen"] == SEEN
    usual = CASE_ACTIONS["recommend"].body(FormData([("opinion", "同意")]))
    assert "paid_out_seen" not in usual
