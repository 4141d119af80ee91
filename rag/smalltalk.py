"""Greetings, thanks and questions about the program itself: answered in a sentence, not searched.

Only what is small talk from end to end counts: "Hello, how many parks are there?" is a question.
"""

from __future__ import annotations

import re

_TODAY = r"(?:\s+(?:today|tonight|now|again|there|then|all|everyone|everybody|team|friend|bot))*"
_SO_MUCH = r"(?:\s+(?:so\s+much|very\s+much|a\s+lot|a\s+million|again|anyway|all|everyone|you))*"
_GOOD = (
    r"(?:good|great|helpful|useful|perfect|awesome|excellent|nice|fine|cool|amazing|wonderful|lovely"
    r"|brilliant|fantastic|super|correct|right|clear|interesting|kind)"
)
_PROGRAM = (
    r"(?:who|what)\s+(?:exactly\s+)?are\s+you|what['’]?s?\s+(?:is\s+)?your\s+name|who\s+am\s+i\s+talking"
    r"\s+to|what\s+(?:can|do|could)\s+you\s+(?:do|know|answer|help(?:\s+me)?(?:\s+with)?)"
    r"(?:\s+for\s+me)?|what\s+can\s+i\s+ask(?:\s+you)?|how\s+do\s+you\s+work"
    r"|are\s+you\s+(?:an?\s+)?(?:real|human|person|robot|bot|machine|ai|alive|chatgpt|computer)"
    r"(?:\s+person)?|who\s+(?:made|built|created|wrote)\s+you|(?:can|could)\s+you\s+help(?:\s+me)?"
    r"|(?:please\s+)?help(?:\s+me)?|introduce\s+yourself|tell\s+me\s+about\s+yourself"
)
_POINTING = r"how\s+do(?:es)?\s+(?:this|it)\s+work|what(?:['’]s|\s+is)\s+this"
"""About the program if nothing was asked before; else about what was."""
_GREETING = (
    rf"(?:hi+|hello+|hey+|hiya|howdy|greetings|welcome){_TODAY}"
    rf"|good\s+(?:morning|afternoon|evening|day){_TODAY}"
    rf"|how(?:['’]s|\s+is|\s+are)\s+(?:you(?:\s+(?:doing|feeling))?|it\s+going|things|life|everything"
    rf"|your\s+(?:day|morning|week)(?:\s+going)?){_TODAY}|how\s+do\s+you\s+do|what['’]?s\s+up{_TODAY}"
    r"|(?:nice|pleased|good)\s+to\s+(?:meet|see)\s+you|(?:i\s+)?hope\s+you(?:['’]re|\s+are)\s+well"
)
_THANKS = (
    rf"(?:many\s+|ok(?:ay)?\s+)?(?:thanks|thank\s+you|thx|cheers|ta|much\s+appreciated){_SO_MUCH}"
    rf"(?:\s+for\s+(?:your|the|all|that|this)(?:\s+\w+){{0,4}})?"
)
_FAREWELL = (
    r"(?:good\s?)?bye(?:[\s-]bye)?|good\s?night|see\s+(?:you|ya)(?:\s+(?:later|soon|tomorrow|then))?"
    rf"|take\s+care|(?:have|enjoy)\s+(?:an?|your|the)\s+(?:{_GOOD}\s+)?(?:day|evening|weekend|night"
    r"|one|time)|sleep\s+(?:well|tight)|(?:talk\s+to\s+)?(?:you\s+)?later|until\s+(?:tomorrow|then)"
)
_ASIDE = (
    rf"(?:oh\s+|very\s+|really\s+|all\s+|so\s+)*{_GOOD}|ok(?:ay)?|yes|no|yeah|yep|nope|sure|wow|lol|haha"
    r"|got\s+it|i\s+see|no\s+problem|never\s?mind|sorry|well\s+done|(?:good|great|nice)\s+(?:job|work)"
    rf"|(?:that|this|it|you)(?:['’]s|['’]re|\s+(?:is|was|are|were|has\s+been))\s+(?:\w+ly\s+|very\s+"
    rf"|so\s+|all\s+|a\s+)*{_GOOD}(?:\s+(?:help|answer|indeed|enough))?"
    rf"|that(?:['’]s|\s+is|\s+was|\s+will\s+be)\s+(?:all|it|everything)(?:\s+(?:i|for)\s+(?:need(?:ed)?"
    rf"|wanted|now|today|me))?{_TODAY}|you(?:['’]re|\s+are)\s+welcome|same\s+to\s+you|please"
    r"|i(?:['’]m|\s+am)\s+(?:fine|good|well|back|here|done)"
)
_KINDS = {
    name: re.compile(rf"(?:{pattern})", re.I)
    for name, pattern in (
        ("program", _PROGRAM),
        ("pointing", _POINTING),
        ("greeting", _GREETING),
        ("thanks", _THANKS),
        ("farewell", _FAREWELL),
        ("aside", _ASIDE),
    )
}
_MARKS = r"[\s,.;:!?…()–—☀-➿\U0001f300-\U0001faff-]"
_BETWEEN = re.compile(rf"{_MARKS}*\s(?:and|so|but|then)\s{_MARKS}*|{_MARKS}+")
_WORD_END = re.compile(r"(?![\w'’])")
_LONGEST = 200


def small_talk(text: str, documents: int, *, follows: bool = False) -> str | None:
    """A friendly sentence in return, if the text is small talk and nothing else.

    If it `follows` another question, "How does it work?" asks about that one.
    """
    kinds = _kinds(text) if len(text) <= _LONGEST else None
    if not kinds or (follows and "pointing" in kinds):
        return None
    about = f"the {documents} documents here" if documents != 1 else "the one document here"
    if kinds & {"program", "pointing"}:
        return f"I answer questions about {about} and quote the sentences that say so."
    if "farewell" in kinds:
        return f"Goodbye; come back whenever you have a question about {about}."
    if "greeting" in kinds:
        return f"Hello; ask me anything about {about}, and I quote what they say."
    return f"You are welcome; ask me anything else about {about}."


def _kinds(text: str) -> set[str] | None:
    """The kinds of small talk that the text is made of, or `None` if there is anything else."""
    kinds: set[str] = set()
    place = _after_gap(text, 0)
    while place < len(text):
        ends = {name: _end(pattern, text, place) for name, pattern in _KINDS.items()}
        name = max(ends, key=lambda kind: ends[kind])
        if ends[name] == place:
            return None
        kinds.add(name)
        place = _after_gap(text, ends[name])
    return kinds


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Where the pattern ends, whole words only, or `place`."""
    match = pattern.match(text, place)
    return match.end() if match and _WORD_END.match(text, match.end()) else place


def _after_gap(text: str, place: int) -> int:
    """The place after blanks, marks, smileys and a linking word."""
    while (match := _BETWEEN.match(text, place)) and match.end() > place:
        place = match.end()
    return place
