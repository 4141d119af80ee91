"""Verbs and nouns of change and of level, in all their forms, and the auxiliaries of English."""

from __future__ import annotations

MODALS = frozenset("will shall would should can could may might must won't 'll".split())
AUXILIARIES = frozenset(
    "is are was were be been being am has have had having do does did isn't wasn't weren't".split()
)
_IRREGULAR = {
    "rise": "rose risen", "grow": "grew grown", "fall": "fell fallen", "go": "went gone",
    "shrink": "shrank shrunk", "cut": "cut cut", "sink": "sank sunk", "hit": "hit hit",
    "lose": "lost lost", "stand": "stood stood", "make": "made made", "come": "came come",
    "become": "became become", "keep": "kept kept", "hold": "held held", "cost": "cost cost",
    "run": "ran run", "get": "got got", "spend": "spent spent", "see": "saw seen",
    "leave": "left left", "shed": "shed shed",
}  # fmt: skip
PASTS = frozenset(" ".join(_IRREGULAR.values()).split()) - {"come", "become", "run"} | frozenset(
    """began begun bought brought built chose chosen drew drawn drove driven found gave given led
    lent laid met paid put sent set sold taught took taken won wrote written broke broken bore
    caught dealt fought flew forgot froze heard hurt knew known read rebuilt said sought shot shown
    slept spoke spoken spread struck swept swung thought threw thrown told understood wore woven
    lay lain left felt dug fed fled hung sang sat shook shone slid stuck stole swam tore woke
    """.split()
)
UP = frozenset(
    """rise grow increase climb gain jump surge soar raise expand add advance double widen boost
    improve accelerate rebound""".split()
)
DOWN = frozenset(
    """fall drop decline decrease shrink reduce cut lower lose sink slide dip plunge contract narrow
    slump tumble slow shed diminish ease""".split()
)
LEVELS = frozenset(
    """reach total average exceed surpass equal amount stand come number account make represent
    constitute remain stay keep hold hit top run cost weigh measure last span range be become value
    estimate form comprise cover contain register record rank approach near rate put price
    accumulate maintain""".split()
)
"""Verbs after which a figure tells how much the subject is; "be" stands for all its forms."""
_GROWTH_NOUNS = {
    "increase": 1, "growth": 1, "rise": 1, "gain": 1, "jump": 1, "surge": 1, "expansion": 1,
    "uptick": 1, "improvement": 1, "addition": 1, "decrease": -1, "decline": -1, "drop": -1,
    "fall": -1, "reduction": -1, "cut": -1, "loss": -1, "contraction": -1, "slump": -1, "dip": -1,
    "change": 0, "fluctuation": 0,
}  # fmt: skip
_COMPARATIVES = {
    "up": 1, "more": 1, "higher": 1, "larger": 1, "greater": 1, "faster": 1, "longer": 1,
    "down": -1, "less": -1, "fewer": -1, "lower": -1, "smaller": -1, "slower": -1, "shorter": -1,
}  # fmt: skip


def _forms(base: str) -> set[str]:
    past = set(_IRREGULAR.get(base, "").split()) or {_add(base, "ed")}
    return {base, _add(base, "s"), _add(base, "ing"), *past}


def _add(base: str, ending: str) -> str:
    if ending == "s":
        return base + ("es" if base.endswith(("s", "ch", "sh", "o")) else "s")
    if base.endswith("e") and not base.endswith("ee") and base != "be":
        return base[:-1] + ending
    doubled = base in (
        "drop",
        "cut",
        "run",
        "dip",
        "hit",
        "top",
        "put",
        "slip",
        "span",
        "get",
        "shed",
    )
    return base + base[-1] + ending if doubled else base + ending


_LEMMAS = {
    form: base
    for base in sorted(UP | DOWN | LEVELS | {"go", "get", "see", "leave", "spend"})
    for form in _forms(base)
} | {"totalled": "total", "totalling": "total"}
_LEMMAS |= dict.fromkeys("is are was were be been being am 's".split(), "be")


_PARTICIPLES = {
    past: participle
    for past, participle in (pair.split() for pair in _IRREGULAR.values())
    if past != participle
} | {
    "began": "begun", "chose": "chosen", "drew": "drawn", "drove": "driven", "gave": "given",
    "took": "taken", "wrote": "written", "broke": "broken", "bore": "borne", "flew": "flown",
    "forgot": "forgotten", "froze": "frozen", "knew": "known", "spoke": "spoken",
    "threw": "thrown", "wore": "worn", "sang": "sung", "shook": "shaken", "swam": "swum",
    "stole": "stolen", "tore": "torn", "woke": "woken", "undertook": "undertaken",
}  # fmt: skip


def participle(word: str) -> str:
    """The past participle of a verb in its past tense."""
    return _PARTICIPLES.get(word, word)


def lemma(word: str) -> str | None:
    """The base form of a verb of change or of level; `None` for all other words."""
    return _LEMMAS.get(word)


def direction_of_verb(word: str) -> int | None:
    """1 for a verb of growth, -1 for one of decline, `None` for others."""
    base = lemma(word)
    return 1 if base in UP else -1 if base in DOWN else None


def direction_of_noun(word: str) -> int | None:
    """1, -1 or 0 for a noun of change, `None` for others; plurals too."""
    return _GROWTH_NOUNS.get(word, _GROWTH_NOUNS.get(word.removesuffix("s")))


def direction_of_comparative(word: str) -> int | None:
    """1 for "up" and "more", -1 for "down" and "less", `None` for others."""
    return _COMPARATIVES.get(word)
