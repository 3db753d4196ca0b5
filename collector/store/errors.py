"""What can go wrong with a store, by name; each message says what happened, which file, what to do."""


class StoreError(RuntimeError):
    """Any failure of a store; the ones below say more."""


class NewerStore(StoreError):
    """The file was written by a newer version: nothing was touched."""


class StoreLocked(StoreError):
    """Another process holds the file: nothing was touched."""


class StoreFull(StoreError):
    """The disk or the memory limit is full: the same call can succeed later."""


class RowsRefused(StoreError):
    """These rows fit no column of the tables: the same call fails for ever, and other rows are not concerned."""


class StoreDamaged(StoreError):
    """The file cannot be trusted: let go of it and open it anew with `recovery.open_or_rebuild`."""


class QueryTimeout(StoreError):
    """A question took longer than it may and was stopped."""


class BackupDamaged(StoreError):
    """A backup does not match its manifest; the message names the file."""
