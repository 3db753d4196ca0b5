"""The salts: 32 random bytes per site and local day, in memory that no disk sees, overwritten when the day ends.

One slot a site in a memory map: of a file in the RAM-backed runtime folder (so that a restart keeps the day's salt)
or of anonymous memory. The kernel writes the random bytes straight into the map and BLAKE2b reads them from it, so
no Python object ever holds a copy. A slot whose day is not today's is never read: it is overwritten first.
"""

import mmap
import os
import struct
from pathlib import Path

from collector.privacy.key import SALT_BYTES
from collector.privacy.runtime import WITHOUT_IT

SITES_MAX = 10_000
_SLOT = struct.Struct("<QQ")  # site, day; the salt follows
SLOT_BYTES = _SLOT.size + SALT_BYTES
FILE_NAME = "salts"


class Salts:
    """The day's salts of all sites. Opened once by the process that counts; closed with it."""

    def __init__(self, runtime_dir: Path | None) -> None:
        """`runtime_dir` must be RAM-backed; None keeps the salts in this process's memory only."""
        self._map = _open(runtime_dir)
        self._view = memoryview(self._map)
        self._random = Path("/dev/urandom").open("rb", buffering=0)  # noqa: SIM115 - lives as long as the salts do
        self._slots: dict[int, tuple[int, memoryview]] = {}
        self._overwritten = 0  # days that ended with their site's first event of the next, before anybody asked
        self._index = {site: at for at in range(SITES_MAX) if (site := self._stored(at)[0])}

    def of(self, site: int, day: int) -> memoryview:
        """The salt of a site's local day (ordinal). A day not seen before gets fresh random bytes over the last day's."""
        known = self._slots.get(site)
        if known is not None and known[0] == day:
            return known[1]
        return self._renew(site, day)

    def overwrite_ended(self, days: dict[int, int]) -> int:
        """Overwrite every salt whose day is not its site's present one (`days`: site -> ordinal).

        A site not in `days` is gone: its salt goes too. Returns how many were overwritten since this was last asked, those
        included that an event of a new day came for first: on a busy site that is each midnight.
        """
        for site in [site for site, at in self._index.items() if self._stored(at)[1] != days.get(site, 0)]:
            self._renew(site, days.get(site, 0))
        overwritten, self._overwritten = self._overwritten, 0
        return overwritten

    def close(self) -> None:
        """Let go of the map; the runtime file stays for a restart."""
        self._slots.clear()
        self._view.release()
        self._map.close()
        self._random.close()

    def _stored(self, at: int) -> tuple[int, int]:
        """The (site, day) of one slot; (0, 0) if it was never used."""
        site, day = _SLOT.unpack_from(self._map, at * SLOT_BYTES)
        return site, day

    def _renew(self, site: int, day: int) -> memoryview:
        at = self._index.get(site)
        if at is None:
            at = len(self._index)
            if at >= SITES_MAX:
                raise OverflowError(f"more than {SITES_MAX} sites have salts")
            self._index[site] = at
        start = at * SLOT_BYTES
        salt = self._view[start + _SLOT.size : start + SLOT_BYTES]
        stored = self._stored(at)
        if stored != (site, day):
            self._overwritten += stored[0] != 0
            self._fill(salt)
            _SLOT.pack_into(self._map, start, site, day)
        self._slots[site] = (day, salt)
        return salt

    def _fill(self, salt: memoryview) -> None:
        if self._random.readinto(salt) != SALT_BYTES:
            raise OSError("/dev/urandom gave too few bytes: no salt, so no visitor can be counted")


def open_salts(runtime_dir: Path | None) -> tuple[Salts, str]:
    """The salts in the runtime folder and "", or where it does not take them, in memory only and a warning."""
    try:
        return Salts(runtime_dir), ""
    except OSError as error:
        return Salts(None), (
            f"The runtime folder {runtime_dir} takes nothing ({error.strerror}): salts and open visits stay in memory only. {WITHOUT_IT} "
            "Make room there, or set another runtime_dir, and restart."
        )


def _open(runtime_dir: Path | None) -> mmap.mmap:
    size = SITES_MAX * SLOT_BYTES
    if runtime_dir is None:
        memory = mmap.mmap(-1, size)
    else:
        descriptor = os.open(runtime_dir / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, size)  # a full folder is an error now, not a bus error at the first salt
            memory = mmap.mmap(descriptor, size)
        except OSError:
            (runtime_dir / FILE_NAME).unlink()  # nobody would overwrite what it holds
            raise
        finally:
            os.close(descriptor)
    memory.madvise(mmap.MADV_DONTDUMP)  # not into a core file
    return memory
