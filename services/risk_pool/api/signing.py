"""The certificate that signs statements, over HTTP: for whoever verifies them."""

import asyncio
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.risk_pool.api.cases import Anyone
from services.risk_pool.reports.signing import signing_of
from services.risk_pool.settings import Settings
from shared.context import Context
from shared.http.context import CurrentContext

router = APIRouter(tags=["settlements"])


class CertificateAnswer(BaseModel):
    """The installation's certificate. A statement keeps the one that it was signed with."""

    name: str
    issuer: str
    valid_until: datetime
    sha256: str = Field(description="Its fingerprint.")
    is_development: bool = Field(description="Made by ourselves for demonstrations; no proof.")
    pem: str = Field(description="For a PDF reader that is to trust it.")


def settings_of(context: Context) -> Settings:
    """This service's own settings."""
    assert isinstance(context.settings, Settings)
    return context.settings


@router.get("/signing-certificate")
async def show_signing_certificate(caller: Anyone, context: CurrentContext) -> CertificateAnswer:
    """Which certificate signs the statements of posted months."""
    signing = await asyncio.to_thread(signing_of, settings_of(context))
    return CertificateAnswer(
        name=signing.name,
        issuer=signing.issuer,
        valid_until=signing.valid_until,
        sha256=signing.sha256.hex(),
        is_development=signing.is_development,
        pem=signing.certificate,
    )
