"""The static files: read and compressed once, served under an address that names their content, so that they never go stale.

No ETag and no Last-Modified: a validator is an identifier, and an immutable file needs none.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(__file__).parent / "static"

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_CACHE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its media type, its bytes, and its bytes compressed."""

    media_type: str
    body: bytes
    gzipped: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files by name, under one version made from their contents."""

    version: str
    files: Mapping[str, Asset]

    def url(self, name: str) -> str:
        """The address of a file. Raises LookupError for one that does not exist, so that no page can name it."""
        if name not in self.files:
            raise LookupError(f"There is no static file {name}.")
        return f"/static/{self.version}/{name}"

    async def serve(self, request: Request) -> Response:
        """Answer GET /static/{version}/{name}."""
        asset = self.files.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != self.version:
            return PlainTextResponse("There is no such file.", 404)
        headers = {"cache-control": _CACHE, "vary": "accept-encoding"}
        if not accepts_gzip(request):
            return Response(asset.body, headers=headers, media_type=asset.media_type)
        return Response(asset.gzipped, headers={**headers, "content-encoding": "gzip"}, media_type=asset.media_type)


def load(folder: Path = FOLDER) -> Assets:
    """Read the static files of a folder."""
    files = {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in _TYPES}
    digest = hashlib.sha256(b"\0".join(name.encode() + b"\0" + asset.body for name, asset in files.items()))
    return Assets(digest.hexdigest()[:12], files)


def accepts_gzip(request: Request) -> bool:
    """Whether the client says it reads gzip."""
    offers = (offer.partition(";") for offer in request.headers.get("accept-encoding", "").lower().split(","))
    return any(name.strip() == "gzip" and quality.strip() not in ("q=0", "q=0.0") for name, _, quality in offers)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(_TYPES[path.suffix], body, gzip.compress(body, 9, mtime=0))
