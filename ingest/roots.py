"""What an index is made of: the paths named last, and folders that belong to it whatever is named.

    INDEX/roots.json

The folder of uploads is such a folder: once attached, every ingest into this index reads it too,
so that `policyqa ingest FOLDER` drops nothing that came by the page. One that is no longer there
holds nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import IndexCorrupt, SourceError

FILE = "roots.json"


@dataclass(frozen=True, slots=True)
class Attached:
    """A folder whose files are called `prefix/…` in the index."""

    prefix: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Roots:
    """Absolute paths: those named at the last ingest, and the attached folders."""

    paths: tuple[Path, ...] = ()
    attached: tuple[Attached, ...] = ()

    @classmethod
    def load(cls, index_dir: Path) -> Roots:
        """The roots beside an index; none if nothing was ingested yet.

        Raises:
            IndexCorrupt: they do not parse. They are not passed over, for uploads would be lost.
        """
        path = index_dir / FILE
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
            paths = tuple(Path(named) for named in row["paths"])
            attached = tuple(Attached(str(a["prefix"]), Path(a["folder"])) for a in row["attached"])
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IndexCorrupt(
                f"{path} is damaged ({error}), so it is not known which folders belong to the "
                "index; delete it, and run 'policyqa ingest FOLDER'."
            ) from error
        return cls(paths, attached)

    def save(self, index_dir: Path) -> None:
        """Write them, atomically; raises `OSError`."""
        row = {
            "paths": [str(path) for path in self.paths],
            "attached": [{"prefix": a.prefix, "folder": str(a.folder)} for a in self.attached],
        }
        pending = index_dir / f"{FILE}.new"
        with pending.open("w", encoding="utf-8") as file:
            json.dump(row, file)
            file.flush()
            os.fsync(file.fileno())
        pending.replace(index_dir / FILE)

    def naming(self, paths: Sequence[Path]) -> Roots:
        """These with other paths named."""
        return replace(self, paths=tuple(path.absolute() for path in paths))

    def attaching(self, folder: Attached | None) -> Roots:
        """These with a folder attached, instead of one of the same prefix."""
        if folder is None:
            return self
        whole = replace(folder, folder=folder.folder.absolute())
        others = (known for known in self.attached if known.prefix != folder.prefix)
        return replace(self, attached=(*others, whole))


def named_paths(index_dir: Path) -> tuple[Path, ...]:
    """The paths of the last ingest, to ingest them again.

    Raises:
        SourceError: it is not known which they were.
        IndexCorrupt: as `Roots.load`.
    """
    paths = Roots.load(index_dir).paths
    if not paths:
        raise SourceError(
            f"It is not known which files the index in {index_dir} was made of; "
            "run 'policyqa ingest FOLDER' once."
        )
    return paths
