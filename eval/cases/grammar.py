"""Building blocks of English grammar that the patterns of `eval.cases.measures` are made of.

Closed word classes, verb forms and units of measurement only; nothing knows a subject.
"""

from __future__ import annotations

import re

NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\w|[.,-]\d|-)"
    r"(?: (?:thousand|million|billion|trillion)\b)?"
)
ABOUT = (
    r"(?i:(?:about|around|approximately|roughly|nearly|almost|some|over|more than|above|at least|"
    r"up to|as many as|as much as|just|only|fewer than|less than|no more than|under|within)\s)?"
)
MORE = r"(?i:(?:another|an additional|a further|a total of|an extra|the first|all|the)\s)?"
PERCENT = r"(?:\s?%|\spercentage points?|\spercent|\sper cent)"
_MEASURES = (
    r"(?:US |U\.S\. )?(?:dollars?|yuan|euros?|pounds?|yen|rupees?|won|francs?|pesos?)|"
    r"(?:square |cubic )?(?:(?:kilo|centi|milli)?met(?:er|re)s?|miles?|feet)|hectares?|acres?|mu|"
    r"tons?|tonnes?|kilograms?|grams?|lit(?:er|re)s?|barrels?|"
    r"(?:kilo|mega|giga|tera)?watts?(?:[- ]hours?)?"
)
MEASURE = re.compile(rf"(?:{_MEASURES})\b")
"""Units that a figure has whatever is counted: currencies, lengths, areas, weights, power."""
PREPOSITIONS = frozenset(
    """about above across after against along among around as at before below between beyond by
    despite down during except for from in inside into like near of off on onto out over past per
    since than through throughout to toward towards under until up upon via with within without
    """.split()
)
_BARE_PRONOUNS = frozenset(
    """i we you he she it they them this that these those there here which who whom whose what
    its their his her our my your one such another others none
    """.split()
)
_ALONE = frozenset("all both each few many more most several some".split())
"""Words that stand for something else only when no noun follows."""
_JOINERS = frozenset(
    "that which who whom whose said says say whether because if when while where so but although"
    " though and/or respectively namely".split()
)
_AUXILIARIES = frozenset(
    """is are was were be been being am has have had do does did will would shall should can could
    may might must""".split()
)
_IRREGULAR = {
    "become": ("became", "become"), "begin": ("began", "begun"), "break": ("broke", "broken"),
    "bring": ("brought", "brought"), "build": ("built", "built"), "buy": ("bought", "bought"),
    "choose": ("chose", "chosen"), "cut": ("cut", "cut"), "draw": ("drew", "drawn"),
    "drive": ("drove", "driven"), "find": ("found", "found"), "get": ("got", "got"),
    "give": ("gave", "given"), "grow": ("grew", "grown"), "hold": ("held", "held"),
    "keep": ("kept", "kept"), "lay": ("laid", "laid"), "lead": ("led", "led"),
    "lend": ("lent", "lent"), "lose": ("lost", "lost"), "make": ("made", "made"),
    "meet": ("met", "met"), "pay": ("paid", "paid"), "put": ("put", "put"),
    "rebuild": ("rebuilt", "rebuilt"), "run": ("ran", "run"), "see": ("saw", "seen"),
    "sell": ("sold", "sold"), "send": ("sent", "sent"), "set": ("set", "set"),
    "shut": ("shut", "shut"), "spend": ("spent", "spent"), "take": ("took", "taken"),
    "teach": ("taught", "taught"), "train": ("trained", "trained"), "win": ("won", "won"),
    "write": ("wrote", "written"), "stop": ("stopped", "stopped"), "plan": ("planned", "planned"),
    "fit": ("fitted", "fitted"), "ban": ("banned", "banned"), "equip": ("equipped", "equipped"),
    "admit": ("admitted", "admitted"), "commit": ("committed", "committed"),
    "go": ("went", "gone"), "rise": ("rose", "risen"), "fall": ("fell", "fallen"),
    "come": ("came", "come"), "leave": ("left", "left"), "open": ("opened", "opened"),
}  # fmt: skip
_PARTICIPLES = dict(_IRREGULAR.values())
_INTRANSITIVE = frozenset("become come go rise fall grow".split())
PAST = (
    r"(?:[a-z]{2,}(?<!e)ed(?<!hundred)|"
    + "|".join(
        sorted({past for base, (past, _) in _IRREGULAR.items() if base not in _INTRANSITIVE})
    )
    + ")"
)
"""A past tense that may take an object; "need", "speed" and "exceed" end otherwise."""
_NO_VERBS = PREPOSITIONS | _BARE_PRONOUNS | _JOINERS | _AUXILIARIES | {"and", "or", "nor", "not"}
_FINITE = re.compile(
    r"\b(?:" + "|".join(_AUXILIARIES) + r"|rose|grew|fell|went|came|stood|reached|totaled|exceeded|"
    rf"{PAST}(?= (?:(?:the|an?|to|that|more|over|about|around)\b|\d)))\b"
)


def participle(verb: str) -> str:
    """The past participle of a verb in its base form or its past tense."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][1]
    if verb in _PARTICIPLES or verb.endswith("ed"):
        return _PARTICIPLES.get(verb, verb)
    if verb.endswith("e"):
        return verb + "d"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    single = re.fullmatch(r"[^aeiou]+[aeiou][^aeiouwxy]", verb)
    return verb + verb[-1] + "ed" if single else verb + "ed"


def may_be_verb(word: str) -> bool:
    """Whether a lower-case word before a number can be a verb in its base form."""
    return word not in _NO_VERBS and not word.endswith(("ing", "ly", "ed"))


def has_finite_verb(text: str) -> bool:
    """Whether the text holds a verb that makes it a clause; a participle as such does not."""
    return bool(_FINITE.search(text))


def is_noun_phrase(text: str, most: int = 14) -> bool:
    """Whether a stretch before a verb or after a number stands for itself, as far as form tells.

    It refers to nothing outside itself, holds no clause and no list that was cut.
    """
    words = text.lower().split()
    if not 1 <= len(words) <= most or re.search(r"[,;:?!]", text):
        return False
    if words[0] in _NO_VERBS or (words[0] in _ALONE and len(words) == 1):
        return False
    if words[-1] in _NO_VERBS | {"the", "a", "an"}:
        return False
    if {"it", "them", "this", "these", "such", "its"} & set(words) or not _is_balanced(text):
        return False
    return not (set(words) & (_JOINERS | _AUXILIARIES) or has_finite_verb(text))


def _is_balanced(text: str) -> bool:
    pairs = (("(", ")"), ("“", "”"), ("[", "]"))
    return text.count('"') % 2 == 0 and all(text.count(a) == text.count(b) for a, b in pairs)
