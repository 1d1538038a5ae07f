"""Statements of posted months are signed, so that any reader can verify them, and kept as signed."""

import asyncio
import base64
import io

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from services.risk_pool.main import send_signed_statements
from services.risk_pool.reports.signing import FIELD
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_settlements import story
from tests.risk_pool.claims.test_statements import fetched, settled, words_of


def signatures_of(pdf):
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures


async def verified(pool, pdf):
    """What a reader finds that trusts the certificate told by the API."""
    told = (await pool.auditor.get("/signing-certificate")).json()
    _, _, der = pem.unarmor(told["pem"].encode())
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(der)])
    (signature,) = signatures_of(pdf)
    return await asyncio.to_thread(validate_pdf_signature, signature, trusted)


@pytest.mark.program("pyHanko", package="pyhanko", does="verifies a signed statement (PAdES)")
@pytest.mark.parametrize("party", ["ICBC", "dongli"])
async def test_a_posted_statement_is_signed_over_the_whole_file(running, party):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        pdf = (await fetched(pool, party, "pdf")).content
        found = await verified(pool, pdf)

    assert found.intact and found.valid and found.trusted and found.bottom_line
    assert found.coverage == SignatureCoverageLevel.ENTIRE_FILE
    (signature,) = signatures_of(pdf)
    assert signature.field_name == FIELD
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


async def test_a_changed_byte_of_a_signed_statement_is_found(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        pdf = (await fetched(pool, "ICBC", "pdf")).content
        (signature,) = signatures_of(pdf)
        start, length = signature.byte_range[0], signature.byte_range[1]
        # In the middle of a drawing stream: the file can still be opened and read.
        place = pdf.index(b"stream\n", start, start + length) + 40
        changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        found = await verified(pool, changed)
        whole = await verified(pool, pdf)

    assert whole.intact and not found.intact
    assert not found.bottom_line


async def test_a_signed_statement_is_kept_and_asked_for_at_once_is_the_same_file(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        answers = await asyncio.gather(*(fetched(pool, "ICBC", "pdf") for _ in range(4)))
        english = (await fetched(pool, "ICBC", "pdf", lang="en")).content
        async with pool.service.context.database.begin("*") as conn:
            kept = await conn.fetch("select language, pdf from signed_statements order by 1")

    assert len({answer.content for answer in answers}) == 1
    assert [tuple(row) for row in kept] == [("en", english), ("zh", answers[0].content)]


async def test_a_bank_has_no_signed_statement_of_another(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        await fetched(pool, "ICBC", "pdf")
        refused = await pool.bank("CCB").get(
            "/pools/dongli/settlements/2026-03/statements/ICBC.pdf"
        )
        async with pool.service.context.database.looking("CCB") as conn:
            seen = await conn.fetchval("select count(*) from signed_statements")

    assert (refused.status_code, seen) == (404, 0)


async def test_a_preview_has_no_signature(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        await pool.settles("2026-02", "preview")
        pdf = (await fetched(pool, "ICBC", "pdf", month="2026-02")).content

    assert signatures_of(pdf) == []
    assert "签名证书" not in words_of(pdf)


async def test_a_development_certificate_is_named_as_one_on_paper_and_by_the_api(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        paper = words_of((await fetched(pool, "ICBC", "pdf")).content)
        told = (await pool.auditor.get("/signing-certificate")).json()

    assert told["is_development"] is True
    assert "开发证书" in told["name"]
    assert "签名用的是开发证书，仅供演示，不具证明力" in paper


async def test_the_statements_of_a_posted_month_are_signed_and_told_once_where_it_is_wanted(
    running,
):
    wanted = {"sends_statements": True}
    async with claims_of(running, "ICBC", "CCB", settings=wanted, after=settled) as pool:
        for _ in range(2):
            await send_signed_statements(pool.service.context)
        posted = await pool.said("settlement.posted.v1")
        told = await pool.said("statement.signed.v1")
        kept = (await fetched(pool, "ICBC", "pdf")).content

    assert posted and all(one["papers_follow"] for one in posted)
    parties = [("CCB", "CCB"), ("ICBC", "ICBC"), ("dongli", "")]
    assert [(one["month"], one["party_code"], one["bank_code"]) for one in told] == [
        (one["month"], *party) for one in posted for party in parties
    ]
    own = next(one for one in told if (one["month"], one["party_code"]) == ("2026-03", "ICBC"))
    assert {line["party_code"] for line in own["statements"]} == {"ICBC"}
    assert [one["language"] for one in own["files"]] == ["zh", "en"]
    assert base64.b64decode(own["files"][0]["pdf"]) == kept, "the file that everybody is given"
    (signature,) = signatures_of(kept)
    assert signature.field_name == FIELD
