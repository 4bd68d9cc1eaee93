"""From which address does a request come, as far as that can be trusted?"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client(request: HttpRequest) -> str:
    """The address of the peer; behind proxies named in `WEILU_TRUSTED_PROXIES`, the last one that they did not add themselves."""
    return client_of(
        request.META.get("REMOTE_ADDR", ""),
        request.headers.get("X-Forwarded-For", ""),
        tuple(settings.TRUSTED_PROXIES),
    )


def client_of(peer: str, forwarded: str, trusted: tuple[str, ...]) -> str:
    """Walks `X-Forwarded-For` from the right as long as the speaker is a trusted proxy; whatever stands left of it is hearsay."""
    address = peer
    for named in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _is_trusted(address, trusted) or not _is_address(named):
            break
        address = named
    return address if _is_address(address) else ""


def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    if not _is_address(address):
        return False
    return any(ip_address(address) in ip_network(network.strip(), strict=False) for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
