"""How a measuring script ends: its table on the screen and in a folder, or one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from eval.disk import write_whole
from rag.errors import PolicyQAError


def report(program: str, make: Callable[[], str], folder: Path | None, file: str) -> int:
    """Print what `make` gives, also written to `file` in the folder if one is named.

    Returns the exit code: 2, after one sentence, if it cannot be made or written.
    """
    try:
        text = make()
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / file, text)
    except (PolicyQAError, OSError) as error:
        print(f"{program}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(text, end="")  # noqa: T201
    return 0
