"""Papers in the browser: shown beside the decision, noted on, refused, asked for, stored by a form."""

from tests.applications.office import PAPERS
from tests.console.house import House
from tests.papers import document, stores
from zhidai.demo.paper import pdf


async def look_at(house: House, **changes):
    """(a case, the address of its first paper)."""
    case = await house.has_case(**changes)
    reviewer = house.person("applications", "reviewer-lin", "reviewer")
    shown = (await reviewer.get(f"/applications/{case['id']}")).json()["documents"]
    return case, f"/cases/{case['id']}/papers/{shown[0]['document']}"


async def test_a_reviewer_opens_a_paper_turns_it_comes_nearer_and_lays_another_beside(house: House):
    case, path = await look_at(house)

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(f"/cases/{case['id']}")
        assert path in page.links
        page = await reviewer.opens(path)
        assert page.status == 200 and "第 1 / 1 页" in page.text, page.text
        turned = await reviewer.opens(next(one for one in page.links if "turn=90" in one))
        assert "turn-90" in turned.html
        near = await reviewer.opens(next(one for one in turned.links if "zoom=150" in one))
        assert "zoom-150 turn-90" in near.html and "width=1600" in near.html
        beside = await reviewer.opens(next(one for one in page.links if "beside=" in one))
        assert "side-by-side" in beside.html and "ip_certificates.pdf" in beside.text
        picture = await reviewer.client.get(f"/papers/{path.rsplit('/', 1)[1]}/pages/1?width=160")
        assert picture.headers["content-type"] == "image/png" and picture.content[1:4] == b"PNG"
        file = await reviewer.client.get(f"/papers/{path.rsplit('/', 1)[1]}/content")
        assert file.content == pdf(PAPERS[0])
        assert "attachment" in file.headers["content-disposition"]
        again = await reviewer.opens(path)
        assert "缩略图" in again.text and "下载" in again.text, "who looked is shown"


async def test_a_note_and_a_refusal_are_kept_and_the_bank_reads_the_refusal_alone(house: House):
    case, path = await look_at(house)

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        empty = await reviewer.sends(page, f"{path}/note", text=" ")
        assert empty.status == 422
        noted = await reviewer.sends(page, f"{path}/note", text="注册资本与申请表不一致")
        assert "批注已保存" in noted.text and "注册资本与申请表不一致" in noted.text
        refused = await reviewer.sends(
            noted, f"{path}/verdict", reason="印章不清", verdict="refused"
        )
        assert "材料意见已保存" in refused.text and "未被接受" in refused.text, refused.text
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{case['id']}")
        assert "待补交 1 类" in page.text and "印章不清" in page.text
        page = await clerk.opens(path)
        assert page.status == 200 and "注册资本" not in page.text
        assert f"{path}/verdict" not in page.actions
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        accepted = await reviewer.sends(
            page, f"{path}/verdict", reason="已核原件", verdict="accepted"
        )
        assert "已提交" in accepted.text


async def test_a_case_goes_back_with_the_papers_that_are_open_asked_for_by_kind(house: House):
    case, path = await look_at(house)

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        await reviewer.sends(page, f"{path}/verdict", reason="印章不清", verdict="refused")
        page = await reviewer.opens(f"/cases/{case['id']}")
        page = await reviewer.sends(page, f"/cases/{case['id']}/take")
        send = f"/cases/{case['id']}/return"
        assert page.form(send)["ask_for"] == PAPERS[0]
        nothing = await reviewer.sends(page, send, ask_for=[])
        assert nothing.status == 422 and "请写明需补正的事项" in nothing.text, nothing.text
        returned = await reviewer.sends(page, send)
    assert "请补交材料：营业执照" in returned.text, returned.text


async def test_a_kind_that_is_not_needed_is_said_on_the_case(house: House):
    case = await house.has_case(documents=[document(kind) for kind in PAPERS[1:]])
    send = f"/case-papers/{case['id']}/verdict"

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(f"/cases/{case['id']}")
        assert "缺少" in page.text
        wrong = await reviewer.sends(page, send, reason="")
        assert wrong.status == 422
        page = await reviewer.sends(page, send, reason="另有登记证明")
    assert "不适用" in page.text and "另有登记证明" in page.text, page.text


async def test_a_claims_papers_are_opened_where_they_are_stored_and_marked_where_not(house: House):
    claim = await house.has_claim()
    old = [
        *claim["documents"][:1],
        {"kind": "claim_report", "sha256": "7" * 64, "filename": "旧.pdf"},
    ]
    async with house.services["risk_pool"].context.database.begin("*") as conn:
        await conn.execute("update claims set documents = $1", old)
    clerk = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    (kept,) = await stores(clerk, "claim_form")
    path = f"/claims/{claim['id']}/papers/{kept['id']}"

    async with house.logged_in("finance-sun") as finance:
        page = await finance.opens(f"/claims/{claim['id']}")
        assert path in page.links
        assert "只有文件名和校验值，未存原件" in page.text
        page = await finance.opens(path)
        assert page.status == 200 and claim["number"] in page.text
        assert f"{path}/verdict" not in page.actions
        noted = await finance.sends(page, f"{path}/note", text="金额与台账一致")
    assert "金额与台账一致" in noted.text, noted.text


async def test_another_banks_paper_is_not_there(house: House):
    _, path = await look_at(house)
    document_id = path.rsplit("/", 1)[1]

    async with house.logged_in("ccb-operator") as stranger:
        for address in (path, f"/papers/{document_id}/pages/1", f"/papers/{document_id}/content"):
            assert (await stranger.client.get(address)).status_code == 404, address


async def test_what_is_only_offered_for_download_says_so(house: House):
    from tests.applications.papers.files import ofd

    clerk = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    kept = (await clerk.post("/documents", content=ofd(), params={"name": "执照.ofd"})).json()
    papers = [document(kind) for kind in PAPERS]
    papers[0] = {"kind": PAPERS[0], "document": kept["id"]}
    _, path = await look_at(house, documents=papers)

    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)

    assert "请下载后查看" in page.text and f"/papers/{kept['id']}/content" in page.links


async def test_a_file_that_is_chosen_in_a_form_is_stored_and_a_foreign_page_stores_none(
    house: House,
):
    loan = await house.has_loan()

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{loan['id']}")
        token = page.form(f"/loans/{loan['id']}/changes")["_token"]
        file = {"file": ("展期协议二.pdf", pdf("展期协议二"))}
        foreign = await clerk.client.post("/papers", files=file, data={"_token": "x"})
        kept = await clerk.client.post("/papers", files=file, data={"_token": token})
        wrong = await clerk.client.post(
            "/papers", files={"file": ("a.pdf", b"no paper")}, data={"_token": token}
        )

    assert foreign.status_code in (400, 403)
    assert kept.json() | {"id": ""} == {
        "id": "",
        "sha256": document("展期协议二")["sha256"],
        "filename": "展期协议二.pdf",
    }
    assert (wrong.status_code, "不接受此类文件" in wrong.json()["detail"]) == (415, True)
