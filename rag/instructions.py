"""Sentences of a document that speak to a language model instead of telling something.

A document is data: what it tells a model to do is not followed, not shown to one and no evidence.
Read by the form of such orders, in English and Chinese, after invisible and look-alike characters
are undone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOLD = (
    r"(?:instructions?|prompts?|directions|commands|rules|guidelines|orders|messages?|conversation"
    r"|context|passages?|sources?|documents?|text|content|citations?)"
)
_WHAT_STANDS = (
    r"(?:above|before|below|previous|prior|preceding|earlier|foregoing|following|other|given)"
)
_MODEL = (
    r"(?:AI|A\.I\.|assistants?|chat\s?bots?|bots?|(?:large\s)?language\smodels?|LLMs?|GPT\w*"
    r"|(?:the\s)?model|system\sprompt|answering\s(?:system|engine|program))"
)
_PATTERNS = (
    # "Ignore all previous instructions", "disregard the above", "forget what was said before"
    rf"\b(?:ignore|disregard|forget|override|overrule|bypass|discard|skip|neglect)\b[^.!?\n]{{0,40}}"
    rf"\b(?:{_TOLD}|{_WHAT_STANDS}|everything|anything|all\sof\sit|what\swas\ssaid)\b",
    # "You are now a pirate", "from now on you", "act as", "pretend that"
    r"\byou\sare\s(?:now|no\slonger|an?\s(?:AI|assistant|helpful|chat\s?bot|language\smodel))\b",
    r"\bfrom\snow\son,?\s(?:you|answer|always|respond|reply|say)\b",
    r"\b(?:act|behave|respond)\sas\s(?:if|an?|the|though)\b[^.!?\n]{0,30}"
    r"\b(?:you|assistant|model|AI)\b",
    r"\b(?:new|updated|real|actual|true|hidden|secret)\sinstructions?\b",
    rf"\b(?:note|message|instructions?|attention|important|notice|memo|hint|order|warning)\s"
    rf"(?:to|for)\s(?:the\s|any\s|all\s|every\s|an\s)?{_MODEL}\b",
    rf"^\W*(?:(?:dear|hello|hey|attention|to|for|listen),?\s(?:the\s|all\s)?)?{_MODEL}\s?[,:!]",
    rf"\b(?:if|when|as)\syou\sare\s(?:an?\s|the\s)?{_MODEL}\b",
    # Orders about the answer: "answer that", "reply with", "always say", "do not cite"
    r"(?:^|[,;:.!?]\s|\band\s|\bmust\s|\bshould\s|\balways\s|\bonly\s|\bplease\s|\bsimply\s|\bto\s"
    r"|\binstead,?\s|\bthen\s|\bjust\s)"
    r"(?:answer|reply|respond|say|print|output|state|claim|tell\s(?:the\s)?users?|write|repeat)\s"
    r"(?:only\s|instead\s|always\s|exactly\s)?(?:that\b|with\b|:|[\"“‘'])",
    r"\b(?:when|if|whenever)\s(?:you\sare\s|you['’]re\s)?asked\b",
    r"\b(?:your|the)\s(?:answer|reply|response|output)\s(?:must|should|shall|has\sto|is\sto)\b",
    r"\bdo\snot\s(?:cite|mention|reveal|quote|tell\sthe\suser|answer|use\sthe)\b",
    r"\b(?:the\s)?(?:correct|right|only\s(?:correct|valid))\s(?:answer|reply|response)\s(?:is|to)\b",
    r"\b(?:reveal|repeat|print|show|leak|output)\s(?:me\s)?(?:your|the)\s(?:system\s)?"
    r"(?:prompt|instructions|api\skey|rules)\b",
    r"(?:忽略|无视|忘记|忘掉|不要理会)[^。！？\n]{0,12}(?:以上|之前|上述|前面|指令|指示|提示|内容)",
    # Marks of a conversation with a model
    r"<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\b"
    r"|\[/?INST\]|<</?SYS>>|^\W*(?:system|assistant|developer)\s?:|#{2,}\s?(?:instruction|system|response)",
)
_INSTRUCTION = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.I | re.M)
_LETTER_BY_LETTER = re.compile(r"\b(?:\w[ .\-_]){4,}\w\b")


def is_instruction(text: str) -> bool:
    """Whether a sentence of a document gives orders to a model that reads it."""
    return bool(_INSTRUCTION.search(_closed_up(visible(text))))


@lru_cache(maxsize=100_000)
def visible(text: str) -> str:
    """The text as it looks: compatibility forms undone, invisible and direction marks removed."""
    plain = unicodedata.normalize("NFKC", text)
    shown = "".join(
        c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cs")
    )
    return " ".join(shown.split())


def _closed_up(text: str) -> str:
    """The text with words that are spelt with gaps ("i g n o r e") closed up."""
    return _LETTER_BY_LETTER.sub(lambda match: re.sub(r"[ .\-_]", "", match[0]), text)
