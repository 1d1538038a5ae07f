"""`zhidai check-settings`: what all processes need of the environment, before any of them starts.

An installation that is half safe is unsafe: run before the database is made and the broker is up,
with the variables of all processes, it stops everything with one message.
"""

from pydantic import ValidationError

from services.applications.settings import Settings as Applications
from services.console.settings import ConsoleSettings
from services.notifications.settings import NotificationsSettings
from services.risk_pool.settings import Settings as RiskPool
from shared.settings import ProcessSettings, stop_the_start, to_mend

PROCESSES: tuple[type[ProcessSettings], ...] = (
    Applications,
    RiskPool,
    NotificationsSettings,
    ConsoleSettings,
)


def check() -> None:
    """Read every process's settings. Ends the process with 78 where one could not start, or where
    they do not all belong to one environment."""
    lines: list[str] = []
    environments: dict[str, str] = {}
    for settings in PROCESSES:
        try:
            read = settings()  # type: ignore[call-arg]  # the environment says it
        except ValidationError as error:
            lines += to_mend(settings, error)
        else:
            variable = f"{settings.model_config['env_prefix']}ENVIRONMENT"
            environments[variable] = read.environment
    if len(set(environments.values())) > 1:
        told = ", ".join(f"{name}={value}" for name, value in environments.items())
        lines.append(f"{' and '.join(environments)}: not the same for all ({told})")
    if lines:
        stop_the_start(f"nothing starts: {len(lines)} setting(s) to mend.", lines)
