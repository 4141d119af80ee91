"""Files to documents to passages to a new generation of the index, or nothing at all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import rolled_back
from ingest.catalog import Catalog, Entry
from ingest.changes import changes_between
from ingest.describing import carried_over, described, groups_of, text_sha256
from ingest.held import Held
from ingest.keeping import keep_left, keep_past
from ingest.load import Skipped
from ingest.reading import Known, Read, read_all
from ingest.report import IngestReport, Progress
from ingest.room import estimated_size, require_room
from ingest.roots import Attached, Roots
from ingest.split import split_document
from ingest.stamp import Stamp
from ingest.vectors import VectorSource
from rag.content import Content, content_version
from rag.embedding import Embedder, ModelIdentity, load_embedder, weights_file
from rag.errors import IndexCorrupt, IndexUnusable, IndexUnwritable
from rag.generations import Generations
from rag.models import Passage
from rag.settings import EmbeddingSettings, Settings

__all__ = ["IngestReport", "Progress", "ingest", "rollback"]


def ingest(
    paths: Sequence[Path],
    settings: Settings,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    check: bool = False,
    attach: Attached | None = None,
) -> IngestReport:
    """Make the index hold exactly the documents under `paths` and in folders attached to it.

    `attach` is a folder that from now on belongs to this index, whatever paths are named.

    An unreadable source that an earlier run did read keeps its earlier version. A file that nobody
    touched is not read again, unless `check` asks for it. Text that is already in the index is not
    embedded again; if no document changed, the index is left as it is.

    Raises:
        SourceError: a path is missing, or no document can be read.
        IndexLocked: another process is building this index.
        IndexUnwritable: there is no room for the index or no permission; the old one stays.
        IndexCorrupt: it is not known which folders are attached.
        ModelError: the embedding model does not load.
    """
    started = time.monotonic()
    generations = Generations(settings.index_dir)
    with ExitStack() as owned:
        with _writing(settings.index_dir):
            owned.enter_context(generations.lock())
            _clean(generations)
            rolled_back.unmark(settings.index_dir)
        roots = Roots.load(settings.index_dir).attaching(attach)
        looked_in = replace(roots, paths=tuple(paths))
        run = _Run.begin(looked_in, settings, progress or (lambda *_: None), check=check)
        _keep_roots(roots, settings.index_dir)  # before the index holds what is attached
        model = embedder.identity if embedder else run.model()
        version = content_version(run.read.documents, model, settings.split.version)
        if version == run.held.version:
            built = run.keep()
        else:
            built = run.build(embedder or load_embedder(settings.embedding), generations)
        run.save(built, version, model)
        _keep_roots(roots.naming(paths), settings.index_dir)
        return run.report(built, version, time.monotonic() - started)


def rollback(settings: Settings) -> str:
    """Let the generation before the current one serve again, and return its version.

    Raises:
        NoIndex: there is none.
        IndexCorrupt: it is damaged.
        IndexLocked: another process is building this index.
        IndexUnwritable: there is no permission.
    """
    generations = Generations(settings.index_dir)
    generations.current()
    with _writing(settings.index_dir), generations.lock():
        left = generations.current()
        now = generations.rollback()
        keep_left(settings.index_dir, left, now)
        rolled_back.mark(settings.index_dir)
        return generations.current_version()


@dataclass(frozen=True, slots=True)
class _Built:
    """The catalogue's entries, how many passages there are, and how many texts were embedded."""

    entries: Mapping[str, Entry]
    passages: int
    embedded: int = 0


