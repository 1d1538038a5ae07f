"""A bank's day by a generated client: submit, follow, report, claim, and read what is wrong."""

import json
import os
from pathlib import Path
from time import sleep
from uuid import uuid4

import zhidai_applications as applications
import zhidai_risk_pool as risk_pool
from zhidai_applications.api.applications import submit
from zhidai_applications.api.events import feed
from zhidai_applications.api.loans import report_positions
from zhidai_applications.models import PositionsBody, RequestProblem, SubmissionBody
from zhidai_risk_pool.api.claims import file_claim
from zhidai_risk_pool.models import NewClaim

token = os.environ["TOKEN"]
bank = applications.AuthenticatedClient(os.environ["APPLICATIONS"], token)
pool = risk_pool.AuthenticatedClient(os.environ["RISK_POOL"], token)


def said(name):
    return json.loads(Path(f"{name}.json").read_text(encoding="utf-8"))


case = submit.sync(
    client=bank, body=SubmissionBody.from_dict(said("application")), idempotency_key=str(uuid4())
)
print("submitted", case.state)

page = feed.sync(client=bank, limit=100)
while not (told := [event.type_ for event in page.items if event.subject == case.number]):
    sleep(0 if page.items else 1)  # at the end there is nothing new yet
    page = feed.sync(client=bank, cursor=page.next_cursor, limit=100)
print("followed", told[0])

report = PositionsBody.from_dict(said("report"))
verdicts = report_positions.sync(client=bank, body=report, idempotency_key=str(uuid4()))
print("reported", verdicts.accepted, "of", len(report.items))

claim = file_claim.sync(
    client=pool, body=NewClaim.from_dict(said("claim")), idempotency_key=str(uuid4())
)
print("claimed", claim.state)

report.month = "2025-13"
problem = report_positions.sync(client=bank, body=report, idempotency_key=str(uuid4()))
assert isinstance(problem, RequestProblem)
print("problem", problem.code, problem.errors[0].pointer)
