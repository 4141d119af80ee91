"""A small town's documents in an old and a new version, and an index of the old one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.faults.warm import Warm

CONTAINERS = "How many containers did the harbour handle in 2023?"
OLD_FIGURE, NEW_FIGURE = "5.2 million", "6.4 million"


def _harbour(figure: str) -> str:
    return f"""---
title: Harbour report 2023
publisher: Port Office
published: 2024-02-07
---

# Harbour report 2023

## Cargo

The harbour handled {figure} containers in 2023. It was a record year.

## Quays

A new quay of 400 metres was built in the south basin.
"""


FERRIES = """---
title: Ferry notice
publisher: Town Hall
published: 2023-05-10
---

# Ferry notice

The ferry line to Northbank opened on 4 May 2023. A crossing takes 15 minutes.
"""
PARKS = "Park notes\n\nThe town opened 12 parks in 2022. Three more are planned for 2025.\n"
MUSEUM = "# Museum\n\nThe town museum reopened in October 2023. It shows 900 exhibits.\n"

OLD = {"ferries.md": FERRIES, "harbour.md": _harbour(OLD_FIGURE), "parks.txt": PARKS}
NEW = {"harbour.md": _harbour(NEW_FIGURE), "museum.md": MUSEUM, "parks.txt": PARKS}


@dataclass(frozen=True, slots=True)
class Town:
    """Folders of both versions, and an index of the old one, which nobody may change."""

    old: Path
    new: Path
    index: Path

    def index_in(self, folder: Path) -> Path:
        """A copy of the index that may be changed."""
        return Path(shutil.copytree(self.index, folder / "index"))


def build_town(folder: Path, warm: Warm) -> Town:
    town = Town(folder / "old", folder / "new", folder / "index")
    write(town.old, OLD)
    write(town.new, NEW)
    done = warm.policyqa("ingest", town.old, "--index", town.index, cwd=folder)
    assert (done.code, done.err) == (0, "")
    return town


def write(folder: Path, documents: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def generations(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "generations").iterdir())


def current(index: Path) -> str:
    return (index / "current").read_text(encoding="utf-8").splitlines()[0]
