"""Templates to answers: autoescaped, strict about names, compressed where the client reads it."""

import gzip
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from collector.facts import METRICS
from dashboard.assets import Assets, accepts_gzip

# A page is packed by about five at level 5 in a millisecond; smaller ones fit a packet as they are.
GZIP_LEVEL = 5
GZIP_BYTES_MIN = 1400


class Renderer:
    """Renders a template with its model. Pages hold no secret (no token, no key), so compressing them gives none away."""

    def __init__(self, assets: Assets) -> None:
        self._templates = Environment(
            loader=PackageLoader("dashboard", "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(asset=assets.url, all_metrics=METRICS)

    def __call__(self, request: Request, template: str, model: Mapping[str, Any], status: int = 200) -> Response:
        body = self._templates.get_template(template).render(model).encode()
        headers = {"vary": "accept-encoding, cookie"}
        if len(body) >= GZIP_BYTES_MIN and accepts_gzip(request):
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            headers["content-encoding"] = "gzip"
        return HTMLResponse(body, status, headers)
