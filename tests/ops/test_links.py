"""A person is told addresses a browser can open."""

from pathlib import Path

import pytest

from collector.ops.links import collector_url, dashboard_url, is_loopback, sign_in_link
from collector.settings import load


@pytest.mark.parametrize(
    ("given", "port", "dashboard", "collector"),
    [
        ({}, 0, "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ({"port": 0}, 4711, "http://127.0.0.1:4711", "http://127.0.0.1:4711"),
        ({"host": "0.0.0.0"}, 0, "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ({"host": "::"}, 0, "http://[::1]:8000", "http://[::1]:8000"),
        ({"host": "fd00::1"}, 0, "http://[fd00::1]:8000", "http://[fd00::1]:8000"),
        ({"base_url": "https://stats.example.com/"}, 0, "https://stats.example.com", "https://stats.example.com"),
        ({"base_url": "https://stats.example.com", "dashboard_port": 9}, 0, "http://127.0.0.1:9", "https://stats.example.com"),
    ],
)
def test_the_public_address_comes_first_and_any_other_can_be_opened(
    given: dict[str, object], port: int, dashboard: str, collector: str, tmp_path: Path
) -> None:
    settings = load({}, tmp_path, given)
    assert dashboard_url(settings, port) == dashboard
    assert collector_url(settings, port) == collector


def test_a_token_stands_in_the_fragment_where_no_log_sees_it(tmp_path: Path) -> None:
    assert sign_in_link(load({}, tmp_path), "abc") == "http://127.0.0.1:8000/sign-in#abc"


def test_loopback_is_recognised() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.0.2.1", "stats.example.com", "")))
