"""The pixel's dialect: a one-pixel GIF in <noscript>, for browsers without scripts. The page is the Referer of the request."""

from urllib.parse import parse_qs

from collector.ingest.hit import Body, Given, Refused
from collector.ingest.plausible import URL_CHARS_MAX

QUERY_CHARS_MAX = 4_000
FIELDS_MAX = 50
# The smallest transparent picture that every browser draws: 43 bytes.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def body_of(query: bytes, given_headers: Given) -> Body:
    """A page view of `?d=DOMAIN`, at `u=` or else at the page that embeds the pixel. Raises Refused(400)."""
    if len(query) > QUERY_CHARS_MAX:
        raise Refused(400, f"the query is longer than {QUERY_CHARS_MAX} characters")
    try:
        given = parse_qs(query.decode("latin-1"), max_num_fields=FIELDS_MAX)
    except ValueError:
        raise Refused(400, f"the query has more than {FIELDS_MAX} fields") from None
    page = given.get("u", [""])[0] or given_headers.get(b"referer", b"").decode("latin-1")
    if not page:
        raise Refused(400, "no page: the request has neither u= nor a Referer")
    return Body("pageview", page[:URL_CHARS_MAX], given.get("d", [""])[0], given.get("r", [""])[0][:URL_CHARS_MAX])
