"""The dashboard: pages that answer a marketer's questions, asked through `collector.query` like the public API's."""

from dashboard.errors import error_handlers
from dashboard.pages import routes

__all__ = ["error_handlers", "routes"]
