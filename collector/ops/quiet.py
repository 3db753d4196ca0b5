"""How an unforeseen error is told: by type and place only. Its message could carry what a browser sent."""

import sys
import traceback
from pathlib import Path


def tell(error: BaseException) -> None:
    """One line on stderr: the error's type, and the file, line and function it came from."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    print(f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno} ({where.name})", file=sys.stderr, flush=True)
