"""What the look-ups of an event cost: µs each, remembered and not, memory, and the time to build them.

    .venv/bin/python -m benchmarks.enrich [folder for the unpacked geo data]

Some five seconds. Each figure is the best of three rounds; memory is the growth of the process's resident set.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from collector.enrich.bots import Bots
from collector.enrich.device import Devices
from collector.enrich.language import language, screen_class
from collector.enrich.page import Pages
from collector.enrich.place import Places
from collector.enrich.source import Sources

KEYS = 4000
ROUNDS = 3
PAGE_BYTES = 4096


def main() -> None:
    """Print one line a look-up."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        first = built("places, first start (unpacks)", lambda: Places(unpack_dir=folder))
        first.close()
        places = built("places", lambda: Places(unpack_dir=folder))
        devices, bots = built("devices", Devices), built("bots", Bots)
        sources, pages = built("sources", Sources), built("pages", Pages)
        print(f"\n{'look-up':32}{'new, µs':>10}{'remembered, µs':>16}")
        agents = [AGENT.format(rng.randint(90, 156), rng.randint(1, 9999)) for _ in range(KEYS)]
        measure("device", devices.lookup, devices.forget, agents)
        measure("bot", bots.lookup, bots.forget, agents)
        measure("place, IPv4", places.lookup, places.forget, [rng.randbytes(3) for _ in range(KEYS)])
        measure("place, IPv6", places.lookup, places.forget, [b"\x2a" + rng.randbytes(5) for _ in range(KEYS)])
        measure(
            "page",
            pages.lookup,
            pages.forget,
            [f"https://example.com/blog/{rng.choice(WORDS)}-{rng.choice(WORDS)}-{n}" for n in range(KEYS)],
        )
        arrivals = [
            (f"utm_source=fb&utm_campaign=sale-{n}", f"https://{rng.choice(WORDS)}.example.org/{n}", "example.com") for n in range(KEYS)
        ]
        measure("acquisition, campaign", lambda key: sources.acquisition(*key), sources.forget, arrivals)
        bare = [("", f"https://www.{rng.choice(WORDS)}{n}.org/", "example.com") for n in range(KEYS)]
        measure("acquisition, referrer", lambda key: sources.acquisition(*key), sources.forget, bare)
        measure("language", language, lambda: None, [f"fi-FI,fi;q=0.{n}" for n in range(KEYS)])
        measure("screen", screen_class, lambda: None, range(300, 300 + KEYS))
        print(f"\nresident in all: {resident() / 1e6:.0f} MB")


AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.{}.0 Safari/537.36"
WORDS = ("privacy", "analytics", "helsinki", "winter", "coffee", "bicycle", "how-to", "review", "garden", "ferry")


def built(name: str, make: Callable[[], Any]) -> Any:
    """Make something, and print how long it took and what it weighs."""
    before, start = resident(), time.perf_counter()
    made = make()
    print(f"{name:32}{1000 * (time.perf_counter() - start):8.0f} ms {(resident() - before) / 1e6:8.1f} MB")
    return made


def measure(name: str, lookup: Callable[[Any], Any], forget: Callable[[], None], keys: Iterable[Any]) -> None:
    """Print the cost of a look-up never asked before and of one that is remembered."""
    asked = list(keys)
    new, remembered = [], []
    for _ in range(ROUNDS):
        forget()
        new.append(timed(lookup, asked))
        remembered.append(timed(lookup, asked))
    print(f"{name:32}{min(new):10.2f}{min(remembered):16.3f}")


def timed(lookup: Callable[[Any], Any], keys: list[Any]) -> float:
    """µs a look-up."""
    start = time.perf_counter()
    for key in keys:
        lookup(key)
    return 1e6 * (time.perf_counter() - start) / len(keys)


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


if __name__ == "__main__":
    main()
