"""Papers that were stored before anybody was told of them are told of, once, by the migration."""

from uuid import uuid4

from shared.contracts.papers import DocumentStoredV1
from tests.migrations.earlier import database_at

PAPER = """
insert into stored_documents (id, bank_code, sha256, size, media_type, filename, sent_by, sent_name,
                              sent_at, withdrawn_at)
values ($1, $2, sha256($3::text::bytea), 48213, 'application/pdf', '“营业”执照.pdf', 'clerk', '柜员',
        '2026-03-02T01:00:00Z', $4::timestamptz)
"""


async def test_papers_of_before_are_told_of_and_those_taken_back_may_go(postgres_url):
    async with database_at(postgres_url, "applications", "0014") as old:
        conn = old.conn
        bank, bureau, back = uuid4(), uuid4(), uuid4()
        at = await conn.fetchval("select '2026-03-03T01:00:00Z'::timestamptz")
        for paper, institution, withdrawn in ((bank, "ICBC-TJ", None), (bureau, "*", None),
                                              (back, "ICBC-TJ", at)):  # fmt: skip
            await conn.execute(PAPER, paper, institution, str(paper), withdrawn)

        await old.is_upgraded()

        rows = await conn.fetch("select * from outbox where aggregatetype = 'applications'")
        let_go = await conn.fetch("select id from stored_documents where let_go_at is not null")
    told = {row["aggregateid"]: row for row in rows if row["type"] == DocumentStoredV1.type}
    events = {
        key: DocumentStoredV1.model_validate_json(row["payload"]) for key, row in told.items()
    }
    assert events.keys() == {str(bank), str(bureau)}
    assert {key: row["institution"] for key, row in told.items()} == {
        key: event.institution for key, event in events.items()
    }
    assert (events[str(bank)].filename, events[str(bank)].size) == ("“营业”执照.pdf", 48213)
    assert all(row["ce_subject"] == row["aggregateid"] for row in told.values())
    assert [row["id"] for row in let_go] == [back]
