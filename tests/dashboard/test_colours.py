"""Every text and line can be seen, in light and in dark: WCAG 2.2, 1.4.3 (4.5:1) and 1.4.11 (3:1)."""

import re

import pytest

from dashboard.assets import FOLDER

STYLE = (FOLDER / "app.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", STYLE))

TEXTS = [(text, ground) for text in ("text", "muted") for ground in ("page", "card", "raised", "hover", "accent-tint")]
TEXTS += [("accent", ground) for ground in ("page", "card", "accent-tint")]
TEXTS += [("good", "card"), ("bad", "card"), ("good", "hover"), ("bad", "hover"), ("on-accent", "accent")]
LINES = [("line-strong", "card"), ("line-strong", "page"), ("accent", "card"), ("good", "page")]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), [(*t, 4.5) for t in TEXTS] + [(*line, 3.0) for line in LINES])
def test_a_colour_stands_out_from_its_ground(front: str, ground: str, least: float, scheme: int) -> None:
    colours = [PAIRS[name].split(", ")[scheme] for name in (front, ground)]
    assert contrast(*colours) >= least
