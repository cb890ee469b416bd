"""Who called, by which name and scheme, where proxies of our own stand before the server."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from laneside.errors import SettingError

_IPV6_BITS: Final = 64
"""One subscriber has a whole network of this size: addresses in it are one caller."""


class TrustedProxies:
    """The addresses and networks from which ``X-Forwarded-*`` is believed. SettingError for what is none."""

    def __init__(self, named: Sequence[str]) -> None:
        try:
            self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(ip_network(name) for name in named)
        except ValueError as error:
            raise SettingError(f"a trusted proxy is an IP address or a network: {error}") from error

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


class BehindProxies:
    """Take client, host and scheme from what a trusted proxy says; what anyone else says of them is passed over.

    Of a list the last value counts, the one that the proxy before us wrote; of clients the last that is no proxy.
    """

    def __init__(self, app: ASGIApp, *, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and peer_of(scope) in self._proxies:
            scope = self._as_the_proxy_says(scope)
        await self._app(scope, receive, send)

    def _as_the_proxy_says(self, scope: Scope) -> Scope:
        headers = Headers(scope=scope)
        told = {**scope, "headers": list(scope["headers"])}
        scheme, host = _last(headers, "x-forwarded-proto"), _last(headers, "x-forwarded-host")
        if scheme in {"http", "https"}:
            told["scheme"] = scheme
        if host:
            MutableHeaders(scope=told)["host"] = host
        outside = [name for name in _values(headers, "x-forwarded-for") if name not in self._proxies]
        if outside:
            told["client"] = (outside[-1], 0)
        return told


def peer_of(scope: Scope) -> str:
    """Return the caller's address, empty where there is none."""
    client = scope.get("client")
    return "" if client is None else str(client[0])


def caller_of(address: str) -> str:
    """Return what counts as one caller: an IPv4 address, or the network of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ip_network((found, _IPV6_BITS), strict=False))


def _values(headers: Headers, name: str) -> list[str]:
    return [value.strip() for line in headers.getlist(name) for value in line.split(",") if value.strip()]


def _last(headers: Headers, name: str) -> str:
    values = _values(headers, name)
    return values[-1] if values else ""
