"""Who is a person and who is not."""

import json
from importlib.resources import files

import pytest

from collector.enrich.bots import BOT_CLASSES, Bots
from tests.enrich.test_device import TABLE

# User-Agent | class
KNOWN = [
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "search-engine"),
    ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "ai-crawler"),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "seo"),
    ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "monitoring"),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/144.0.0.0 Safari/537.36", "browser-automation"),
    ("curl/8.11.0", "http-library"),
    ("python-requests/2.32.3", "http-library"),
    ("Go-http-client/2.0", "http-library"),
    ("okhttp/4.12.0", "http-library"),
    ("axios/1.7.2", "http-library"),
    ("Java/21.0.1", "http-library"),
    ("Mozilla/5.0 (compatible; NeverSeenBeforeBot/1.0)", "crawler"),
    ("Some Site Crawler 2", "crawler"),
    ("Agent +https://example.org/about", "crawler"),
    ("", "crawler"),
    (" - ", "crawler"),
    ("12345", "crawler"),
]


@pytest.fixture(scope="module")
def bots() -> Bots:
    return Bots(cache_max=5000)


@pytest.mark.parametrize(("user_agent", "bot_class"), KNOWN)
def test_a_bot_is_named_by_its_class(bots: Bots, user_agent: str, bot_class: str) -> None:
    assert bots.lookup(user_agent) == bot_class


@pytest.mark.parametrize("user_agent", [row[0] for row in TABLE if row[0]])
def test_a_persons_browser_is_no_bot(bots: Bots, user_agent: str) -> None:
    assert bots.lookup(user_agent) == ""


def test_a_phone_made_by_cubot_is_no_bot(bots: Bots) -> None:
    assert bots.lookup("Mozilla/5.0 (Linux; Android 13; CUBOT X50) AppleWebKit/537.36 Chrome/144.0.0.0 Mobile Safari/537.36") == ""
    assert bots.lookup("Mozilla/5.0 (Linux; Android 13; CUBOT) AppleWebKit/537.36 Chrome/144.0.0.0 Mobile Safari/537.36") == ""


def test_every_listed_example_is_a_bot_of_a_known_class(bots: Bots) -> None:
    listed = json.loads(files("crawleruseragents").joinpath("crawler-user-agents.json").read_bytes())
    examples = [example for entry in listed for example in entry.get("instances", [])]
    assert len(examples) > 1000
    missed = [example for example in examples if bots.lookup(example) not in BOT_CLASSES and len(example) <= 512]
    assert missed == []


def test_the_python_patterns_agree_with_the_rust_ones(bots: Bots) -> None:
    pure = Bots(cache_max=100, rust=False)
    for user_agent in [row[0] for row in KNOWN] + [row[0] for row in TABLE]:
        assert pure.lookup(user_agent) == bots.lookup(user_agent)


def test_lone_surrogates_do_no_harm(bots: Bots) -> None:
    assert bots.lookup("\ud800") == "crawler"
    assert bots.lookup("Mozilla/5.0 \udfff Firefox/144.0") == ""
