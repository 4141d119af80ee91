"""Proper names in any cased script: told by their capitals, or by how they are used without.

Also which words are kin of a name by derivation: who lives there, what comes from there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby

from rag.text import is_content, term, terms, words
from rag.unit_names import names as unit_names
from rag.word_classes import PLURAL, TIME_UNIT, UNIT


def _class_of(holds: Callable[[str], bool]) -> str:
    """A regular expression's class of the characters of the basic plane that `holds` picks."""
    codes = [code for code in range(0x10000) if holds(chr(code))]
    runs = (
        [code for _, code in run]
        for _, run in groupby(enumerate(codes), key=lambda at: at[1] - at[0])
    )
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


UPPER = f"[{_class_of(lambda letter: letter.isupper() or letter.istitle())}]"
"""Any capital letter, as a regular expression: "A", "É", "Ö", "Ж"."""
_INITIALS = rf"(?:{UPPER}\.){{2,}}(?:{UPPER}\b)?"
_WORD = rf"(?:{UPPER}[\w’'&-]*[^\W\d_][\w’'&-]*|{_INITIALS})"
_CAPITAL = rf"(?:(?:{UPPER}\.)+(?=[\s,;:?!]|$)|{UPPER}[\w’'&-]*)"
_ONLY_INITIALS = re.compile(_INITIALS)
_ANY_INITIALS = re.compile(rf"\b(?:{_INITIALS}|{UPPER}{{2,}}\b)")
_SINGLE = re.compile(rf"(?<!^)(?<![.?!]\s)\b{_WORD}|(?<=\b{UPPER}\.\s){_WORD}|^{_INITIALS}")
_WHOLE = re.compile(
    rf"(?<![.?!:]\s)(?<!^)\b{_CAPITAL}(?:\s+(?:{_CAPITAL}|\d{{1,3}}(?!\d)\b))*"
    rf"|^{_CAPITAL}(?:\s+{_CAPITAL})+"
)
_PHRASE = re.compile(
    rf"\b{UPPER}[\w’'&.-]*(?:\s+(?:(?:of|the|de|van|von|and)\s+)*{UPPER}[\w’'&.-]*)*"
)
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def is_shouted(text: str) -> bool:
    """Whether it is typed in capitals, which then tell no names; a mended word may not be."""
    told = _LETTERS.findall(text)
    return not any(word.islower() for word in told) and (
        2 * sum(word.isupper() for word in told) > len(told)
    )


def name_words(text: str) -> tuple[str, ...]:
    """The words of a question that are names by their capitals; not one that opens a sentence."""
    if is_shouted(text):
        return ()
    found = map(_capital_parts, _SINGLE.findall(unicodedata.normalize("NFC", text)))
    return tuple(name for name in found if is_content(name.lower()))


def _capital_parts(name: str) -> str:
    """The name without what a hyphen hangs on in small letters: "Li-ion", "German-built"."""
    return "-".join(part for part in name.split("-") if not part[:1].islower())


def names_in(text: str) -> list[str]:
    """The proper names of a question, each whole, without what belongs to them."""
    if is_shouted(text):
        return []
    found = [
        name.strip("’'- ")
        for match in _WHOLE.finditer(unicodedata.normalize("NFC", text))
        for name in _POSSESSIVE.split(match.group())
    ]
    return [name for name in dict.fromkeys(found) if name[:1].isupper() and _is_name(name)]


def _is_name(name: str) -> bool:
    told = words(name)
    lone = len(told) == 1 and len(told[0]) == 1
    return not lone and len(name) > 1 and any(map(is_content, told)) and _is_filled(name)


def _is_filled(name: str) -> bool:
    """Whether all words are content, but for the letters of initials ("U.S.")."""
    long = [word for word in words(name) if len(word) > 1]
    return all(map(is_content, long)) and bool(terms(name))


def name_phrases(text: str) -> Iterator[tuple[int, str]]:
    """Where each phrase in capitals of a sentence begins, and the phrase; none if shouted."""
    if not is_shouted(text):
        for match in _PHRASE.finditer(unicodedata.normalize("NFC", text)):
            yield match.start(), match.group()


def is_initials(name: str) -> bool:
    """Whether a name is letters with stops ("U.S.")."""
    return bool(_ONLY_INITIALS.fullmatch(name))


def initials_in(text: str) -> frozenset[str]:
    """Initials that a text holds, in lower case without stops: as such, or of words in a row."""
    found = {re.sub(r"\W", "", match).lower() for match in _ANY_INITIALS.findall(text)}
    for _, phrase in name_phrases(text):
        firsts = "".join(word[0].lower() for word in phrase.split() if word[0].isupper())
        ends = range(len(firsts) + 1)
        found |= {firsts[a:b] for a in ends for b in ends if b - a > 1}
    return frozenset(found)


