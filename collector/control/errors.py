"""What control refuses: one class a reason, each message a whole sentence for the person at the keyboard."""


class ControlError(ValueError):
    """Something asked of the control database that cannot be done; the message says what and what to do."""


class BadDomain(ControlError):
    """A domain or hostname that is not one."""


class BadTimezone(ControlError):
    """A time zone that the tz database does not have."""


class DuplicateSite(ControlError):
    """A site with this domain exists already."""


class UnknownSite(ControlError):
    """No site has this domain."""


class TooMany(ControlError):
    """A named limit is reached."""


class UnknownKey(ControlError):
    """No key has this number."""


class BadSegment(ControlError):
    """A segment's name or conditions that cannot be kept."""


class DuplicateSegment(ControlError):
    """A segment of the site has this name already, or had it."""


class UnknownSegment(ControlError):
    """No segment of the site has this name."""


class DatabaseUnusable(ControlError):
    """The control database cannot be opened, or a newer version wrote it."""


class PictureUnreadable(ControlError):
    """The picture of the sites is missing, damaged or of another version."""
