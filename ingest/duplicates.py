"""Documents that say the same or nearly so: the same notice on two sites, a copy of a file.

What a document says is summed up by MinHash (Broder 1997) over runs of five words of its passages,
so without the furniture of its site; candidates come from locality-sensitive hashing, and each
pair is then compared exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache

import numpy as np
from datasketch import MinHash, MinHashLSH

from rag.models import Document, Passage
from rag.text import words

_RUN = 5
_SIMILAR = 0.8
"""The share of runs in common, of all that either has, from which on two documents are twins."""
_CANDIDATE = 0.6
_SKETCHING = {"num_perm": 128, "seed": 1, "scheme": "affine32"}
"""Signatures are kept in the catalogue, so the way they are made is fixed."""
_CLOSE = timedelta(days=31)
"""A text is put up again on another site within weeks; a year later it speaks of another year."""
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+")


def signature(passages: Iterable[Passage]) -> bytes:
    """What the passages of a document say, in 512 bytes."""
    made = MinHash(**_SKETCHING)
    made.update_batch([run.encode("utf-8", "surrogatepass") for run in _runs(passages)])
    return bytes(made.hashvalues.astype(np.uint32).tobytes())


def find_twins(
    documents: Sequence[Document],
    passages: Mapping[str, Sequence[Passage]],
    signatures: Mapping[str, bytes],
) -> list[list[str]]:
    """Groups of ids of documents that say nearly the same about the same time, by source.

    `passages` and `signatures` are by document id.
    """
    ordered = sorted(documents, key=lambda d: d.source)
    said = {d.id: d for d in ordered if passages[d.id]}
    candidates = MinHashLSH(threshold=_CANDIDATE, num_perm=_SKETCHING["num_perm"])
    runs = cache(lambda id_: frozenset(_runs(passages[id_])))
    leaders: dict[str, list[str]] = {}
    for document in said.values():
        sketch = _sketch(signatures[document.id])
        near = sorted(candidates.query(sketch), key=lambda id_: said[id_].source)
        for id_ in near:
            if _is_same_occasion(document, said[id_]) and _are_alike(runs(document.id), runs(id_)):
                leaders[id_].append(document.id)
                break
        else:
            # Only the first of a group is compared with, so that no chain leads from one text
            # to quite another.
            leaders[document.id] = [document.id]
            candidates.insert(document.id, sketch)
    return [group for group in leaders.values() if len(group) > 1]


def _sketch(values: bytes) -> MinHash:
    held = np.frombuffer(values, dtype=np.uint32)
    return MinHash(**_SKETCHING, hashvalues=held)


def _runs(passages: Iterable[Passage]) -> set[str]:
    """Runs of five words, or of as many as there are; of Chinese, of five characters."""
    text = " ".join(passage.text for passage in passages)
    said = [part for word in words(text) for part in (word if _HAN.search(word) else [word])]
    last = max(1, len(said) - _RUN + 1)
    return {" ".join(said[start : start + _RUN]) for start in range(last)}


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SIMILAR * len(one | other)


def _is_same_occasion(one: Document, other: Document) -> bool:
    """Whether nothing tells that the same words were said at another time, of other figures."""
    if _NUMBER.findall(one.title) != _NUMBER.findall(other.title):
        return False
    if one.published is None or other.published is None:
        return True
    return abs(one.published - other.published) <= _CLOSE
