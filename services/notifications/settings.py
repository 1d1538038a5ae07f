"""What the environment decides for notifications, under the prefix NOTIFICATIONS_."""

from datetime import time
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from cryptography.fernet import Fernet
from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.hours import ALWAYS, Hours
from services.notifications.domain.retries import WAITS_SECONDS
from shared.production import needs, secret
from shared.settings import ServiceSettings


class NotificationsSettings(ServiceSettings):
    """Settings of the notifications service. E-mail is off while no SMTP host is given."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True, extra="ignore")

    console_url: Annotated[
        HttpUrl,
        needs(
            lambda url, info: url.scheme == "https", "links in notices must lead people to https"
        ),
    ] = Field(description="Where people open the console; links begin with it.")
    encryption_keys: Annotated[
        SecretStr, needs(secret, "webhook secrets are encrypted by it; make one of your own")
    ] = Field(
        description="Keys that encrypt webhook secrets, separated by commas, the newest first; "
        "`openssl rand -base64 32 | tr '+/' '-_'` makes one."
    )

    webhook_allow_http: Annotated[
        bool,
        needs(
            lambda allowed, info: not allowed,
            "webhook_allow_http must not be set: notices would pass in the clear",
        ),
    ] = Field(default=False, description="Never in production.")
    webhook_private_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        description="Networks of our own in which endpoints may stand, separated by commas.",
    )
    webhooks_by_two: Annotated[
        bool | None,
        needs(
            lambda by_two, info: by_two is not False,
            "webhooks_by_two must not be off: an address or a secret takes two persons",
        ),
    ] = Field(
        default=None,
        description="A new address or secret of a webhook waits until a second person confirms it. Left "
        "out: in production, and not where one person tries it out.",
    )
    webhook_timeout_seconds: float = Field(default=15, gt=0, le=60)
    webhook_slow_seconds: float = Field(
        default=5, gt=0, description="An endpoint that takes longer is served behind the others."
    )
    webhook_room: int = Field(default=192, ge=1, description="Attempts at once, at good endpoints.")
    webhook_suspect_room: int = Field(default=64, ge=1, description="… and at failing ones.")
    webhook_at_once: int = Field(default=8, ge=1, description="Attempts at once per endpoint.")
    retry_waits_seconds: tuple[float, ...] = Field(
        default=WAITS_SECONDS, min_length=1, description="A JSON list: the waits between attempts."
    )
    lease_seconds: float = Field(
        default=8,
        gt=0,
        description="So long after a process died or hung, what it had in hand is taken over.",
    )
    poll_seconds: float = Field(default=0.5, gt=0, le=60)
    stream_seconds: float = Field(
        default=900, gt=0, description="A stream ends so late and is opened again with a new token."
    )
    heartbeat_seconds: float = Field(default=15, gt=0)

    attempts_kept_days: int = Field(
        default=180,
        ge=30,
        description="So long the log says what was answered to each attempt; what still waits keeps it.",
    )
    messages_kept_days: int = Field(
        default=1100,
        ge=180,
        description="So long a message and what became of it are kept: three years, the time in which "
        "claims lapse (民法典 art. 188); never less than the log of its attempts.",
    )
    quiet_hours: str = Field(
        default="20:00-08:00",
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$",
        description="Of group robots and SMS, where whoever sets one up says nothing else; in "
        "Asia/Shanghai. Empty: none.",
    )

    robots_at_once: int = Field(
        default=16, ge=1, description="Group robots of one provider that are told at once."
    )

    smtp_host: str = Field(default="", description="Empty: no e-mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"],
        needs(lambda value, info: value != "none", "smtp_security must be starttls or tls"),
    ] = "starttls"
    smtp_ca_file: str = Field(default="", description="PEM of the server's CA; empty: the system's")
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: str = Field(default="", description="The From address, e.g. pool@example.cn")
    smtp_at_once: int = Field(default=4, ge=1, le=100)
    smtp_timeout_seconds: float = Field(default=30, gt=0, le=120)

    bounces_maildir: str = Field(
        default="",
        description="A Maildir that the mail to smtp_sender is put into: letters that came back are "
        "read from it. Empty: none are.",
    )

    sms_gateway: str = Field(
        default="https://dysmsapi.aliyuncs.com/",
        description="Aliyun's, or one that speaks like it.",
    )
    sms_access_key: str = Field(default="", description="Empty: no SMS is sent.")
    sms_access_secret: SecretStr = SecretStr("")
    sms_signature: str = Field(
        default="", description="The registered 签名 that messages begin with."
    )
    sms_template: str = Field(
        default="", description="The registered template; its only variable is `title`."
    )
    sms_at_once: int = Field(default=8, ge=1, le=100)

    @field_validator("webhook_private_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [x.strip() for x in value.split(",") if x.strip()] if isinstance(value, str) else value
        )

    @field_validator("encryption_keys")
    @classmethod
    def _usable_keys(cls, value: SecretStr) -> SecretStr:
        keys = _keys(value)
        if not keys:
            raise ValueError("at least one key is needed")
        for number, key in enumerate(keys, start=1):
            try:
                Fernet(key)
            except ValueError:
                raise ValueError(f"key {number} is not 32 bytes in URL-safe base64") from None
        return value

    @model_validator(mode="after")
    def _fits(self) -> "NotificationsSettings":
        if self.smtp_host and "@" not in self.smtp_sender:
            raise ValueError("smtp_sender (an e-mail address) is needed when smtp_host is given")
        if self.smtp_password.get_secret_value() and not self.smtp_username:
            raise ValueError("smtp_username is needed when smtp_password is given")
        if self.bounces_maildir and not self.smtp_host:
            raise ValueError("smtp_host is needed when bounces_maildir is given")
        if self.sms_access_key and not (
            self.sms_access_secret.get_secret_value() and self.sms_signature and self.sms_template
        ):
            raise ValueError(
                "sms_access_secret, sms_signature and sms_template are needed when sms_access_key "
                "is given"
            )
        if self.messages_kept_days < self.attempts_kept_days:
            raise ValueError("messages_kept_days must not be less than attempts_kept_days")
        begins, _, ends = self.quiet_hours.partition("-")
        if self.quiet_hours and begins == ends:
            raise ValueError("quiet_hours must end at another time than they begin")
        return self

    @property
    def console(self) -> str:
        """Where links begin, without the last slash."""
        return str(self.console_url).rstrip("/")

    @property
    def address_policy(self) -> AddressPolicy:
        """Which addresses webhooks may be sent to."""
        return AddressPolicy(
            allow_http=self.webhook_allow_http, private_networks=self.webhook_private_networks
        )

    @property
    def usual_quiet(self) -> Hours:
        """The quiet hours of whoever says none; none in the settings is none."""
        if not self.quiet_hours:
            return ALWAYS
        begins, _, ends = self.quiet_hours.partition("-")
        return Hours(quiet_from=time.fromisoformat(begins), quiet_until=time.fromisoformat(ends))

    @property
    def encryption_key_list(self) -> tuple[str, ...]:
        """The keys that encrypt secrets, the newest first."""
        return _keys(self.encryption_keys)


def _keys(value: SecretStr) -> tuple[str, ...]:
    return tuple(key.strip() for key in value.get_secret_value().split(",") if key.strip())
