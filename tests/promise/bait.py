"""Marked visitors: every address, User-Agent, secret and key of theirs can be told from everything else in the world.

Addresses are of 198.18.0.0/16 (benchmarks, RFC 2544) and 2001:db8:ba17::/32-ish (documentation, RFC 3849), which no table
names; words begin with WORD. A scanner that knows the marks finds each of them in any of the forms a leak could have.
"""

import random
from dataclasses import dataclass
from typing import Any

WORD = "qzbait"
SITE = "shop.example"


@dataclass(frozen=True)
class Hit:
    """One request's worth of bait: what goes into its headers and body. Every value is its own."""

    number: int
    address: str
    user_agent: str
    headers: dict[str, str]
    body: dict[str, Any]


def hit(number: int) -> Hit:
    """Bait number `number`, always the same."""
    chance = random.Random(number)
    word = f"{WORD}{number}x"
    agent = _AGENTS[number % len(_AGENTS)].format(word=word)
    address = _address(number)
    return Hit(number, address, agent, _headers(address, agent, word, chance), _body(word, chance))


# Where a marked word can stand in a User-Agent: comment, product, device model, app, unknown system, crawler.
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0; {word}) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 {word}/1.0",
    "Mozilla/5.0 (Linux; Android 14; {word} Build/UP1A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/{word}",
    "{word}/3.1 (iPhone; iOS 18.1; Scale/3.00) CFNetwork/1568 Darwin/24.1.0",
    "Mozilla/5.0 ({word} 9.1) {word}Browser/7.2",
    "{word}",
    "Mozilla/5.0 (compatible; {word}bot/2.1; +http://{word}.example/bot.html)",
)


def _address(number: int) -> str:
    if number % 3 == 2:
        return f"2001:db8:{0xBA00 + number // 4096:x}:{number % 4096 + 0x1000:x}:1d:2e:3f:{number % 4096 + 0x4000:x}"
    return f"198.18.{number % 256}.{number // 256 % 250 + 2}"


def _headers(address: str, agent: str, word: str, chance: random.Random) -> dict[str, str]:
    extra = {
        "Cookie": f"session={word}cookie",
        "Authorization": f"Bearer {word}bearer",
        "Accept-Language": f"fi-{word[:8]}, {word};q=0.5",
        "X-Real-IP": address,
        "Forwarded": f'for="{address}"',
        "Referer": f"https://shop.example/?secret={word}referer",
        "X-Request-Id": f"{word}request",
    }
    some = {name: extra[name] for name in chance.sample(sorted(extra), 3)}
    return {"User-Agent": agent, "X-Forwarded-For": f"203.0.113.66, {address}", **some}


def _body(word: str, chance: random.Random) -> dict[str, Any]:
    urls = (
        f"https://{SITE}/p{chance.randrange(30)}?token={word}token&email={word}@{WORD}.example",
        f"https://{SITE}/p{chance.randrange(30)}?gclid={word}click&fbclid={word}#access_token={word}fragment",
        f"https://{word}user:{word}password@{SITE}/login?next=/{word}",
        f"https://{SITE}/users/{word}%40{WORD}.example/mail",
        f"https://{SITE}/reset/{word}A7k2Q",
        f"https://{SITE}/from/{_address(int(word[len(WORD) : -1]))}",
    )
    referrers = (
        "",
        f"https://www.google.com/search?q={word}+search",
        f"https://news.example/a?sid={word}sid#{word}",
        f"https://{word}:{word}@mail.example/inbox/{word}@{WORD}.example",
    )
    return {"n": chance.choice(("pageview", "pageview", "Sign up")), "u": chance.choice(urls), "r": chance.choice(referrers), "w": 1280}
