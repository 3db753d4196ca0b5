"""Builds snippet/dist from snippet/script.js: the minified script, its gzip and brotli forms, and what it was built from.

    python scripts/snippet_build.py            build
    python scripts/snippet_build.py --release  build, and keep a copy under its pinned name for good

A pinned tag (with an integrity hash) names the script by its content, so a released build stays in dist for as long as
some page may name it. The minifier is `tdewolff-minify` from PyPI; nothing but a build needs it.
"""

import gzip
import hashlib
import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

SNIPPET = Path(__file__).resolve().parent.parent / "snippet"
SOURCE = SNIPPET / "script.js"
DIST = SNIPPET / "dist"
GZIP_BYTES_MAX = 1000


def minified(source: bytes) -> bytes:
    """The script as it is served. Raises ImportError where the minifier is not installed."""
    text: str = import_module("minify").string("application/javascript", source.decode())
    return text.encode()


def build(source: bytes) -> dict[str, bytes]:
    """Every file of dist by name. Raises SystemExit when the script would be over its limit."""
    body = minified(source)
    packed = gzip.compress(body, 9, mtime=0)
    if len(packed) > GZIP_BYTES_MAX:
        raise SystemExit(f"The snippet is {len(packed)} bytes gzip, over its limit of {GZIP_BYTES_MAX}.")
    about = {
        "source_sha256": hashlib.sha256(source).hexdigest(),
        "script_sha256": hashlib.sha256(body).hexdigest(),
        "minifier": f"tdewolff-minify {version('tdewolff-minify')}",
    }
    return {
        "script.js": body,
        "script.js.gz": packed,
        "script.js.br": import_module("brotli").compress(body),
        "build.json": (json.dumps(about, indent=2) + "\n").encode(),
    }


def main(arguments: list[str]) -> None:
    """Write dist, and say how large it came out."""
    files = build(SOURCE.read_bytes())
    if "--release" in arguments:
        pinned = f"script.{hashlib.sha256(files['script.js']).hexdigest()[:8]}.js"
        files |= {name.replace("script.js", pinned): body for name, body in files.items() if name.startswith("script.js")}
    DIST.mkdir(exist_ok=True)
    for name, body in files.items():
        (DIST / name).write_bytes(body)
        print(f"{name:24} {len(body):5} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
