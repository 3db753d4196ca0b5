"""Events a second, CPU an event, latency and memory of the whole path, beside a bare ASGI endpoint in the same run."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import load
from benchmarks.server import DOMAIN, Server, free_port

BARE = """
import msgspec, uvicorn, uvloop, sys
decode = msgspec.json.decode
START = {"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]}
async def app(scope, receive, send):
    decode((await receive())["body"])
    await send(START)
    await send({"type": "http.response.body", "body": b"ok"})
uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", access_log=False, lifespan="off", http="httptools", loop="uvloop")
"""


def bare(requests: list[bytes], seconds: float) -> load.Result:
    """The same load on an endpoint that parses JSON and answers 202, and does nothing else."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)])
    try:
        for _ in range(200):
            try:
                return load.run(port, requests, seconds)
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise ConnectionRefusedError("the bare endpoint did not start")
    finally:
        process.terminate()
        process.wait()


def measure(seconds: float, durability: str, requests: list[bytes]) -> None:
    """Load a fresh server, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data", durability=durability) as server:
        time.sleep(1.5)
        idle = server.memory_mb()
        before = server.cpu_s()
        full = load.run(server.port, requests, seconds)
        after = server.cpu_s()
        stored = server.stored_when_settled(full.acknowledged)
        settled = server.cpu_s()
        memory = server.memory_mb()
        cpu = {role: (settled[role] - before[role]) / full.acknowledged * 1e6 for role in settled}
        rate = full.acknowledged / full.seconds
        print(f"\ndurability={durability}, 64 connections, {full.seconds:.0f} s")
        print(f"  acknowledged   {rate:,.0f} events/s ({full.acknowledged:,}; others {full.other or 'none'})")
        print(f"  stored         {stored:,}  {'= acknowledged' if stored == full.acknowledged > 0 else 'NOT EQUAL'}")
        print(f"  CPU an event   {sum(cpu.values()):.1f} us  ({', '.join(f'{role} {us:.1f}' for role, us in cpu.items())})")
        print(f"  generator      {full.generator_cpu_s / full.acknowledged * 1e6:.1f} us CPU an event")
        print(f"  latency        {latencies(full)}, max {max(full.latencies) * 1e3:.0f} ms")
        print(f"  memory         {fmt(memory)} under load; {fmt(idle)} idle")
        print(f"  first answer   {server.first_answer_s:.2f} s after the start")
        kept_up = (after["back"] - before["back"]) / max(0.01, settled["back"] - before["back"])
        print(f"  recorder       did {100 * kept_up:.0f} % of its work during the load")
        half = load.run(server.port, requests[::-1], seconds, rate=rate / 2)
        print(f"  at half load   {latencies(half)} ({half.acknowledged / half.seconds:,.0f}/s)")


def fmt(memory: dict[str, float]) -> str:
    """The memory of front and back together, and each process's."""
    return f"{memory['front'] + memory['back']:.0f} MB ({', '.join(f'{role} {mb:.0f}' for role, mb in memory.items())})"


def latencies(result: load.Result) -> str:
    """The percentiles that are held to a number."""
    return f"p50 {result.percentile(0.5) * 1e3:.1f} ms, p99 {result.percentile(0.99) * 1e3:.1f} ms"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--durability", default="process,power")
    given = arguments.parse_args()
    requests = load.page_views(300_000, DOMAIN)
    plain = bare(requests, given.seconds / 2)
    print(f"bare ASGI endpoint: {plain.acknowledged / plain.seconds:,.0f} requests/s, p99 {plain.percentile(0.99) * 1e3:.1f} ms")
    for durability in given.durability.split(","):
        measure(given.seconds, durability, requests)


if __name__ == "__main__":
    main()
