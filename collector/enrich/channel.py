"""Which channel a visit came through: GA4's default channel group as one table, read from the top, first match wins.

A row matches when everything it names matches; a channel with an "or" in its definition has a row for each side.
The definitions are Google's ("Default channel group", Analytics help), with its AI Assistant before search.
"""

import re
from typing import NamedTuple

CHANNELS = (
    "Direct",
    "Cross-network",
    "Paid Shopping",
    "Paid Search",
    "Paid Social",
    "Paid Video",
    "Display",
    "Paid Other",
    "Organic Shopping",
    "Organic Social",
    "Organic Video",
    "AI Assistant",
    "Organic Search",
    "Referral",
    "Email",
    "Affiliates",
    "Audio",
    "SMS",
    "Mobile Push Notifications",
    "Unassigned",
)
UNASSIGNED = "Unassigned"


class Arrival(NamedTuple):
    """What the rules look at, all lower-case: the source as sent or named, its class in sources.csv, medium and campaign."""

    source: str = ""
    kind: str = ""
    medium: str = ""
    campaign: str = ""


class Rule(NamedTuple):
    """One row: a channel and the patterns that all have to match. `kind` is a class of sources.csv, "" for any."""

    channel: str
    kind: str = ""
    medium: re.Pattern[str] | None = None
    campaign: re.Pattern[str] | None = None
    source: re.Pattern[str] | None = None

    def matches(self, arrival: Arrival) -> bool:
        return (
            (not self.kind or self.kind == arrival.kind)
            and (self.medium is None or self.medium.search(arrival.medium) is not None)
            and (self.campaign is None or self.campaign.search(arrival.campaign) is not None)
            and (self.source is None or self.source.search(arrival.source) is not None)
        )


def _one_of(*words: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(re.escape(word) for word in words)})$")


_NOTHING = _one_of("", "(none)", "(not set)")
_DIRECT = _one_of("", "(direct)", "direct")
_PAID = re.compile(r"cp|^ppc$|^retargeting$|^paid")
_SHOP = re.compile(r"(?:[^a-df-z]|^)shop|shopping")
_SOCIAL = _one_of("social", "social-network", "social-media", "sm", "social network", "social media")
_EMAIL = _one_of("email", "e-mail", "e_mail", "e mail", "newsletter")
_MAILED = re.compile(r"^(?!sms$|.*push$)")  # mailing services send these too
_DISPLAY = _one_of("display", "banner", "expandable", "interstitial", "cpm")

RULES = (
    Rule("Direct", source=_DIRECT, medium=_NOTHING, campaign=_NOTHING),
    Rule("Cross-network", campaign=re.compile("cross-network")),
    Rule("Paid Shopping", kind="shopping", medium=_PAID),
    Rule("Paid Shopping", campaign=_SHOP, medium=_PAID),
    Rule("Paid Search", kind="search", medium=_PAID),
    Rule("Paid Social", kind="social", medium=_PAID),
    Rule("Paid Video", kind="video", medium=_PAID),
    Rule("Display", medium=_DISPLAY),
    Rule("Paid Other", medium=_PAID),
    Rule("Organic Shopping", kind="shopping"),
    Rule("Organic Shopping", campaign=_SHOP),
    Rule("Organic Social", kind="social"),
    Rule("Organic Social", medium=_SOCIAL),
    Rule("Organic Video", kind="video"),
    Rule("Organic Video", medium=re.compile("video")),
    Rule("AI Assistant", kind="ai"),
    Rule("AI Assistant", medium=_one_of("ai", "ai-assistant", "ai_assistant", "llm")),
    Rule("Organic Search", kind="search"),
    Rule("Organic Search", medium=_one_of("organic")),
    Rule("Referral", medium=_one_of("referral", "app", "link")),
    Rule("Email", kind="email", medium=_MAILED),
    Rule("Email", source=_EMAIL),
    Rule("Email", medium=_EMAIL),
    Rule("Affiliates", medium=_one_of("affiliate", "affiliates")),
    Rule("Audio", medium=_one_of("audio", "podcast")),
    Rule("SMS", source=_one_of("sms")),
    Rule("SMS", medium=_one_of("sms")),
    Rule("Mobile Push Notifications", medium=re.compile("push$|mobile|notification")),
    Rule("Mobile Push Notifications", source=_one_of("firebase")),
)


def channel(arrival: Arrival) -> str:
    """The first channel whose row matches, one of `CHANNELS`."""
    return next((rule.channel for rule in RULES if rule.matches(arrival)), UNASSIGNED)
