"""The API's addresses, all of them."""

from starlette.routing import Route

from collector.api.answers import Endpoint
from collector.api.operation import Operation
from collector.api.stats import Stats
from collector.ops.services import Services


def routes(services: Services) -> list[Route]:
    """Every route of the API, ready to be mounted. Each has its row in docs/stats-api.md."""
    stats, operation = Stats(services), Operation(services)
    return [
        Route("/api/v2/query", Endpoint(stats.query, "POST")),
        Route("/api/v1/stats/realtime/visitors", Endpoint(stats.visitors_now, "GET", "HEAD")),
        Route("/health/live", Endpoint(operation.live, "GET", "HEAD")),
        Route("/health/ready", Endpoint(operation.ready, "GET", "HEAD")),
        Route("/metrics", Endpoint(operation.metrics, "GET", "HEAD")),
        Route("/internal/{action}", Endpoint(operation.internal, "POST")),
    ]
