"""Files that are all there or not there at all, power cut or not."""

import os
import shutil
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished file or folder its real name: sync, rename, sync the folder that holds the name."""
    sync(temporary)
    temporary.rename(final)
    sync(final.parent)


def discard(path: Path) -> None:
    """Remove a file or a folder with what is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
