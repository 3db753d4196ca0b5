"""The HTML to embed on a site's pages, and the integrity hash of the script it names."""

import base64
import hashlib
from html import escape
from urllib.parse import quote

from snippet.serve import asset, pinned_path

# A page without scripts is known only from the picture's Referer, which by default names no path to another origin.
REFERRER_POLICY = "no-referrer-when-downgrade"


def tag(domain: str, base_url: str, pinned: bool = False) -> str:
    """The lines to put into a site's pages, right before `</body>`; `base_url` is the collector's public address.

    The script's line may stand in the `<head>` as well; the picture of the second may not.

    With `pinned` the script is named by its content and checked by the browser (`integrity`): nobody, not even the
    collector, can then change what runs on the pages. The price is that a new release needs a new tag.
    """
    base = base_url.rstrip("/")
    path = pinned_path() if pinned else "/script.js"
    check = f' integrity="{sri()}" crossorigin="anonymous"' if pinned else ""
    script = f'<script defer data-domain="{escape(domain)}" src="{escape(base + path)}"{check}></script>'
    picture = escape(f"{base}/pixel.gif?d={quote(domain, safe='')}")
    without = f'<noscript><img src="{picture}" alt="" width="1" height="1" referrerpolicy="{REFERRER_POLICY}"></noscript>'
    return f"{script}\n{without}"


def sri() -> str:
    """The current script's subresource integrity hash, `sha384-…`."""
    script = asset("/script.js")
    assert script is not None, "snippet/dist/script.js is part of the package"
    return "sha384-" + base64.b64encode(hashlib.sha384(script.body).digest()).decode()
