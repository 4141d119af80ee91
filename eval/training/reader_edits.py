"""Edits of questions: some keep the answer, others make a sentence no longer answer them.

Nothing here knows a subject: edits swap a number, a name, an opposite or a question word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from rag.reader import Candidate

Rng = np.random.Generator

NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
NAME = re.compile(r"\b[A-Z][\w'’]+(?: (?:of |de |the )?[A-Z][\w'’]+)*")
DATE = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|century|decade|year|month|week|day|hour|minute|today|yesterday|ago|after|before"
    r"|when|during|while|until|since|once|now|soon|recently|later|early|time)",
    re.I,
)
PLACE = re.compile(r"\b(?:in|at|near|on|from|to|inside|under|where|north|south|east|west)\b", re.I)
REASON = re.compile(
    r"\b(?:because|due|since|so|to|for|as|reason|cause\w*|thus|therefore|by|result\w*|lead|led)\b",
    re.I,
)
# "Is it cheap?" is answered by what says that it is not.
YES_NO = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
                    re.I)  # fmt: skip
OPPOSITES = (
    "first last|highest lowest|largest smallest|biggest smallest|best worst|oldest youngest"
    "|oldest newest|longest shortest|before after|increase decrease|increased decreased"
    "|rise fall|rose fell|import export|imports exports|imported exported|minimum maximum"
    "|north south|northern southern|east west|eastern western|more fewer|most least|men women"
    "|male female|start end|began ended|open close|opened closed|buy sell|bought sold"
    "|advantage disadvantage|advantages disadvantages|pros cons|strength weakness|like dislike"
    "|liked disliked|love hate|income spending|gain lose|gained lost|win lose"
    "|won lost|urban rural|public private|domestic foreign|upper lower|early late|hot cold"
    "|hard easy|easy difficult|allowed forbidden|allow forbid|accept reject|accepted rejected"
    "|support oppose|supported opposed|positive negative|common rare|strong weak|old new"
    "|higher lower|larger smaller|better worse|left right|top bottom|inside outside|add remove"
    "|good bad|expensive cheap|past future|arrive leave|arrived left|birth death|born died"
)
OPPOSITE = {
    one: other
    for pair in OPPOSITES.split("|")
    for one, other in (pair.split(), reversed(pair.split()))
}


def misspell(rng: Rng, question: str) -> str:
    """Change one letter of one longer word: drop, double or swap it."""
    words = list(re.finditer(r"[a-zA-Z]{5,}", question))
    if not words:
        return question
    word = words[rng.integers(len(words))]
    at = int(rng.integers(word.start() + 1, word.end() - 1))
    before, letter, after = question[:at], question[at], question[at + 1 :]
    edits = (
        before + after,
        before + letter + letter + after,
        before + after[0] + letter + after[1:],
    )
    return edits[rng.integers(3)]


POLITE = (
    "please tell me {}", "can you tell me {}", "do you know {}", "i want to know {}", "so, {}",
    "hi, {}", "according to the text, {}", "just wondering, {}", "question: {}", "{} thanks",
)  # fmt: skip
SMALL_WORDS = "a an the of in on at to is are was were be do does did has have had"
SMALL = frozenset(SMALL_WORDS.split())


def rephrase(rng: Rng, question: str) -> str:
    """Write the question as a hurried person might; the answer stays the same."""
    if rng.random() < 0.15:
        question = misspell(rng, question)
    if rng.random() < 0.08:
        question = POLITE[rng.integers(len(POLITE))].format(question)
    if rng.random() < 0.06:
        question = " ".join(word for word in question.split() if word.lower() not in SMALL)
    return question.rstrip("? ") if rng.random() < 0.25 else question


def another_number(rng: Rng, number: str) -> str:
    """A different number of the same shape; years stay years nearby."""
    if re.fullmatch(r"1[5-9]\d\d|20\d\d", number):
        return str(int(number) + int(rng.choice([-12, -7, -3, -2, -1, 1, 2, 3, 6, 11])))
    digits = [at for at, letter in enumerate(number) if letter.isdigit()]
    at = digits[rng.integers(len(digits))]
    digit = (int(number[at]) + int(rng.integers(1, 9))) % 10 or 9
    changed = number[:at] + str(digit) + number[at + 1 :]
    return changed if changed != number else number + "7"


def _replace(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def swap_number(rng: Rng, question: str, seen: str) -> str | None:
    """Swap a number that the sentence confirms."""
    shared = [m for m in NUMBER.finditer(question) if m.group() in seen]
    if not shared:
        return None
    match = shared[rng.integers(len(shared))]
    new = another_number(rng, match.group())
    return None if new in seen else _replace(question, match, new)


def names_in(question: str) -> list[re.Match[str]]:
    """Runs of capitalised words, but for the question's first word."""
    return [m for m in NAME.finditer(question) if m.start() > 0]


def swap_name(rng: Rng, question: str, seen: str, names: Sequence[str]) -> str | None:
    """Swap a name that the sentence or its context confirms for another of as many words."""
    shared = [m for m in names_in(question) if m.group().lower() in seen.lower()]
    if not shared or not names:
        return None
    match = shared[rng.integers(len(shared))]
    size = match.group().count(" ")
    drawn = [names[at] for at in rng.integers(len(names), size=8)]
    other = [name for name in drawn if name.count(" ") == size and name.lower() not in seen.lower()]
    return _replace(question, match, other[0]) if other else None


def swap_opposite(rng: Rng, question: str, seen: str) -> str | None:
    """Swap a word for its opposite, unless the sentence has the opposite too."""
    found = [m for m in re.finditer(r"[a-z]+", question) if m.group() in OPPOSITE]
    if not found or YES_NO.match(question):
        return None
    match = found[rng.integers(len(found))]
    new = OPPOSITE[match.group()]
    return None if new in seen.lower() else _replace(question, match, new)


def swap_asking(rng: Rng, question: str, seen: str) -> str | None:
    """Ask when, where or why instead, if the sentence says nothing of the kind."""
    match = re.match(r"(when|where|why|how)\b(?= (?:is|are|was|were|do|does|did|has|have)\b)",
                     question, re.I)  # fmt: skip
    if not match:
        return None
    kinds = {"When": DATE, "Where": PLACE, "Why": REASON}
    free = [kind for kind, signs in kinds.items() if not signs.search(seen)]
    free = [kind for kind in free if kind.lower() != match.group().lower()]
    return _replace(question, match, free[rng.integers(len(free))]) if free else None


def near_miss(rng: Rng, question: str, candidate: Candidate, names: Sequence[str]) -> str | None:
    """Edit the question so that the candidate no longer answers it; None where no rule fits."""
    seen = f"{candidate.context} {candidate.sentence}"
    edits: list[Callable[[], str | None]] = [
        lambda: swap_number(rng, question, seen),
        lambda: swap_name(rng, question, seen, names),
        lambda: swap_opposite(rng, question, seen),
        lambda: swap_asking(rng, question, candidate.sentence),
    ]
    for edit in (edits[int(at)] for at in rng.permutation(len(edits))):
        edited = edit()
        if edited:
            return edited
    return None
