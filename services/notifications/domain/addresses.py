"""Which addresses a webhook may be sent to.

An endpoint's URL is chosen by a bank, and we call it from inside our network: without these rules
it could make us knock at our own doors (server-side request forgery).
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.refusals import FieldFault, FieldsWrong

_NAT64 = IPv6Network("64:ff9b::/96")
LONGEST_URL = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """What differs between places. `private_networks` are those of ours that may be called: a
    laptop's own, or the leased line to a bank."""

    allow_http: bool = False
    private_networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def allows(self, address: str) -> bool:
        """Whether an IP address may be connected to."""
        if is_public(address):
            return True
        try:
            parsed = ip_address(address.split("%")[0])
        except ValueError:
            return False
        return any(
            one.version == network.version and one in network
            for one in (parsed, *_inside(parsed))
            for network in self.private_networks
        )


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is judged by itself.
    """
    try:
        parsed = ip_address(address.split("%")[0])
    except ValueError:
        return False
    return all(_is_public(one) for one in (parsed, *_inside(parsed)))


def _is_public(parsed: IPv4Address | IPv6Address) -> bool:
    if isinstance(parsed, IPv6Address) and (parsed.ipv4_mapped or parsed in _NAT64):
        return True  # The address inside decides.
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _inside(parsed: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    if not isinstance(parsed, IPv6Address):
        return ()
    if parsed.ipv4_mapped is not None:
        return (parsed.ipv4_mapped,)
    if parsed.sixtofour is not None:
        return (parsed.sixtofour,)
    if parsed in _NAT64:
        return (IPv4Address(int(parsed) & 0xFFFF_FFFF),)
    return parsed.teredo or ()


def why_not(url: str, policy: AddressPolicy) -> tuple[str, str] | None:
    """Why a URL cannot be an endpoint, in Chinese and English; None if it can.

    Names are not looked up here: what they lead to is checked at every delivery.
    """
    if len(url) > LONGEST_URL or not url.isascii() or any(c <= " " or c == "\\" for c in url):
        return (
            "网址须为不含空格的 ASCII 字符，且不超过 2000 个字符",
            "A URL is ASCII without blanks, at most 2000 characters.",
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ("网址格式有误", "The URL is malformed.")
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return ("网址须以 https:// 开头并含主机名", "The URL needs https:// and a host.")
    if parts.scheme == "http" and not policy.allow_http:
        return ("网址须使用 https", "The URL must use https.")
    if parts.username is not None or parts.password is not None or "#" in url:
        return (
            "网址不得含用户名、密码或片段（#）",
            "The URL must have no user name, password or fragment.",
        )
    if _leads_inside(host, policy):
        return (
            "网址不得指向内部地址",
            "The URL must not lead to a private address.",
        )
    return None


def require_allowed(url: str, policy: AddressPolicy) -> None:
    """Refuse a URL that cannot be an endpoint's, as any other wrong field is refused."""
    if (reason := why_not(url, policy)) is not None:
        raise FieldsWrong([FieldFault(("url",), "endpoint-url-refused", *reason)])


def _leads_inside(host: str, policy: AddressPolicy) -> bool:
    """Whether a name or a number can only be an address of ours that may not be called."""
    host = host.rstrip(".").lower()
    try:
        ip_address(host)
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        # "2130706433", "0x7f.1" and "127.1" are IPv4 addresses to many a resolver.
        if last.isdigit() or last.startswith("0x"):
            return True
        of_ours = "." not in host or last in ("localhost", "local", "internal", "lan")
        return of_ours and not policy.private_networks
    return not policy.allows(host)
