"""What was written and what was shown, counted: tables for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.compare import Difference, compare
from eval.prose_judge import Fault
from eval.prose_sentences import Judged, Written
from eval.report.markdown import to_table
from eval.report.tables import NONE, Table, name_of, show
from eval.run import Row
from eval.stats import percentile

_COMPARED = (
    "right",
    "cited",
    "right_and_cited",
    "abstained_correctly",
    "abstained_wrongly",
    "wrong_period",
    "figure_accuracy",
    "quotes_exact",
)
_OF_MODEL = re.compile(r"\bmodel\b")
_SENTENCE = re.compile(r"(?<=\.)\s+")
_COUNT = re.compile(r"\b\d+ sentences?\b|\bwere\b|\bwas\b")
NOTE = (
    "A figure is an amount, a year or a day of a month. It is invented if no passage that the "
    "model was shown says it; misplaced if one does, but no sentence cited says it of the same "
    "measure, change, period and status. The evaluation reads figures by rules of its own, which "
    "err: prose.json lists every sentence with what they found."
)


@dataclass(frozen=True, slots=True)
class Prose:
    """Every case quoted, and written by a model; `quotes` are the sentences of each quoted one."""

    model: str
    quoted: Sequence[Row]
    quotes: Sequence[Sequence[Judged]]
    written: Sequence[Written]

    @property
    def asked(self) -> list[Written]:
        """The cases that the model wrote on; it is not asked what the documents do not answer."""
        return [one for one in self.written if one.texts]


def to_markdown(prose: Prose) -> str:
    """All tables and how to read them."""
    tables = (
        sentences_table(prose),
        answers_table(prose),
        removed_table(prose),
        notes_table(prose),
        differences_table(prose),
        cost_table(prose),
    )
    head = f"{prose.model}, asked {len(prose.asked)} of {len(prose.written)} cases."
    return "\n\n".join([head, *(to_table(table) for table in tables if table.lines), NOTE]) + "\n"


def sentences_table(prose: Prose) -> Table:
    """What the sentences say, as the model wrote them, as they were shown, and as quoted."""
    shown = [sentence for one in prose.written for sentence in one.shown]
    columns = {
        "written": [sentence for one in prose.written for sentence in one.drafted],
        "cut off": [sentence for one in prose.written for sentence in one.unfinished],
        "shown": shown,
        "of these the model's": [sentence for sentence in shown if sentence.own],
        "quoting alone": [sentence for answer in prose.quotes for sentence in answer],
    }
    counted = [_counts(sentences) for sentences in columns.values()]
    lines = [(name, *(str(counts[name]) for counts in counted)) for name in counted[0]]
    return Table(("", *columns), lines)


def _counts(sentences: Sequence[Judged]) -> Mapping[str, int]:
    findings = [finding for sentence in sentences for finding in sentence.findings]
    faults = Counter(finding.fault for finding in findings if finding.fault)
    misplaced = [fault for fault in Fault if fault is not Fault.INVENTED]
    return {
        "sentences": len(sentences),
        "uncited": sum(sentence.uncited for sentence in sentences),
        "citing only passages that there are not": sum(s.unknown for s in sentences),
        "worked out, figures not judged": sum(sentence.computed for sentence in sentences),
        "with figures": sum(bool(sentence.findings) for sentence in sentences),
        "with figures, all of them right": sum(
            bool(sentence.findings) and not sentence.faults for sentence in sentences
        ),
        "figures": len(findings),
        "figures right": len(findings) - sum(faults.values()),
        "figures invented": faults[Fault.INVENTED],
        "figures misplaced": sum(faults[fault] for fault in misplaced),
        **{f"· {fault}": faults[fault] for fault in misplaced},
    }


def answers_table(prose: Prose) -> Table:
    """What became of the model's words, and whether it refused what has no answer."""
    asked = prose.asked
    kinds = Counter(map(outcome, asked))
    lines = [(name, str(kinds[name]), _of(kinds[name], len(asked))) for name in OUTCOMES]
    repaired = [one for one in asked if one.parts == 1 and is_repaired(one)]
    lines.append(("a sentence shown after its repair", str(len(repaired)), ""))
    lines.append(("asked in parts, so not told", str(sum(one.parts > 1 for one in asked)), ""))
    absent = [one for one in asked if one.row.case.absent]
    refused = sum(not (one.drafted or one.unfinished) for one in absent)
    lines.append(("without an answer in the documents", str(len(absent)), ""))
    lines.append(("· refused by the model", str(refused), _of(refused, len(absent))))
    return Table(("questions that the model was asked", "n", "share"), lines)


