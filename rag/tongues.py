"""Which language a text is in: by its script, else by the function words of a dozen languages.

The function words are the stop word lists that come with bm25s. They are enough to notice that a
question is not in the documents' language, and they cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rag.text import words

_SCRIPTS = {
    "Japanese": re.compile(r"[\u3040-\u30ff]"),
    "Korean": re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"),
    "Chinese": re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"),
    "Cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "Greek": re.compile(r"[\u0370-\u03ff]"),
    "Arabic script": re.compile(r"[\u0600-\u06ff\u0750-\u077f]"),
    "Hebrew": re.compile(r"[\u0590-\u05ff]"),
    "Devanagari": re.compile(r"[\u0900-\u097f]"),
    "Thai": re.compile(r"[\u0e00-\u0e7f]"),
}
"""The language of each script, or the script itself where it writes many.

The first that matches wins, as kana among Han does.
"""
_MARKS = {
    "Cyrillic": {
        "Ukrainian": (r"[їєґ]", r"[ыэёъў]"),
        "Russian": (
            r"[ыэё]|\b(?:что|сколько|когда|где|кто|почему|это)\b",
            r"[їієґўјљњћђџәғқңөұүһ]",
        ),
    },
    "Arabic script": {
        "Arabic": (r"[\u0643\u064a\u0629\u0649\u0623\u0625]", r"[\u0679-\u06d3]"),
        "Persian": (
            r"[\u067e\u0686\u0698\u06a9\u06af\u06cc]",
            r"[\u0643\u064a\u0629\u0649]|[^\W\u0600-\u0658\u067e\u0686\u0698\u06a9\u06af\u06cc]",
        ),
    },
    "Devanagari": {
        "Hindi": (r"(?<!\S)(?:है|हैं|में|कितने|कितनी|क्या|का|की|के)(?![^\s?।])", r"ळ|(?<!\S)आहे"),
    },
}
"""What only this language of a script has, and what it never has."""
OTHER = "another language"
"""A language that is clear to be none that is told by name."""
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff]", re.I)
_MOSTLY = 0.3
"""Share of the letters from which a script tells the language; names and terms stay below."""
_FEWEST_WORDS = 4
_FEWEST_HITS = 2
_HITS = 0.3
"""Share of the words that are function words; running text of any language has more."""
_LEAD = 2
"""How many times as many function words as in the next likely language."""
_CODES = {"en": "English", "zh": "Chinese", "de": "German", "fr": "French", "es": "Spanish",
          "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "sv": "Swedish", "no": "Norwegian",
          "da": "Danish", "tr": "Turkish", "ru": "Russian", "ja": "Japanese", "ko": "Korean",
          "el": "Greek", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "th": "Thai"}  # fmt: skip

_ASKING = {
    "German": "wie viele wer wem was wo wann warum wieso welche welcher welches gibt",
    "French": "combien quel quelle quels quelles où quand comment pourquoi qui quoi",
    "Spanish": "cuánto cuántos cuántas cuantos cuantas cuál cual dónde cuándo cómo quién hay",
    "Portuguese": "quanto quantos quantas qual quais onde quando como quem existem",
    "Italian": "quanto quanti quante quale quali dove quando come chi perché",
    "Dutch": "hoeveel hoe wie waar wanneer waarom welke wat",
    "Swedish": "hur många var när varför vilken vilka vem vad",
    "Norwegian": "hvor mange hvem hva når hvorfor hvilken hvilke",
    "Danish": "hvor mange hvem hvad hvornår hvorfor hvilken hvilke",
    "Turkish": "kaç ne nasıl neden nerede kim hangi zaman kadar var",
}
"""The asking words, which stop word lists leave out in part."""


def language_of(text: str) -> str | None:
    """The English name of the language, `OTHER` if it is sure only that it is none of those
    told by name or one of several, or `None` where a few words do not tell it."""
    letters = len(_LETTER.findall(text))
    for language, script in _SCRIPTS.items():
        if letters and len(script.findall(text)) > _MOSTLY * letters:
            return _of_script(language, text)
    if letters and len(_LATIN.findall(text)) < _MOSTLY * letters:
        return OTHER
    return _by_function_words([word for word in words(text) if word[0].isalpha()])


def _of_script(script: str, text: str) -> str:
    """The one language whose marks the text bears; a script of one language is that language."""
    if script not in _MARKS:
        return script
    sure = [
        name
        for name, (has, never) in _MARKS[script].items()
        if re.search(has, text, re.I) and not re.search(never, text, re.I)
    ]
    return sure[0] if len(sure) == 1 else OTHER


def name_of(code: str) -> str:
    """The English name of a language code such as "en" or "pt-BR"; an unknown one as it is."""
    return _CODES.get(code.lower().split("-")[0].split("_")[0], code)


def _by_function_words(told: list[str]) -> str | None:
    if len(told) < _FEWEST_WORDS:
        return None
    hits = {name: sum(word in held for word in told) for name, held in _function_words().items()}
    english = hits.pop("English")
    best = max(hits, key=lambda name: hits[name])
    if english >= max(_FEWEST_HITS, hits[best]):
        return "English"
    enough = hits[best] >= max(_FEWEST_HITS, _HITS * len(told))
    if not enough or hits[best] < _LEAD * english:
        return None
    return best if list(hits.values()).count(hits[best]) == 1 else OTHER


@lru_cache(maxsize=1)
def _function_words() -> Mapping[str, frozenset[str]]:
    from bm25s import stopwords as lists

    names = {name: f"STOPWORDS_{name.upper()}" for name in _ASKING}
    held = {name: {*getattr(lists, of), *_ASKING[name].split()} for name, of in names.items()}
    return {"English": frozenset(lists.STOPWORDS_EN_PLUS), **_frozen(held)}


def _frozen(held: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(found) for name, found in held.items()}
