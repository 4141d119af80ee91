"""A temporary index over a data set's documents, gone when it has been asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.load import Skipped
from ingest.pipeline import Progress, ingest
from rag.embedding import Embedder
from rag.errors import CaseError, IndexUnwritable
from rag.settings import Settings


@contextmanager
def temporary_index(
    documents: Mapping[str, str],
    settings: Settings,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> Iterator[Settings]:
    """Settings that point at an index of these texts by file name, and else are the given ones.

    The same documents make an index of the same version, so that a run can go on later.

    Raises:
        CaseError: a document cannot be read, so that its questions would be judged wrongly.
        IndexUnwritable: there is no room for the documents or the index.
        ModelError: the embedding model does not load.
    """
    with TemporaryDirectory(prefix="policyqa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _write(documents, folder / "documents")
        placed = settings.model_copy(update={"index_dir": folder / "index"})
        report = ingest([folder / "documents"], placed, embedder=embedder, progress=progress)
        if report.skipped:
            raise _unusable(report.skipped)
        yield placed


def _unusable(skipped: Sequence[Skipped]) -> CaseError:
    more = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
    return CaseError(
        f"The data set's document {skipped[0].name}{more} cannot be used "
        f"({skipped[0].reason.rstrip('.')}); correct it or leave its questions out."
    )


def _write(documents: Mapping[str, str], folder: Path) -> None:
    try:
        folder.mkdir()
        for name, text in documents.items():
            (folder / name).write_bytes(text.encode())
    except OSError as error:
        raise IndexUnwritable(
            f"The data set's documents cannot be written to {folder} ({error.strerror}); "
            "make room there, or name another place with the variable TMPDIR."
        ) from error
