"""Settings with which every process would start in production."""

from typing import Final

COMMON: Final = {
    "environment": "production",
    "database_url": "postgresql://x:s3cret@db.example.cn/x?sslmode=verify-full&sslrootcert=/ca.pem",
    "transport": "kafka",
    "kafka_bootstrap_servers": "kafka.example.cn:9093",
    "kafka_security": "sasl_ssl",
    "kafka_username": "x",
    "kafka_password": "of-its-own",
    "token_issuer": "https://id.example.cn/realms/zhidai",
    "token_keys": "https://id.example.cn/realms/zhidai/certs",
}
"""What each of the services takes; they listen on 127.0.0.1 behind a proxy."""

OF_ITS_OWN: Final = {
    "applications": {"documents": "/papers", "document_link_secret": "s" * 32},
    "risk_pool": {"signing_pkcs11_module": "/lib/hsm.so", "signing_pkcs11_label": "pool"},
    "notifications": {
        "console_url": "https://pool.example.cn",
        "encryption_keys": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    },
}

CONSOLE: Final = {
    "environment": "production",
    "applications_url": "https://applications.example.cn",
    "risk_pool_url": "https://risk-pool.example.cn",
    "notifications_url": "https://notifications.example.cn",
    "session_secret": "t" * 40,
    "database_url": "postgresql://console:s3cret@db.example.cn/console?sslmode=verify-full",
    "session_idle_minutes": "30",
    "session_hours": "10",
    "oidc_issuer": "https://id.example.cn/realms/zhidai",
    "oidc_client_secret": "u" * 20,
    "public_url": "https://pool.example.cn",
}


def variables() -> dict[str, str]:
    """All of it as one environment, as an operator's file has it."""
    services = {
        f"{name.upper()}_{field.upper()}": value
        for name, own in OF_ITS_OWN.items()
        for field, value in {**COMMON, **own}.items()
    }
    return services | {f"CONSOLE_{field.upper()}": value for field, value in CONSOLE.items()}
