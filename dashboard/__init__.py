"""The dashboard: pages that answer a marketer's questions, asked through `collector.query` like the public API's."""

from dashboard.pages import routes

__all__ = ["routes"]
