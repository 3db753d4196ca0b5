"""What the makers of the place data ask to be said on pages that show it."""

from collector.settings import Settings
from dashboard.navigation import Link

_DB_IP = Link("IP geolocation by DB-IP", "https://db-ip.com")
_MAXMIND = Link("Includes GeoLite2 data created by MaxMind", "https://www.maxmind.com")

# By a part of the data file's name; both licences (CC BY 4.0, GeoLite2 EULA) ask for a link.
_BY_NAME = (("dbip", _DB_IP), ("db-ip", _DB_IP), ("geolite", _MAXMIND), ("geoip", _MAXMIND))


def data_credits(settings: Settings) -> tuple[Link, ...]:
    """The credits to link to, for the data files in use."""
    files = [path.name.lower() for path in (settings.city_db, settings.country_db, settings.network_db) if path]
    return tuple(dict.fromkeys(link for name in files for part, link in _BY_NAME if part in name))
