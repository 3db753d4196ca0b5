"""What happens on the generated site, as tables: pages, where visits come from, when people are awake, what is sold.

The site is made up: a shop for walking and skiing gear with a magazine and a help section.
"""

from typing import NamedTuple

DOMAIN = "generated-history.example"


class Arrival(NamedTuple):
    """One way to arrive: `weight` in its kind, the `referrer` sent, the `query` on the first address, where it lands."""

    weight: int
    referrer: str
    query: str = ""
    lands: str = "any"


# In order of popularity: Zipf gives the n-th a weight of 1/n within its section.
PAGES: dict[str, tuple[str, ...]] = {
    "home": ("/",),
    "shop": (
        "/shop",
        "/shop/boots",
        "/shop/tents",
        "/shop/jackets",
        "/shop/skis",
        "/shop/backpacks",
        "/shop/sale",
        "/shop/stoves",
        "/product/ridge-boot-mid",
        "/product/two-person-tent-fjell",
        "/product/shell-jacket-3l",
        "/product/forest-ski-187",
        "/product/backpack-45",
        "/product/wool-base-layer",
        "/product/headlamp-400",
        "/product/gas-stove-mini",
        "/product/trail-socks",
        "/product/down-jacket-light",
        "/product/sleeping-bag-minus-5",
        "/product/poles-carbon",
        "/product/gaiters",
        "/product/map-case",
        "/product/water-filter",
        "/product/first-aid-kit",
    ),
    "magazine": (
        "/magazine",
        "/magazine/how-to-pack-a-backpack",
        "/magazine/ten-day-hikes-in-lapland",
        "/magazine/waxing-skis-at-home",
        "/magazine/boots-that-do-not-blister",
        "/magazine/winter-camping-for-beginners",
        "/magazine/layers-explained",
        "/magazine/reading-a-topographic-map",
        "/magazine/what-to-eat-on-the-trail",
        "/magazine/archipelago-trail-by-bus",
        "/magazine/hiking-with-children",
        "/magazine/the-right-to-roam",
        "/magazine/repairing-a-tent-pole",
        "/magazine/northern-lights-calendar",
        "/magazine/mosquitoes-and-how-to-live-with-them",
        "/magazine/crossing-a-stream",
        "/magazine/a-week-without-a-phone",
        "/magazine/forest-skiing-where-to-start",
        "/magazine/drying-boots-overnight",
        "/magazine/the-lightest-stove-we-tested",
    ),
    "help": (
        "/help",
        "/help/delivery",
        "/help/returns",
        "/help/sizes",
        "/help/care-for-wool",
        "/help/warranty",
        "/stores",
        "/stores/helsinki",
        "/stores/stockholm",
        "/stores/hamburg",
        "/about",
        "/about/repairs",
        "/jobs",
        "/newsletter",
    ),
    "campaign": ("/spring", "/gift-guide", "/ski-week"),
}

CAMPAIGN_SECTION = "campaign"  # only an advertisement leads there

# Share of visits by kind, and how that share changes over the whole time told (1.0: not at all).
KINDS: dict[str, tuple[int, float]] = {
    "direct": (300, 0.95),
    "search": (370, 0.85),
    "social": (90, 1.1),
    "referral": (80, 1.0),
    "assistant": (30, 3.0),
    "paid": (70, 1.2),
    "email": (45, 1.3),
}

