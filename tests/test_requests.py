"""By which address a visitor is counted: one that they can't choose."""

import pytest
from django.test import RequestFactory

from alumusic.requests import client_address


def address(peer="203.0.113.9", forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize("forwarded", [None, "", "198.51.100.7", "198.51.100.7, 192.0.2.1"])
def test_without_a_trusted_proxy_it_is_the_peers_own(forwarded):
    assert address(forwarded=forwarded) == "203.0.113.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1,2.2.2.2 , 198.51.100.7", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "203.0.113.9"),
    ],
)
def test_behind_proxies_it_is_what_the_outermost_of_them_saw(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies

    assert address(forwarded=forwarded) == expected


def test_a_request_that_came_around_the_proxy_is_its_peers(settings):
    settings.TRUSTED_PROXY_COUNT = 1

    assert address(forwarded=None) == "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
        ("unix:" + "x" * 100, "unix:" + "x" * 59),
    ],
)
def test_a_customer_is_one_however_many_addresses_they_have(peer, expected):
    assert address(peer) == expected