_CALENDAR = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|spring|summer|autumn|winter|fall|(?:mid)?night"
    r"|noon|morning|evening|afternoon|today|yesterday|tomorrow)"
)
_NO_PLACE = re.compile(
    rf"{PLURAL}|{UNIT}|{TIME_UNIT}|{_CALENDAR}|\w+(?:tion|sion|ment|ness|ity|ing|[ae]nce|ism|ure"
    r"|ship|hood|acy|age|phy|logy|ics|ly|ed)"
)
_IDIOMS = frozenset(
    "percent per total practice detail theory general particular common advance public private"
    " fact principle effect turn part full brief short long depth length width height size scale"
    " value volume terms bulk cash debt charge favor favour force use office court jail prison"
    " school college university church class town bed work home sea war peace power business time"
    " date life death sleep line place mind sight touch need danger love fear pain trouble order"
    " secret silence vain person response return reply reality retrospect excess stock store sum"
    " front back top bottom middle center centre end start scratch memory birth night least most"
    " best worst first last once present risk stake rest random will large hand heart red black"
    " english decline progress transit service between within under around over above below"
    " regard comparison contrast addition one another".split()
)
"""What English says with "in", "at" or "from" and no article, though it names no place."""
_SORT = re.compile(
    r"\b(?:kind|type|sort|form|piece|model|brand|lot|amount|example|sense|lack|level)s?\s$", re.I
)
"""Of these are sorts and masses, not places."""
_BARE = re.compile(
    r"(?<!\w)(?:in|at|from|near|of)\s+(?P<name>[^\W\d_]{3,})(?![\w’'-])(?=(?P<rest>\s+[^\W\d_]+)?)",
    re.I,
)


def bare_names(text: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """Words without capitals used as a place's or a person's name ("in paris?") in a question.

    Only of a text that shows no name by its capitals, and only words that are known nowhere:
    `knows` tells whether the documents hold a search term.
    """
    if any(map(_has_lower, name_words(text))):
        return ()
    plain = text.lower() if is_shouted(text) else text
    found = (
        m
        for m in _BARE.finditer(plain)
        if not (_heads(m, knows) or _SORT.search(plain[: m.start()]))
    )
    return tuple(
        m["name"]
        for m in found
        if m["name"].islower() and _may_name(m["name"]) and not _held(m["name"], knows)
    )


def _has_lower(name: str) -> bool:
    return any(letter.islower() for letter in _POSSESSIVE.sub("", name))


def _heads(match: re.Match[str], knows: Callable[[str], bool]) -> bool:
    """Whether a noun that the documents know follows, to which the word then belongs."""
    following = (match["rest"] or "").strip()
    return bool(following) and is_content(following) and _held(following, knows)


def _held(word: str, knows: Callable[[str], bool]) -> bool:
    return all(map(knows, terms(word)))


def _may_name(word: str) -> bool:
    if not is_content(word) or word in _IDIOMS or word in unit_names():
        return False
    return not _NO_PLACE.fullmatch(word)


_ENDINGS = (
    ("a", ("n", "-n", "-ese", "-ian", "-ish", "-ic")),
    ("e", ("an", "n", "-ian", "-ese", "-ish")),
    ("y", ("-ian", "-an", "-", "-ish", "-ese")),
    ("o", ("an", "-an", "lese", "ese", "-ian")),
    ("land", ("er", "ic")),
    ("", ("ian", "ean", "an", "ese", "nese", "i", "er", "ish", "ite", "s")),
)  # fmt: skip
"""What is added to a name with this ending to derive a word; "-" drops a letter first."""
_SUFFIX = re.compile(r"(?:[ie]?an|n|[nl]?ese|i|er|ish|ite|ic|s)?$")
_LOST = ("", "a", "e", "y", "o")
_FEWEST_LETTERS = 4
_LONGEST_SUFFIX = 4
_IRREGULAR = {
    "spain": "spanish", "britain": "british", "france": "french", "greece": "greek",
    "denmark": "danish", "sweden": "swedish", "norway": "norwegian", "turkey": "turkish",
    "portugal": "portuguese", "netherlands": "dutch", "switzerland": "swiss", "wales": "welsh",
    "peru": "peruvian", "rome": "roman", "ireland": "irish", "thailand": "thai",
    "poland": "polish", "finland": "finnish", "scotland": "scottish", "england": "english",
}  # fmt: skip
"""What general English derives by no rule."""


@lru_cache(maxsize=10_000)
def kin_terms(word: str) -> frozenset[str]:
    """The search terms of a name in lower case and of its kin, as "china" and "chinese"."""
    bare = _POSSESSIVE.sub("", word.replace("’", "'"))
    pairs = {bare} | {a for a, b in _IRREGULAR.items() if b == bare}
    bases = {base for base in _bases(bare) if bare in _derived(base)}
    kin = pairs | bases | _derived(bare)
    return frozenset(term(one) for one in kin if one)


def _derived(base: str) -> set[str]:
    if len(base) < _FEWEST_LETTERS or not base.isalpha():
        return set()
    found = {_IRREGULAR[base]} if base in _IRREGULAR else set()
    for ending, additions in _ENDINGS:
        if base.endswith(ending):
            found |= {_added(base, addition) for addition in additions}
    return found


def _added(base: str, addition: str) -> str:
    suffix = addition.lstrip("-")
    return base[: len(base) - (len(addition) - len(suffix))] + suffix


def _bases(word: str) -> set[str]:
    """What the word may be derived from: the word less a suffix, with a letter put back."""
    cuts = range(max(_FEWEST_LETTERS, len(word) - _LONGEST_SUFFIX), len(word) + 1)
    return {word[:at] + lost for at in cuts if _SUFFIX.match(word, at) for lost in _LOST}
