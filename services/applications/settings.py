"""What the environment decides for this service."""

from typing import Annotated, Final

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.production import needs, secret
from shared.settings import ServiceSettings

LARGEST_DOCUMENT: Final = 2 * 1024**3
"""No setting allows a larger one, in bytes."""

LARGEST_BULK_FILE: Final = 1024**3
"""The same of files of many rows."""

NOT_CHOSEN: Final = ".zhidai/documents"
"""Where papers lie while nobody has said where."""

DEVELOPMENT_SECRET: Final = "only for development, links that anybody can forge"


class Settings(ServiceSettings):
    """The settings that all services share, under this service's prefix, and where papers lie."""

    model_config = SettingsConfigDict(env_prefix="APPLICATIONS_", frozen=True, extra="ignore")

    documents: Annotated[
        str,
        needs(
            lambda place, info: place != NOT_CHOSEN,
            "say where papers lie: they must outlive the process",
        ),
    ] = Field(
        default=NOT_CHOSEN,
        min_length=1,
        description="Where papers lie: a folder, or s3://bucket/prefix (with AWS_ENDPOINT and "
        "the other AWS_ variables for a store of your own).",
    )
    max_document_bytes: int = Field(
        default=50 * 1024**2,
        ge=1024,
        le=LARGEST_DOCUMENT,
        description="Larger papers: 413.",
    )
    max_bulk_file_bytes: int = Field(
        default=200 * 1024**2,
        ge=1024,
        le=LARGEST_BULK_FILE,
        description="Larger files of many rows: 413.",
    )
    document_link_secret: Annotated[
        SecretStr, needs(secret, "links to papers are signed by it; make one of your own")
    ] = Field(
        default=SecretStr(DEVELOPMENT_SECRET),
        min_length=32,
        description="Signs links to papers; the same for every process of the service.",
    )
    document_link_seconds: int = Field(
        default=300, ge=1, le=3600, description="How long a link to a paper can be used."
    )
    clamd: str = Field(
        default="",
        pattern=r"^(|unix:/.+|[^:/\s]+:[0-9]{1,5})$",
        description="host:port or unix:/path of a ClamAV daemon. Given, no paper is taken that it "
        "has not looked at.",
    )

    endangered_within_days: int = Field(
        default=90,
        ge=0,
        le=366,
        description="So many days ahead a pledged right that is expiring or endangered is told.",
    )

    drafts_kept_days: int = Field(
        default=180,
        ge=1,
        le=3660,
        description="Drafts of applications that nobody has touched for so many days go.",
    )
