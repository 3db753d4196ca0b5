"""What the operator's machinery asks: health, Prometheus figures, and the command line's requests to a running server."""

from collections.abc import Iterable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collector.api.access import bearer, is_local, is_operator, is_same, unauthorized
from collector.api.answers import HEADERS, ApiError, as_json
from collector.ops.services import Services

Gauge = tuple[str, str, dict[str, str], float]

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Operation:
    """Endpoints that no visitor and no key has a part in."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def live(self, request: Request) -> Response:
        """GET /health/live: the process answers."""
        return as_json({"status": "live"})

    async def ready(self, request: Request) -> Response:
        """GET /health/ready: 200, or 503, with the reasons for whom the figures are: they name folders and what ails them."""
        reasons = await run_in_threadpool(self._services.health)
        if not reasons:
            return as_json({"status": "ready"})
        return as_json({"status": "not ready", **({"reasons": reasons} if self._may_know(request) else {})}, 503)

    async def metrics(self, request: Request) -> Response:
        """GET /metrics: Prometheus text, for this machine or the holder of metrics_token."""
        if not self._may_know(request):
            raise unauthorized("Metrics are for this machine, or with metrics_token as Authorization: Bearer <token>.")
        gauges = await run_in_threadpool(self._services.gauges)
        return Response(exposition(gauges), 200, HEADERS, METRICS_TYPE)

    def _may_know(self, request: Request) -> bool:
        return is_local(request) or is_same(bearer(request), self._services.settings.metrics_token)

    async def internal(self, request: Request) -> Response:
        """POST /internal/<action>: run one of the assembly's actions, for the command line of the server's user only.

        An action that fails answers with its own words: they are for the operator who asked.
        """
        action = self._services.actions.get(request.path_params["action"])
        if action is None or not is_operator(request):
            raise ApiError(404, "There is nothing at this address.")
        try:
            return as_json(await run_in_threadpool(action))
        except Exception as error:
            raise ApiError(500, str(error) or type(error).__name__) from error


def exposition(gauges: Iterable[Gauge]) -> str:
    """Prometheus text format 0.0.4. Figures of one name stand together, in the order in which names first came."""
    by_name: dict[str, list[Gauge]] = {}
    for gauge in gauges:
        by_name.setdefault(gauge[0], []).append(gauge)
    lines = []
    for name, found in by_name.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {_escaped(found[0][1])}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {_number(value)}" for _, _, labels, value in found]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    shown = ",".join(f'{name}="{_escaped(value, quote=True)}"' for name, value in labels.items())
    return "{" + shown + "}" if shown else ""


def _escaped(text: str, quote: bool = False) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quote else escaped


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
