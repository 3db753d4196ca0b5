"""Files that are all there or not there at all, power cut or not."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished file or folder its real name: sync, rename, sync the folder that holds the name."""
    sync(temporary)
    temporary.rename(final)
    sync(final.parent)


def replace(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Make these bytes the file's, for this user's eyes only (0600): whoever reads meanwhile sees the old file or the new one, whole.

    Each writer has a temporary file of its own, so two may do this at once. Bytes that come in pieces need not fit in memory.
    Raises OSError, or what the pieces raise, with the old file as it was.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((data,) if isinstance(data, bytes) else data)
        publish(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def discard(path: Path) -> None:
    """Remove a file or a folder with what is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
