"""RGB (Chen et al. 2024): questions with snippets that answer, mislead, or state something false.

What a snippet may do depends on the test: noise (some do not answer), rejection (none answers),
integration (each answers a part) and counterfactual (all state the same falsehood).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from types import MappingProxyType

from eval.dataset import Case
from eval.formats.nodes import Node
from eval.formats.outside import Names, Outside, file_stem, language_of, note_of, with_lf
from eval.jsonl import read_objects
from eval.metrics import Context, Evaluator, Score
from eval.text import contains, tokens
from rag.errors import CaseError

SNIPPETS = 5
"""Snippets of a question, as in the paper."""

NOISE_PERCENTS = (20, 40, 60, 80)
_READING = (
    "Read as RGB with {noise} % noise: every question looks into its own {snippets} snippets "
    "only, taken from the front of each list, and right is an answer that says every part of "
    "the true answer"
)
_REJECTING = (
    "Read as RGB's rejection test: every question looks into its own {snippets} snippets only, "
    "none of which answers, and right is to abstain"
)
_FALSE = (
    "counterfactual questions, where every snippet that answers states a falsehood, so that "
    "quoting it is wrong and an engine that only quotes can at best abstain"
)
_LOST = "questions left out, as no snippet, or no answer with a word or number, is given"


def read_rgb(path: Path, *, noise: int = 0) -> Outside:
    """A file of questions with their snippets, `noise` percent of which do not answer.

    With 100 % every case is absent. Lines with `positive_wrong` make counterfactual cases: all
    that answers states the falsehood, the truth is expected and the falsehood rejected.

    Raises:
        CaseError: the file is not in RGB's form; the message names the line.
    """
    file = _File(noise)
    for place, value in read_objects(path):
        file.read(Node(value, f"{place.path}, line {place.line}"))
    if not file.cases:
        raise CaseError(f"{path} asks no question that could be scored; check that it is RGB.")
    return Outside(file.documents, tuple(file.cases), file.note(), file.evaluators())


def repeats_falsehood(context: Context) -> Score:
    """Whether the answer states what its documents falsely state. True is bad."""
    if context.case.kind != "counterfactual":
        return Score(None, "nothing false stands in the documents")
    said = [claim.text for claim in context.answer.claims]
    for phrase in context.case.reject:
        if any(contains(text, phrase) for text in said):
            return Score(True, f"states the falsehood: {phrase}")
    return Score(False, "abstained" if context.answer.abstained else "does not state it")


class _File:
    """Documents and cases, growing line by line."""

    def __init__(self, noise: int) -> None:
        self.documents: dict[str, str] = {}
        self.cases: list[Case] = []
        self._noise = noise
        self._ids = Names()
        self._stems = Names()
        self._counts: Counter[str] = Counter()

    def read(self, line: Node) -> None:
        """Take in one question with its snippets."""
        question = line.text("query").strip()
        kind = _kind(line, self._noise)
        snippets = _chosen(line, kind, self._noise)
        absent = kind == "rejection"
        expected = () if absent else _groups(line.child("answer"))
        judged = absent or (bool(expected) and all(expected))
        if not snippets or not judged:
            self._counts["lost"] += 1
            return
        id_ = self._ids.unique(line.name("id"))
        self._counts[kind] += 1
        self.cases.append(
            Case(
                id=id_,
                question=question,
                kind=kind,
                expect=expected,
                reject=_falsehoods(line) if kind == "counterfactual" else (),
                absent=absent,
                documents=self._store(id_, snippets),
                split="held-out",
                language=language_of(question),
            )
        )

    def note(self) -> str:
        """How it was read, with what was passed over."""
        reading = _REJECTING if self._noise == 100 else _READING
        return note_of(
            reading.format(noise=self._noise, snippets=SNIPPETS),
            ((_FALSE, self._counts["counterfactual"]), (_LOST, self._counts["lost"])),
        )

    def evaluators(self) -> Mapping[str, Evaluator]:
        """The counterfactual test's own measure, where there is such a case."""
        if not self._counts["counterfactual"]:
            return {}
        return MappingProxyType({"repeats_falsehood": repeats_falsehood})

    def _store(self, id_: str, snippets: Sequence[str]) -> tuple[str, ...]:
        stem = self._stems.unique(file_stem(id_))
        names = [f"{stem}-{at}.md" for at in range(1, len(snippets) + 1)]
        self.documents.update(zip(names, snippets, strict=True))
        return tuple(names)


def _kind(line: Node, noise: int) -> str:
    if noise == 100:
        return "rejection"
    if line.has("positive_wrong"):
        return "counterfactual"
    nested = any(isinstance(part.value, list) for part in line.items("positive"))
    return "integration" if nested else "noise"


def _chosen(line: Node, kind: str, noise: int) -> list[str]:
    """The snippets of a question: what answers, then noise; each fills up for the other."""
    noisy = _snippets(line.items("negative"))
    if kind == "rejection":
        return noisy[:SNIPPETS]
    answering = _answering(line, kind)
    room = SNIPPETS - -(-SNIPPETS * noise // 100)  # noise is rounded up
    if kind == "integration":
        # Every part of the answer stays, however much noise is asked for.
        room = max(room, len(line.items("positive")))
    elif kind == "noise":
        room = max(room, SNIPPETS - len(noisy))
    kept = answering[:room]
    wanted = SNIPPETS - room if kind == "counterfactual" else SNIPPETS - len(kept)
    return [*kept, *noisy[: max(0, wanted)]]


def _answering(line: Node, kind: str) -> list[str]:
    """The snippets that answer; of several parts the first of each, then the second, and so on."""
    if kind == "counterfactual":
        return _snippets(line.items("positive_wrong"))
    if kind == "noise":
        return _snippets(line.items("positive"))
    parts = [_snippets(part.members("a part of 'positive'")) for part in line.items("positive")]
    return [text for text in chain.from_iterable(zip_longest(*parts)) if text]


def _snippets(nodes: Sequence[Node]) -> list[str]:
    texts = (with_lf(node.as_string("a snippet")) for node in nodes)
    return [text for text in texts if text.strip()]


def _groups(answer: Node) -> tuple[tuple[str, ...], ...]:
    """What must be said: every member of the list; of a list inside, one alternative.

    So the benchmark itself judges. A group is empty when nothing in it can be looked for.
    """
    members = answer.members("'answer'") if isinstance(answer.value, list) else [answer]
    return tuple(_alternatives(member) for member in members)


def _alternatives(member: Node) -> tuple[str, ...]:
    nodes = member.members("'answer'") if isinstance(member.value, list) else [member]
    texts = dict.fromkeys(node.as_string("an answer") for node in nodes)
    return tuple(text for text in texts if tokens(text))


def _falsehoods(line: Node) -> tuple[str, ...]:
    return tuple(chain.from_iterable(_groups(line.child("fakeanswer"))))
