"""A steady load on a served Footfall, by some visitors at once, that knows what was acknowledged and what was never answered."""

import threading
import time
from collections import Counter
from itertools import chain

from tests.server import Server, event, until

VISITORS = 4
PAUSE_S = 0.004  # between two events of one visitor: some hundred a second in all, with room for what is under test
SETTLED_S_MAX = 20.0  # what is acknowledged is counted within a second or two, unless the machine is busy


class Load:
    """`with Load(server) as load:` sends page views until the end. Every page is seen once, so each can be told in the answer."""

    def __init__(self, server: Server, domain: str = "shop.example") -> None:
        self._server, self._domain = server, domain
        self._halt = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=(visitor,)) for visitor in range(VISITORS)]
        self.acknowledged: list[list[str]] = [[] for _ in range(VISITORS)]
        self.unanswered: list[list[str]] = [[] for _ in range(VISITORS)]
        self.statuses: Counter[int] = Counter()

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the load; what was sent is answered by then."""
        self._halt.set()
        for thread in self._threads:
            thread.join()

    def count(self) -> int:
        """How many events were acknowledged so far."""
        return sum(map(len, self.acknowledged))

    def wait_for(self, more: int, seconds: float = 30.0) -> None:
        """Wait until so many more events have been acknowledged."""
        goal = self.count() + more
        assert until(lambda: self.count() >= goal, seconds), f"only {self.count()} of {goal} were acknowledged: {self._server.said()}"

    def _visit(self, visitor: int) -> None:
        sender = self._server.sender()
        headers = {"X-Forwarded-For": f"198.51.{visitor}.7"}
        number = 0
        while not self._halt.wait(PAUSE_S):
            number += 1
            page = f"/v{visitor}/{number}"
            try:
                answer = sender.send(event(f"https://{self._domain}{page}"), headers)
            except OSError:
                self.unanswered[visitor].append(page)
                time.sleep(0.02)
                continue
            self.statuses[answer.status] += 1
            if answer.counted:
                self.acknowledged[visitor].append(page)
        sender.close()

    def check(self) -> int:
        """Compare with what the server has stored: every acknowledged page once, an unanswered one at most once. Returns how many."""
        acknowledged = list(chain.from_iterable(self.acknowledged))
        unanswered = chain.from_iterable(self.unanswered)
        assert acknowledged
        # Not the total: unanswered pages that count make it complete while acknowledged ones are still on their way.
        until(lambda: set(acknowledged) <= self._stored().keys(), SETTLED_S_MAX, 0.1)
        stored = self._stored()
        assert [page for page in acknowledged if stored.pop(page, 0) != 1] == [], "acknowledged, but not counted exactly once"
        assert [page for page in unanswered if stored.pop(page, 1) != 1] == [], "not acknowledged, but counted more than once"
        assert stored == {}, "counted, but never sent"
        return len(acknowledged)

    def _stored(self) -> dict[str, int]:
        """Page views by page."""
        question = {"metrics": ["pageviews"], "dimensions": ["event:page"], "pagination": {"limit": 10_000}}
        return {row["dimensions"][0]: row["metrics"][0] for row in self._server.ask(question)["results"]}
