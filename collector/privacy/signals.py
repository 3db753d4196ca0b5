"""The signals by which a browser asks not to be counted; read before anything is computed."""

from collector.event import Drop


def refusal(gpc: str, dnt: str, honour_dnt: bool) -> Drop | None:
    """Why this browser is not counted, or None. `gpc` and `dnt` are the header values, "" if absent.

    Sec-GPC is defined by the W3C Global Privacy Control draft: only the value "1" speaks. DNT likewise (Tracking
    Preference Expression, retired but still sent by many).
    """
    if gpc == "1":
        return Drop.GPC
    if dnt == "1" and honour_dnt:
        return Drop.DNT
    return None
