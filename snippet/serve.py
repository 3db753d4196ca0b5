"""The snippet's script, ready to be sent: what is served at which path, how encoded.

Pure: the files of `snippet/dist` are read once, the rest is choosing. Nothing here carries an ETag or a date: both come
back with the next request and tell visitors apart.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

DIST = Path(__file__).parent / "dist"
CONTENT_TYPE = "text/javascript; charset=utf-8"

# The order is the server's preference among encodings that a client likes equally.
ENCODINGS = {"br": ".br", "gzip": ".gz", "identity": ""}

# A day: a new release reaches every visitor within one, and without a validator a copy is fetched anew (under 1 kB).
CACHE_CURRENT = "public, max-age=86400"
# A pinned path names its content, so it may be kept for as long as a cache likes (a year is the customary maximum).
CACHE_PINNED = "public, max-age=31536000, immutable"

Headers = tuple[tuple[bytes, bytes], ...]


class Asset(NamedTuple):
    """One answer. `encoding` is "br", "gzip" or "identity"; `headers` is complete, as ASGI takes it."""

    body: bytes
    encoding: str
    headers: Headers


def asset(path: str, accept_encoding: str = "") -> Asset | None:
    """The script at a path, in the encoding that suits an Accept-Encoding header best; None where no script is.

    `/script.js`; `/js/script.js`, where Plausible's embeds look for it; and `/script.<hash8>.js`, the pinned paths.
    """
    forms = _scripts().get(path)
    return forms[encoding_for(accept_encoding)] if forms else None


def pinned_path() -> str:
    """The path that names the current script by its content, such as `/script.1a2b3c4d.js`."""
    return _pinned((DIST / "script.js").read_bytes())


@lru_cache(maxsize=256)
def encoding_for(accept_encoding: str) -> str:
    """The best of ENCODINGS for an Accept-Encoding header (RFC 9110, 12.5.3); identity where nothing is acceptable.

    An encoding that is not named weighs what `*` does, else nothing; identity is always acceptable unless refused.
    """
    weights = _weights(accept_encoding)
    rest = weights.get("*")
    named = {name: weights.get(name, rest if rest is not None else 0.0) for name in ENCODINGS}
    if "identity" not in weights and rest is None:
        named["identity"] = 0.0001
    best = max(ENCODINGS, key=lambda name: named[name])
    return best if named[best] > 0 else "identity"


def _weights(accept_encoding: str) -> dict[str, float]:
    """Each named encoding's quality value; one that cannot be read counts as a refusal."""
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        name, _, parameters = item.partition(";")
        if name.strip():
            weights[name.strip().replace("x-gzip", "gzip")] = _quality(parameters)
    return weights


def _quality(parameters: str) -> float:
    key, _, value = parameters.partition("=")
    if key.strip() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


@lru_cache(maxsize=1)
def _scripts() -> dict[str, dict[str, Asset]]:
    """Every path with a script, and the script's forms by encoding. Released builds keep their pinned paths."""
    current = DIST / "script.js"
    day = _forms(current, CACHE_CURRENT)
    pinned = {_pinned(file.read_bytes()): _forms(file, CACHE_PINNED) for file in sorted(DIST.glob("script*.js"))}
    return {"/script.js": day, "/js/script.js": day, **pinned}


def _forms(file: Path, cache: str) -> dict[str, Asset]:
    return {encoding: _asset(file.with_name(file.name + ending).read_bytes(), encoding, cache) for encoding, ending in ENCODINGS.items()}


def _pinned(script: bytes) -> str:
    return f"/script.{hashlib.sha256(script).hexdigest()[:8]}.js"


def _asset(body: bytes, encoding: str, cache: str) -> Asset:
    headers = [
        ("content-type", CONTENT_TYPE),
        ("content-length", str(len(body))),
        ("cache-control", cache),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("vary", "accept-encoding"),
    ]
    if encoding != "identity":
        headers.append(("content-encoding", encoding))
    return Asset(body, encoding, tuple((name.encode(), value.encode()) for name, value in headers))
