"""How often a key may ask: a bucket of tokens in memory that refills all the time."""

import math
from collections import OrderedDict

REQUESTS_PER_HOUR = 3_600
# About 150 bytes each: 1.5 MB. Past it the longest idle bucket goes, which can only be generous.
BUCKETS_MAX = 10_000


class RateLimit:
    """`per_hour` requests at once or spread, for each name."""

    def __init__(self, per_hour: int = REQUESTS_PER_HOUR) -> None:
        self._capacity = float(per_hour)
        self._per_s = per_hour / 3_600
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: bytes, monotonic_s: float) -> int:
        """0 if the request may go on (it is then counted), else in how many whole seconds the next may."""
        tokens, since = self._buckets.pop(name, (self._capacity, monotonic_s))
        tokens = min(self._capacity, tokens + (monotonic_s - since) * self._per_s)
        granted = tokens >= 1
        self._buckets[name] = (tokens - granted, monotonic_s)
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        return 0 if granted else max(1, math.ceil((1 - tokens) / self._per_s))
