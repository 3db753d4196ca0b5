"""The demo: a small shop and blog to click through, and a year of generated history for a second site."""