NOTHING, UNFINISHED = "it wrote no claim", "it finished no sentence"
OWN, BESIDE = "its words were shown", "its words and quotes were shown"
REPLACED, DROPPED = "quotes took their place", "nothing was left"
OUTCOMES = (OWN, BESIDE, REPLACED, NOTHING, UNFINISHED, DROPPED)


def outcome(one: Written) -> str:
    """What became of the model's words on a question that it was asked."""
    own = [sentence.own for sentence in one.shown]
    if any(own):
        return OWN if all(own) else BESIDE
    if not own:
        return DROPPED
    if one.drafted:
        return REPLACED
    return UNFINISHED if one.unfinished else NOTHING


def is_repaired(one: Written) -> bool:
    """Whether a sentence was shown that the model wrote only when it was asked once more."""
    first = {sentence.text for sentence in one.texts[0]} if one.texts else set()
    return any(sentence.own and sentence.text not in first for sentence in one.shown)


def removed_table(prose: Prose) -> Table:
    """Why sentences of the model were not shown."""
    removed = (claim for one in prose.asked for claim in one.row.answer.trace.removed)
    counts = Counter(claim.verdict.value for claim in removed)
    return Table(("removed as", "sentences"), [(v, str(n)) for v, n in counts.most_common()])


def notes_table(prose: Prose) -> Table:
    """What readers were told of the model, numbers left aside."""
    counts = Counter(note for one in prose.asked for note in notes_of(one.row.answer.reason))
    return Table(("note", "answers"), [(note, str(n)) for note, n in counts.most_common()])


def notes_of(reason: str | None) -> list[str]:
    """The sentences of an answer's note that speak of the model, in one form."""
    told = _SENTENCE.split(reason or "")
    return [_COUNT.sub("…", note) for note in told if _OF_MODEL.search(note)]


def differences_table(prose: Prose) -> Table:
    """The measures of both engines on the same cases, written minus quoted."""
    found = compare(prose.quoted, [one.row for one in prose.written]).differences
    lines = [_difference(found[name]) for name in _COMPARED if found[name].n]
    header = ("", "n", "quoted", "written", "points", "95 % interval", "p")
    return Table(header, lines)


def _difference(found: Difference) -> Sequence[str]:
    shown = (show(found.name, value) for value in (found.before, found.after))
    points = NONE if found.change is None else f"{100 * found.change:+.1f}"
    bounds = "" if found.low is None or found.high is None else _points(found.low, found.high)
    p = NONE if found.p is None else f"{found.p:.2g}"
    return (name_of(found.name), str(found.n), *shown, points, bounds, p)


def cost_table(prose: Prose) -> Table:
    """Time and tokens of the questions that the model was asked."""
    asked = prose.asked
    ids = {one.row.case.id for one in asked}
    quoted = [row for row in prose.quoted if row.case.id in ids]
    columns = {"quoted": quoted, "written": [one.row for one in asked]}
    usage = [one.row.answer.trace.usage for one in asked]
    counted = [tokens for tokens in usage if tokens]
    seconds = (
        sum(
            one.row.answer.timings_ms["total"]
            for one, tokens in zip(asked, usage, strict=True)
            if tokens
        )
        / 1000
    )
    lines = [(f"wall p{p} ms", *(_wall(rows, p) for rows in columns.values())) for p in (50, 95)]
    for kind in ("read", "written"):
        total = sum(tokens.get(kind, 0) for tokens in counted)
        mean = f"{total / len(counted):,.0f}" if counted else NONE
        lines.append((f"tokens {kind}, mean", "", mean))
        lines.append((f"tokens {kind} a second", "", f"{total / seconds:.1f}" if seconds else NONE))
    return Table((f"{len(asked)} questions", *columns), lines)


def _wall(rows: Iterable[Row], at: int) -> str:
    times = [float(v) for row in rows if isinstance(v := row.scores["wall_ms"].value, int | float)]
    return f"{percentile(np.array(times), at / 100):,.0f}" if times else NONE


def _points(low: float, high: float) -> str:
    return f"[{100 * low:+.1f}, {100 * high:+.1f}]"


def _of(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else NONE
