"""A load of page views over keep-alive connections, and what came of it. One thread, epoll, requests rendered beforehand.

Realistic variety: visitors by address and User-Agent, paths with a Zipf tail, referrers, browsers, all seeded.
"""

import json
import random
import select
import socket
import time
from collections import deque
from dataclasses import dataclass, field

BROWSERS = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {tail}"
    for system in (
        "Windows NT 10.0; Win64; x64",
        "Macintosh; Intel Mac OS X 10_15_7",
        "X11; Linux x86_64",
        "Linux; Android 10; K",
    )
    for tail in (
        *(f"Chrome/{version}.0.0.0 Safari/537.36" for version in range(138, 145)),
        "Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
        "Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0",
        "Chrome/143.0.0.0 Mobile Safari/537.36",
    )
]
REFERRERS = ["", "", "", "https://www.google.com/", "https://www.bing.com/", "https://duckduckgo.com/", "https://chatgpt.com/"] + [
    f"https://site{n}.example.org/post/{n * 7}" for n in range(23)
]
LANGUAGES = ["fi-FI,fi;q=0.9,en;q=0.7", "en-US,en;q=0.9", "sv-SE,sv;q=0.9", "de-DE,de;q=0.9", "fr-FR,fr;q=0.8"]


@dataclass
class Result:
    """What a run of load did. Latencies in seconds."""

    acknowledged: int = 0
    other: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    generator_cpu_s: float = 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def page_views(
    count: int, domain: str, visitors: int = 50_000, paths: int = 13_500, seed: int = 1, path: str = "/api/event"
) -> list[bytes]:
    """`count` whole HTTP requests."""
    chance = random.Random(seed)
    weights = [1 / (n + 1) for n in range(paths)]
    total, cumulative = 0.0, []
    for weight in weights:
        total += weight
        cumulative.append(total)
    pages = chance.choices(range(paths), cum_weights=cumulative, k=count)
    made = []
    for page in pages:
        visitor = chance.randrange(visitors)
        body = {"n": "pageview", "u": f"https://{domain}/section-{page % 40}/article-{page}", "d": domain, "w": 1280 + visitor % 5 * 160}
        referrer = REFERRERS[visitor % len(REFERRERS)]
        if referrer:
            body["r"] = referrer
        data = json.dumps(body, separators=(",", ":")).encode()
        address = f"{80 + visitor % 60}.{visitor // 256 % 256}.{visitor % 256}.{visitor % 250}"
        made.append(
            (
                f"POST {path} HTTP/1.1\r\nHost: stats.example.com\r\nConnection: keep-alive\r\n"
                f"User-Agent: {BROWSERS[visitor % len(BROWSERS)]}\r\nAccept: */*\r\nAccept-Language: {LANGUAGES[visitor % 5]}\r\n"
                f"Accept-Encoding: gzip, deflate, br, zstd\r\nContent-Type: text/plain\r\nOrigin: https://{domain}\r\n"
                f"Referer: https://{domain}/\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n"
                f"X-Forwarded-For: {address}\r\nContent-Length: {len(data)}\r\n\r\n"
            ).encode()
            + data
        )
    return made


def whole(answer: bytes) -> bool:
    """Whether an answer has come to its end."""
    if answer.endswith(b"\r\n\r\nok"):
        return True
    head, found, body = answer.partition(b"\r\n\r\n")
    size = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    return bool(found) and len(body) >= int(size or 0)


def run(port: int, requests: list[bytes], seconds: float, connections: int = 64, rate: float = 0.0, limit: int = 0) -> Result:
    """Send for `seconds` (or until `limit` answers); `rate` > 0 paces the whole at so many a second, else as fast as it goes."""
    poll = select.epoll()
    socks: dict[int, socket.socket] = {}
    sent: dict[int, float] = {}
    idle: deque[int] = deque()  # the longest idle goes first: every connection is used
    partial: dict[int, bytes] = {}
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        socks[sock.fileno()] = sock
        poll.register(sock.fileno(), select.EPOLLIN)
        idle.append(sock.fileno())
    result = Result()
    at, count = 0, len(requests)
    started, cpu = time.perf_counter(), time.process_time()
    end = started + seconds
    clock = time.perf_counter
    owed_from = started
    while True:
        now = clock()
        if now < end and not (limit and at >= limit):
            budget = len(idle) if not rate else min(len(idle), int((now - started) * rate) - at)
            for _ in range(budget):
                number = idle.popleft()
                socks[number].send(requests[at % count])
                sent[number] = now if not rate else owed_from + at / rate
                at += 1
        elif len(idle) == connections:
            break
        for number, _ in poll.poll(0.001 if rate else 0.05):
            answer = socks[number].recv(65536)
            now = clock()
            if not answer:
                raise ConnectionError("the server closed a connection under load")
            answer = partial.pop(number, b"") + answer
            if not whole(answer):
                partial[number] = answer
                continue
            status = int(answer[9:12])
            if status == 202 and b"\nx-footfall:" not in answer:
                result.acknowledged += 1
            else:
                result.other[status] = result.other.get(status, 0) + 1
            result.latencies.append(now - sent[number])
            idle.append(number)
    result.seconds = clock() - started
    result.generator_cpu_s = time.process_time() - cpu
    for sock in socks.values():
        sock.close()
    return result
