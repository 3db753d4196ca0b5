"""What a posted form holds, read no further than one of ours can be long."""

from urllib.parse import parse_qsl

from starlette.requests import Request

# A form carries a view along (`view.PAIRS_MAX`) and a few fields of its own.
FIELDS_MAX = 80


async def posted(request: Request, bytes_max: int) -> list[tuple[str, str]]:
    """The (name, value) pairs of a posted form, in order, those without a value left out; none if it is too big to be one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            return []
    try:
        return parse_qsl(body.decode("utf-8", "replace"), max_num_fields=FIELDS_MAX)
    except ValueError:
        return []
