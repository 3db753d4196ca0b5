"""GA4's default channel group, row by row and in order."""

import pytest

from collector.enrich.channel import CHANNELS, RULES, Arrival, channel

# source, class, medium, campaign | channel
TABLE = [
    ("", "", "", "", "Direct"),
    ("(direct)", "", "(none)", "(not set)", "Direct"),
    ("", "", "", "summer", "Unassigned"),
    ("google", "search", "cpc", "my cross-network sale", "Cross-network"),
    ("google shopping", "shopping", "cpc", "", "Paid Shopping"),
    ("amazon", "shopping", "ppc", "", "Paid Shopping"),
    ("google", "search", "cpc", "spring shopping", "Paid Shopping"),
    ("google", "search", "cpc", "shop", "Paid Shopping"),
    ("google", "search", "cpc", "workshop", "Paid Search"),
    ("google", "search", "cpc", "bishops", "Paid Search"),
    ("google", "search", "cpc", "", "Paid Search"),
    ("bing", "search", "ppc", "", "Paid Search"),
    ("facebook", "social", "paid_social", "", "Paid Social"),
    ("facebook", "social", "retargeting", "", "Paid Social"),
    ("youtube", "video", "cpv", "", "Paid Video"),
    ("youtube", "video", "cpc", "", "Paid Video"),
    ("someone", "", "banner", "", "Display"),
    ("someone", "", "display", "", "Display"),
    ("someone", "", "cpm", "", "Display"),
    ("google", "search", "cpm", "", "Paid Search"),
    ("someone", "", "paid", "", "Paid Other"),
    ("chatgpt", "ai", "cpc", "", "Paid Other"),
    ("amazon", "shopping", "", "", "Organic Shopping"),
    ("newsletter", "", "email", "shop", "Organic Shopping"),
    ("facebook", "social", "", "", "Organic Social"),
    ("someone", "", "social-media", "", "Organic Social"),
    ("someone", "", "sm", "", "Organic Social"),
    ("youtube", "video", "", "", "Organic Video"),
    ("someone", "", "online-video", "", "Organic Video"),
    ("chatgpt", "ai", "", "", "AI Assistant"),
    ("chatgpt", "ai", "organic", "", "AI Assistant"),
    ("chatgpt", "ai", "referral", "", "AI Assistant"),
    ("someone", "", "ai-assistant", "", "AI Assistant"),
    ("google", "search", "", "", "Organic Search"),
    ("someone", "", "organic", "", "Organic Search"),
    ("example.org", "", "referral", "", "Referral"),
    ("example.org", "", "link", "", "Referral"),
    ("slack", "", "app", "", "Referral"),
    ("gmail", "email", "", "", "Email"),
    ("e-mail", "", "", "", "Email"),
    ("spring", "", "e_mail", "", "Email"),
    ("partner", "", "affiliate", "", "Affiliates"),
    ("partner", "", "affiliates", "", "Affiliates"),
    ("spotify", "", "audio", "", "Audio"),
    ("sms", "", "", "", "SMS"),
    ("someone", "", "sms", "", "SMS"),
    ("someone", "", "web-push", "", "Mobile Push Notifications"),
    ("someone", "", "mobile", "", "Mobile Push Notifications"),
    ("someone", "", "notifications", "", "Mobile Push Notifications"),
    ("firebase", "", "", "", "Mobile Push Notifications"),
    ("someone", "", "", "", "Unassigned"),
    ("someone", "", "flyer", "", "Unassigned"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "kind", "medium", "campaign", "expected"), TABLE)
def test_an_arrival_has_one_channel(source: str, kind: str, medium: str, campaign: str, expected: str) -> None:
    assert channel(Arrival(source, kind, medium, campaign)) == expected


def test_every_channel_is_reached_by_the_table() -> None:
    assert {row[-1] for row in TABLE} == set(CHANNELS)


def test_the_rules_stand_in_the_order_of_the_channels() -> None:
    order = [CHANNELS.index(rule.channel) for rule in RULES]
    assert order == sorted(order)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_wins_somewhere(rule: object) -> None:
    arrivals = (Arrival(*row[:4]) for row in TABLE)
    assert any(next((r for r in RULES if r.matches(arrival)), None) is rule for arrival in arrivals)
