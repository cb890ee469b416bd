"""Whose word counts for client, host and scheme."""

import pytest
from loops import run

from laneside.access.proxies import BehindProxies, TrustedProxies, caller_of, peer_of
from laneside.errors import SettingError


def seen(peer, *headers, trusted=("10.0.0.1", "10.9.0.0/16")):
    found = []

    async def app(scope, receive, send):
        found.append((scope["scheme"], dict(scope["headers"])[b"host"], peer_of(scope)))

    scope = {
        "type": "http",
        "scheme": "http",
        "client": (peer, 1),
        "headers": [(b"host", b"inside"), *((name.encode(), value.encode()) for name, value in headers)],
    }
    run(BehindProxies(app, proxies=TrustedProxies(trusted))(scope, None, None))
    return found[0]


SAYS = (
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "centre.example"),
    ("x-forwarded-for", "1.2.3.4, 6.6.6.6"),
    ("x-forwarded-for", "10.9.1.1"),
)


def test_a_trusted_proxy_is_believed_and_no_one_else():
    assert seen("10.0.0.1", *SAYS) == ("https", b"centre.example", "6.6.6.6")
    assert seen("10.0.0.2", *SAYS) == ("http", b"inside", "10.0.0.2")
    assert seen("10.0.0.1", *SAYS, trusted=()) == ("http", b"inside", "10.0.0.1")


def test_what_a_proxy_leaves_out_or_writes_wrong_stays_as_it_is():
    assert seen("10.9.0.3") == ("http", b"inside", "10.9.0.3")
    assert seen("10.9.0.3", ("x-forwarded-proto", "gopher"), ("x-forwarded-host", "")) == (
        "http",
        b"inside",
        "10.9.0.3",
    )
    assert seen("10.9.0.3", ("x-forwarded-proto", "http, https")) == ("https", b"inside", "10.9.0.3")


def test_a_proxy_is_an_address_or_a_network():
    with pytest.raises(SettingError, match="IP address or a network"):
        TrustedProxies(["proxy.example"])


def test_an_ipv6_network_is_one_caller():
    assert caller_of("2001:db8:1:2:3::4") == caller_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert [caller_of(address) for address in ("10.0.0.9", "")] == ["10.0.0.9", ""]
