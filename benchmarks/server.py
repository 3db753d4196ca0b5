"""A Footfall as `footfall serve` starts it, for measuring: its processes, their CPU time and memory, its totals."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
DOMAIN = "bench.example.com"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Started on a fresh data folder with one site; `with Server(folder) as server`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {
            **os.environ,
            "FOOTFALL_DATA_DIR": str(folder),
            "FOOTFALL_PORT": str(self.port),
            "FOOTFALL_TRUSTED_PROXIES": "127.0.0.1",
            **{f"FOOTFALL_{name.upper()}": value for name, value in settings.items()},
        }

    def command(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "collector", *words], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def __enter__(self) -> "Server":
        self.folder.mkdir(parents=True, exist_ok=True)
        self.command("site", "add", DOMAIN, "--timezone", "UTC")
        self.key = self.command("key", "add", "--site", DOMAIN).split()[-1]
        started = time.perf_counter()
        self.process = subprocess.Popen([sys.executable, "-m", "collector", "serve"], env=self.environment, stdout=subprocess.DEVNULL)
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=5) as answer:
                    answer.read()
                break
            except OSError:
                if time.perf_counter() - started > 20:
                    raise
                time.sleep(0.02)
        self.first_answer_s = time.perf_counter() - started
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def processes(self) -> dict[str, int]:
        """Process ids by role."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {"supervisor": self.process.pid, **dict(zip(("front", "back"), map(int, children), strict=False))}

    def cpu_s(self) -> dict[str, float]:
        found = {}
        for role, pid in self.processes().items():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found[role] = (int(fields[11]) + int(fields[12])) / TICKS
        return found

    def memory_mb(self) -> dict[str, float]:
        """Resident memory that is the process's own (its shared pages of files and code not counted twice: PSS)."""
        found = {}
        for role, pid in self.processes().items():
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            match = re.search(r"^Pss:\s+(\d+)", text, re.M)
            assert match is not None
            found[role] = int(match.group(1)) / 1024
        return found

    def ask(self, question: dict[str, object]) -> dict[str, object]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/query",
            json.dumps({"site_id": DOMAIN, **question}).encode(),
            {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            found: dict[str, object] = json.load(answer)
        return found

    def stored(self, metric: str = "pageviews", date_range: str = "day") -> int:
        answer = self.ask({"metrics": [metric], "date_range": date_range})
        return int(answer["results"][0]["metrics"][0])  # type: ignore[index]  # the shape is the API's

    def stored_when_settled(self, expected: int, seconds: float = 60) -> int:
        """The stored page views, once they no longer grow or reach what is expected."""
        deadline = time.monotonic() + seconds
        found = self.stored()
        while found < expected and time.monotonic() < deadline:
            time.sleep(0.3)
            found = self.stored()
        return found
