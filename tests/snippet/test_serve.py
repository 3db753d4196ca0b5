"""What is served where and how encoded, and that the build in the repository is the build of the source."""

import base64
import gzip
import hashlib
import importlib.util
import json
import re

import brotli
import pytest

from scripts import snippet_build
from snippet.serve import CACHE_CURRENT, CACHE_PINNED, DIST, asset, encoding_for, pinned_path
from snippet.tag import sri, tag

SOURCE = snippet_build.SOURCE.read_bytes()
SCRIPT = (DIST / "script.js").read_bytes()
FORBIDDEN_HEADERS = {b"etag", b"last-modified", b"set-cookie"}


def test_the_script_is_at_most_a_thousand_bytes_gzip() -> None:
    assert 500 < len((DIST / "script.js.gz").read_bytes()) <= 1000


def test_the_packed_forms_hold_the_same_bytes() -> None:
    assert gzip.decompress((DIST / "script.js.gz").read_bytes()) == SCRIPT
    assert brotli.decompress((DIST / "script.js.br").read_bytes()) == SCRIPT


def test_the_build_was_made_from_the_source_beside_it() -> None:
    about = json.loads((DIST / "build.json").read_text())
    assert about["source_sha256"] == hashlib.sha256(SOURCE).hexdigest()
    assert about["script_sha256"] == hashlib.sha256(SCRIPT).hexdigest()


@pytest.mark.skipif(importlib.util.find_spec("minify") is None, reason="the minifier (tdewolff-minify) is not installed")
def test_a_fresh_build_gives_the_same_files() -> None:
    built = snippet_build.build(SOURCE)
    assert built["script.js"] == SCRIPT
    assert built["build.json"] == (DIST / "build.json").read_bytes()


def test_the_script_names_no_storage_and_nothing_that_identifies() -> None:
    words = ("cookie", "localStorage", "sessionStorage", "indexedDB", "caches", "window.name", "screen.", "canvas", "userAgent", "plugins")
    code = re.sub(rb"/\*.*?\*/|//[^\n]*", b"", SOURCE, flags=re.DOTALL).decode()
    assert "fetch(" in code
    assert [word for word in words if word in code or word.encode() in SCRIPT] == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;Q=1.0", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=0.2", "gzip"),
        ("gzip;q=0.5, identity;q=1", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, *;q=0.5", "br"),
        ("br;q=high, gzip;q=2", "identity"),
        ("br;q=nan", "identity"),
        (",,;q=1,", "identity"),
        ("deflate", "identity"),
    ],
)
def test_the_best_acceptable_encoding_is_chosen(header: str, expected: str) -> None:
    assert encoding_for(header) == expected


@pytest.mark.parametrize("path", ["/script.js", "/js/script.js", pinned_path()])
@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_every_path_serves_the_script_in_every_encoding(path: str, encoding: str) -> None:
    found = asset(path, encoding)
    assert found is not None
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]
    assert unpack(found.body) == SCRIPT
    headers = dict(found.headers)
    assert headers[b"content-length"] == str(len(found.body)).encode()
    assert headers.get(b"content-encoding", b"identity") == encoding.encode()
    assert headers[b"vary"] == b"accept-encoding"
    assert headers[b"access-control-allow-origin"] == b"*"
    assert headers[b"cross-origin-resource-policy"] == b"cross-origin"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"].decode() == (CACHE_PINNED if path == pinned_path() else CACHE_CURRENT)
    assert not FORBIDDEN_HEADERS & set(headers)


@pytest.mark.parametrize("path", ["/", "/script.js/", "/script.00000000.js", "/build.json", "/../script.js", "/pixel.gif"])
def test_other_paths_serve_no_script(path: str) -> None:
    assert asset(path, "br") is None


def test_released_builds_are_named_by_their_content() -> None:
    for file in DIST.glob("script.*.js"):
        assert file.name == f"script.{hashlib.sha256(file.read_bytes()).hexdigest()[:8]}.js"


def test_the_plain_tag_names_the_current_script_and_a_picture_for_pages_without_scripts() -> None:
    script, without = tag("example.com", "https://stats.example.com/").splitlines()
    assert script == '<script defer data-domain="example.com" src="https://stats.example.com/script.js"></script>'
    assert without.startswith('<noscript><img src="https://stats.example.com/pixel.gif?d=example.com" ')


def test_the_pinned_tag_carries_the_hash_of_what_its_path_serves() -> None:
    html = tag("example.com", "https://stats.example.com", pinned=True)
    found = re.search(r'src="https://stats\.example\.com([^"]+)" integrity="([^"]+)" crossorigin="anonymous"', html)
    assert found is not None
    served = asset(found[1], "gzip")
    assert served is not None and found[2] == sri()
    assert sri() == "sha384-" + base64.b64encode(hashlib.sha384(gzip.decompress(served.body)).digest()).decode()


def test_a_domain_cannot_break_out_of_the_tag() -> None:
    html = tag('"><script>alert(1)</script>', "https://stats.example.com")
    assert html.count("<script") == 1 and "alert(1)<" not in html
