"""Code that a served Footfall's processes run before their own: how a test watches them or makes their disk fail from outside."""

import os
from pathlib import Path

# While the file FLAG exists, each call of os.fdatasync fails once and takes the file away, or each os.write to the journal fails.
FAILING_SYNC = """
import errno, os
real = os.fdatasync
def failing(descriptor):
    try:
        os.unlink({flag!r})
    except FileNotFoundError:
        return real(descriptor)
    raise OSError(errno.EIO, os.strerror(errno.EIO))
os.fdatasync = failing
"""
FULL_DISK = """
import errno, os
real = os.write
def failing(descriptor, data):
    if os.path.exists({flag!r}) and os.readlink("/proc/self/fd/%d" % descriptor).endswith(".journal"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return real(descriptor, data)
os.write = failing
"""


def hooked(folder: Path, code: str) -> dict[str, str]:
    """The environment in which every Python process runs `code` first."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))
    return {"PYTHONPATH": path}