ARRIVALS: dict[str, tuple[Arrival, ...]] = {
    "direct": (Arrival(6, "", lands="home"), Arrival(3, ""), Arrival(2, "", lands="shop")),
    "search": (
        Arrival(700, "https://www.google.com/", lands="magazine"),
        Arrival(400, "https://www.google.com/", lands="shop"),
        Arrival(120, "https://www.google.com/", lands="home"),
        Arrival(110, "https://www.bing.com/", lands="magazine"),
        Arrival(80, "https://duckduckgo.com/", lands="magazine"),
        Arrival(30, "https://www.ecosia.org/", lands="magazine"),
        Arrival(14, "https://search.brave.com/", lands="magazine"),
        Arrival(14, "https://yandex.ru/", lands="magazine"),
        Arrival(10, "https://www.startpage.com/", lands="help"),
        Arrival(9, "https://www.qwant.com/", lands="shop"),
    ),
    "social": (
        Arrival(30, "https://www.reddit.com/", lands="magazine"),
        Arrival(28, "https://l.facebook.com/"),
        Arrival(26, "https://l.instagram.com/", lands="shop"),
        Arrival(14, "https://www.youtube.com/", lands="magazine"),
        Arrival(9, "https://t.co/", lands="magazine"),
        Arrival(9, "https://www.pinterest.com/", lands="shop"),
        Arrival(7, "https://www.linkedin.com/", lands="help"),
        Arrival(6, "https://bsky.app/", lands="magazine"),
        Arrival(4, "https://mastodon.social/", lands="magazine"),
        Arrival(4, "https://news.ycombinator.com/", lands="magazine"),
    ),
    "referral": (
        Arrival(20, "https://trail-notes.example/gear/best-boots", lands="shop"),
        Arrival(16, "https://outdoor-club.example/links"),
        Arrival(12, "https://forum.hikers.example/t/tent-advice", lands="shop"),
        Arrival(9, "https://en.wikipedia.org/", lands="magazine"),
        Arrival(8, "https://github.com/", lands="magazine"),
        Arrival(7, "https://city-weekly.example/autumn-walks", lands="magazine"),
        Arrival(5, "https://school-trips.example/", lands="help"),
    ),
    "assistant": (
        Arrival(60, "https://chatgpt.com/", lands="magazine"),
        Arrival(18, "https://www.perplexity.ai/", lands="magazine"),
        Arrival(14, "https://gemini.google.com/", lands="magazine"),
        Arrival(10, "https://claude.ai/", lands="magazine"),
        Arrival(9, "https://copilot.microsoft.com/", lands="shop"),
        Arrival(3, "https://chat.mistral.ai/", lands="help"),
    ),
    "paid": (
        Arrival(34, "https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=boots&utm_term=hiking+boots&gclid=1", "shop"),
        Arrival(22, "https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=brand&gclid=1", "home"),
        Arrival(
            16, "https://l.instagram.com/", "utm_source=instagram&utm_medium=paid-social&utm_campaign=jackets&utm_content=film", "shop"
        ),
        Arrival(
            12,
            "https://l.facebook.com/",
            "utm_source=facebook&utm_medium=paid-social&utm_campaign=jackets&utm_content=still&fbclid=1",
            "shop",
        ),
        Arrival(8, "https://www.bing.com/", "utm_source=bing&utm_medium=cpc&utm_campaign=tents&msclkid=1", "shop"),
        Arrival(5, "https://ads.example/", "utm_source=outdoor-network&utm_medium=display&utm_campaign=brand", "home"),
    ),
    "email": (
        Arrival(10, "", "utm_source=newsletter&utm_medium=email&utm_campaign=weekly&utm_content=top", "magazine"),
        Arrival(6, "", "utm_source=newsletter&utm_medium=email&utm_campaign=weekly&utm_content=offer", "shop"),
        Arrival(2, "", "utm_source=order-mail&utm_medium=email&utm_campaign=care", "help"),
    ),
}

# Each campaign's arrivals are added to "paid" on its days of the year (first and last month and day).
CAMPAIGNS: tuple[tuple[tuple[int, int], tuple[int, int], tuple[Arrival, ...]], ...] = (
    (
        (4, 7),
        (4, 30),
        (Arrival(60, "https://l.instagram.com/", "utm_source=instagram&utm_medium=paid-social&utm_campaign=spring", "campaign"),),
    ),
    (
        (2, 12),
        (3, 3),
        (Arrival(50, "https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=ski-week&gclid=1", "campaign"),),
    ),
    (
        (11, 24),
        (12, 23),
        (Arrival(90, "https://l.facebook.com/", "utm_source=facebook&utm_medium=paid-social&utm_campaign=gifts", "campaign"),),
    ),
)

# By hour of the visitor's own day: asleep at four, a bump at lunch, the peak after dinner.
HOURS = (14, 8, 5, 3, 3, 5, 12, 26, 40, 50, 54, 58, 66, 60, 54, 52, 54, 60, 68, 78, 86, 80, 58, 32)
WEEKDAYS = (1.08, 1.12, 1.08, 1.04, 0.96, 0.80, 0.92)  # Monday first
MONTHS = (0.88, 0.94, 0.98, 1.06, 1.16, 1.18, 1.10, 1.12, 1.04, 0.92, 0.98, 1.12)  # January first
GROWTH = 1.5  # from the first day told to the last
NEWSLETTER_WEEKDAY, NEWSLETTER_LIFT = 1, 4.0  # it goes out on Tuesdays

# How many pages a visit sees: (pages, share).
LENGTHS = ((1, 52), (2, 20), (3, 12), (4, 7), (5, 4), (6, 2), (8, 2), (11, 1))
PRICES = ("189.00", "349.00", "279.90", "429.00", "159.00", "64.90", "49.00", "39.90", "18.50", "219.00", "129.00")
PLANS = ("weekly", "monthly")
OUTBOUND = ("https://www.nationalparks.fi/", "https://www.openstreetmap.org/", "https://www.fmi.fi/")
DOWNLOADS = ("/files/packing-list.pdf", "/files/boot-sizes.pdf", "/files/wax-chart.pdf")
