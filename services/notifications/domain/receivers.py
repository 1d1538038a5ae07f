"""Receivers: where messages are delivered, and what may be done with one.

A receiver is an endpoint, a group robot or a person's subscription, whatever its channel: what is
said here holds for each. What a channel needs beyond it (an URL, an address) is that channel's own.
"""

from enum import StrEnum

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words
from shared.refusals import Refused
from shared.roles import PARTY_ROLES

KEEPERS = frozenset({"bank_operator", "bank_checker", "admin"})
"""Who sets up endpoints of their institution; the people of a pool's other parties add and delete
theirs."""

SUBSCRIBER = "subscriber"
"""Whose own subscription it is; an admin of their institution may stand in for them. No role of a
token: a subscription is a person's, whatever else they may do."""

WEBHOOK, EMAIL, SMS = "webhook", "email", "sms"
"""Channels that people set up receivers of; `delivery.channels` has every channel."""

PERSONAL = (EMAIL, SMS)
"""Those that lead to one person, who subscribes."""

MOST_ENDPOINTS = 20
MOST_ROBOTS = 20
MOST_SECRETS = 2
MOST_PER_PERSON = 10


class ReceiverState(StrEnum):
    """Whether a receiver is delivered to."""

    ACTIVE = "active"
    PAUSED = "paused"
    """What is due waits until it is active again."""
    DISABLED = "disabled"
    """It has said itself that it wants nothing more."""
    DELETED = "deleted"


class ReceiverAction(StrEnum):
    """What moves a receiver."""

    ADD = "add"
    PAUSE = "pause"
    RESUME = "resume"
    DISABLE = "disable"
    DELETE = "delete"


_ACTIVE, _PAUSED = ReceiverState.ACTIVE, ReceiverState.PAUSED
_DISABLED, _DELETED = ReceiverState.DISABLED, ReceiverState.DELETED
_ADD, _DELETE, _DISABLE = ReceiverAction.ADD, ReceiverAction.DELETE, ReceiverAction.DISABLE
_PAUSE, _RESUME = ReceiverAction.PAUSE, ReceiverAction.RESUME
_OWNERS = KEEPERS | {SUBSCRIBER}
_SYSTEM = frozenset({SYSTEM_ROLE})

LIFE_CYCLE = LifeCycle(
    noun=Words("接收方", "receiver"),
    moves=(
        Move(None, _ADD, _ACTIVE, _OWNERS | PARTY_ROLES),
        Move(_ACTIVE, _PAUSE, _PAUSED, KEEPERS | _SYSTEM),
        Move(_PAUSED, _RESUME, _ACTIVE, _OWNERS),
        Move(_ACTIVE, _DISABLE, _DISABLED, _SYSTEM),
        Move(_PAUSED, _DISABLE, _DISABLED, _SYSTEM),
        Move(_DISABLED, _RESUME, _ACTIVE, KEEPERS),
        Move(_DISABLED, _PAUSE, _PAUSED, KEEPERS),
        Move(_ACTIVE, _DELETE, _DELETED, _OWNERS | PARTY_ROLES),
        Move(_PAUSED, _DELETE, _DELETED, _OWNERS),
        Move(_DISABLED, _DELETE, _DELETED, KEEPERS | PARTY_ROLES),
    ),
    states={
        _ACTIVE: Words("启用", "active"),
        _PAUSED: Words("暂停", "paused"),
        _DISABLED: Words("停用", "disabled"),
        _DELETED: Words("已删除", "deleted"),
    },
    actions={
        _ADD: Words("新增", "added"),
        _PAUSE: Words("暂停", "paused"),
        _RESUME: Words("恢复", "resumed"),
        _DISABLE: Words("停用", "disabled"),
        _DELETE: Words("删除", "deleted"),
    },
    waits={
        _ACTIVE: Wait(roles=(), words=Words("无需办理", "nothing")),
        _PAUSED: Wait(roles=tuple(sorted(KEEPERS)), words=Words("待恢复", "being resumed")),
        _DISABLED: Wait(roles=tuple(sorted(KEEPERS)), words=Words("待修复", "being mended")),
    },
)
"""Endpoints and robots are all this; a subscription is paused by the system alone, where its
address is refused for good, and resumed by whose it is."""

TOLD = frozenset({ReceiverState.ACTIVE, ReceiverState.PAUSED})
"""Receivers that messages are kept for."""

KNOWN = frozenset(LIFE_CYCLE.states) - LIFE_CYCLE.final
"""Receivers that an institution still finds among its own."""

REASON_GONE, REASON_DELETED, REASON_REFUSED = "gone", "deleted", "refused"
"""Why a receiver is disabled, deleted or paused, as its answer says it."""


def action_towards(state: str, wanted: str) -> ReceiverAction | None:
    """What leads from a state to the one somebody wants; None where it is there already."""
    if state == wanted:
        return None
    return ReceiverAction.RESUME if wanted == ReceiverState.ACTIVE else ReceiverAction.PAUSE


class TooManyEndpoints(Refused):
    """An institution has as many endpoints as it may."""

    code = "too-many-endpoints"


class TooManyRobots(Refused):
    """An institution has as many group robots as it may."""

    code = "too-many-robots"


class NothingToConfirm(Refused):
    """Nothing of the endpoint waits for a second person."""

    code = "nothing-to-confirm"


class EndpointUnconfirmed(Refused):
    """A second person has not confirmed the address yet, and nothing is sent there before."""

    code = "endpoint-unconfirmed"


class RotationInProgress(Refused):
    """Two secrets are in use: the old one has to be retired first."""

    code = "rotation-in-progress"


class LastSecret(Refused):
    """The only secret in use cannot be retired: nothing could be signed any more."""

    code = "last-secret"


class EmailIsOff(Refused):
    """No mail server is set up here, so a subscription would promise what is not kept."""

    code = "email-is-off"


class SmsIsOff(Refused):
    """No gateway is set up here, so a subscription would promise what is not kept."""

    code = "sms-is-off"


class TooManySubscriptions(Refused):
    """A person has as many subscriptions as they may."""

    code = "too-many-subscriptions"