@dataclass(frozen=True)
class _Run:
    """One ingest, from what it found to what it reports."""

    settings: Settings
    held: Held
    catalog: Catalog
    read: Read
    tell: Progress

    @classmethod
    def begin(cls, roots: Roots, settings: Settings, tell: Progress, *, check: bool) -> _Run:
        """Read what has to be read."""
        held = Held.load(Generations(settings.index_dir))
        catalog = Catalog.load(settings.index_dir)
        known = Known(held, catalog.entries, settings.split.version, trusting=not check)
        return cls(settings, held, catalog, read_all(roots, known, tell), tell)

    def model(self) -> ModelIdentity:
        """The model to build with; weights that nobody touched are not loaded to tell it."""
        weights = _weights(self.settings.embedding)
        if self.held.manifest is None or not weights or weights != self.catalog.weights:
            return load_embedder(self.settings.embedding).identity
        return self.held.manifest.model

    def keep(self) -> _Built:
        """The index as it is; only the catalogue may learn of files that were touched."""
        passages = self.held.manifest.passages if self.held.manifest else 0
        entries = carried_over(self.read.entries, self.catalog.entries)
        if entries is None:  # the catalogue was lost, or tells of another generation
            held = self.held.texts
            entries = self._described(held.passages, held.twins)
        return _Built(entries, passages)

    def build(self, embedder: Embedder, generations: Generations) -> _Built:
        """Build the next generation, and switch to it."""
        documents, settings = self.read.documents, self.settings
        by_document = self._split()
        passages = [p for d in documents for p in by_document[d.id]]
        with _writing(settings.index_dir):
            dimension = embedder.identity.dimension
            require_room(settings.index_dir, estimated_size(documents, passages, dimension))
        signatures = self._signatures(by_document)
        from ingest.duplicates import find_twins  # loads scipy: only when something changed

        twins = find_twins(documents, by_document, signatures)
        held = self.held.texts
        vectors = VectorSource(embedder, held.model, held.vectors)
        content = Content(
            documents,
            passages,
            vectors.of([p.searchable for p in passages], "embedding passages", self.tell),
            vectors.of(_sentence_texts(passages), "embedding sentences", self.tell),
            embedder.identity,
            settings.split.version,
            twins,
        )
        self.tell("building the index", 0, 1)
        with _writing(settings.index_dir):
            _build(generations, content)
        self.tell("building the index", 1, 1)
        entries = described(self.read.entries, documents, by_document, twins, signatures)
        return _Built(entries, len(passages), vectors.embedded)

    def _split(self) -> dict[str, Sequence[Passage]]:
        """Passages by document id; those of a document that is the same are taken over."""
        held, split = self.held, self.settings.split
        same = held.manifest is not None and held.manifest.splitter == split.version
        return {
            d.id: held.texts.passages[d.id]
            if same and held.documents.get(d.source) is d and d.id in held.texts.passages
            else split_document(d, split)
            for d in self.read.documents
        }

    def _signatures(self, passages: Mapping[str, Sequence[Passage]]) -> dict[str, bytes]:
        """Signatures by document id; those of texts that were signed before are taken over."""
        from ingest.duplicates import signature

        before = {(e.reading, e.text_sha256): e.signature for e in self.catalog.entries.values()}
        reading = self.settings.split.version
        return {
            d.id: before.get((reading, text_sha256(d))) or signature(passages[d.id])
            for d in self.read.documents
        }

    def _described(
        self, passages: Mapping[str, Sequence[Passage]], twins: Sequence[Sequence[str]]
    ) -> dict[str, Entry]:
        signatures = self._signatures(passages)
        return described(self.read.entries, self.read.documents, passages, twins, signatures)

    def save(self, built: _Built, version: str, model: ModelIdentity) -> None:
        """Write the catalogue, if it says anything new."""
        named = model.name == self.settings.embedding.model
        weights = _weights(self.settings.embedding) if named else ()
        catalog = Catalog(built.entries, version, weights)
        if catalog != self.catalog:
            catalog.save(self.settings.index_dir)

    def report(self, built: _Built, version: str, seconds: float) -> IngestReport:
        """What was done."""
        changes = changes_between(self.held.documents, self.read.documents)
        return IngestReport(
            added=changes.added,
            changed=changes.changed,
            removed=changes.removed,
            unchanged=changes.unchanged,
            skipped=self.read.skipped,
            passages=built.passages,
            embedded=built.embedded,
            index_version=version,
            renamed=changes.renamed,
            twins=groups_of(built.entries),
            warned=tuple(Skipped(s, e.warning) for s, e in built.entries.items() if e.warning),
            documents=len(self.read.documents),
            pages=sum(len(d.page_starts) for d in self.read.documents),
            read=self.read.parsed,
            size=self.read.size,
            seconds=round(seconds, 3),
        )


def _weights(settings: EmbeddingSettings) -> tuple[str | int, ...]:
    """The model's name and the stamp of its weights; empty if they are in no file."""
    file = weights_file(settings)
    if file is None:
        return ()
    stamp = Stamp.of(file)
    return (settings.model, stamp.size, stamp.modified, stamp.changed, stamp.inode)


@contextmanager
def _writing(index_dir: Path) -> Iterator[None]:
    """Failures to write, in one sentence."""
    try:
        yield
    except OSError as error:
        raise _unwritable(index_dir, error) from error
    except IndexCorrupt as error:
        if error.__cause__ is None:
            raise  # written, but it fails its checks
        raise _unwritable(index_dir, error.__cause__) from error


def _unwritable(index_dir: Path, error: BaseException) -> IndexUnwritable:
    why = getattr(error, "strerror", None) or error
    return IndexUnwritable(
        f"The index in {index_dir} cannot be written ({why}), so it is left as it was; make room "
        "or give permission there, or name another place with --index."
    )


def _build(generations: Generations, content: Content) -> None:
    try:
        folder = generations.build(content)
        with suppress(IndexUnusable):  # there is none yet, or it is gone
            keep_past(generations.root, generations.current(), content.documents)
        generations.switch(folder)
    except BaseException:
        _clean(generations)  # what was begun only takes room
        raise


def _keep_roots(roots: Roots, index_dir: Path) -> None:
    with _writing(index_dir):
        if roots != Roots.load(index_dir):
            roots.save(index_dir)


def _clean(generations: Generations) -> None:
    """Remove what an ingest that was cut off has left behind."""
    with suppress(IndexUnusable):
        generations.clean()


def _sentence_texts(passages: Iterable[Passage]) -> list[str]:
    return [sentence.text for passage in passages for sentence in passage.sentences]
