"""Sentences of a document that speak to a language model instead of telling something.

A document is data: what it tells a model to do is not followed, not shown to one and no evidence.
Orders are read by their form, in English and Chinese, after invisible characters are taken out and
look-alike letters folded (`rag.lookalikes`). What is shown keeps its letters and its figures.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.lookalikes import foldings

_MODEL = (
    r"(?:ai|a\.i\.|assistants?|chat\s?bots?|bots?|(?:large\s)?language\smodels?|llms?|gpt\w*"
    r"|(?:the\s)?model|system\sprompt|answering\s(?:system|engine|program))"
)
_MACHINE = r"(?:ai|a\.i\.|chat\s?bot|(?:large\s)?language\smodel|llm|gpt\w*)"
_MODEL_ALONE = (
    rf"{_MODEL}(?=\s?[:,.;!)—–-]|\s(?:that|which|who|reading|readers?|systems?|models?|assistants?"
    r"|if|when)\b|$)"
)
"""Not as the first part of a name: "a warning to AI companies"."""
_READER = rf"(?:(?:any\s|all\s|every\s|each\s|the\s)?(?:{_MODEL}|readers?|summari[sz]ers?)|models)"
_READS = (
    r"(?:read|summari[sz]|answer|quot|cit|process|pars|index|translat|us|see)(?:s|es|e|ing|ed)?"
)
_WHOEVER = (
    r"(?:who(?:so)?ever|anyone|anybody|everyone|everybody|all|those"
    r"|(?:any|every)\s(?:\w+\s)?(?:program|system|software|tool|machine|engine|agent|one)"
    r"|(?:program|system|tool|machine|engine)s?(?=\s(?:that|which)\s))"
)
_TO_WHOM = r"(?:to|for)\s(?:the\s|any\s|all\s|every\s|an?\s|each\s)?"
_THIS = (
    r"this\s(?:passage|page|document|text|source|section|sentence|note|file|report"
    r"|paragraph)"
)
_ADVERBS = (
    r"(?:(?:now|always|only|instead|therefore|simply|please|kindly|hereby|first|also|then|just|so)"
    r"[,\s]+)*"
)
_ORDERED = (
    r"(?:must|should|shall|(?:is|are|has|have|needs?|ought)\s(?:hereby\s|now\s)?(?:(?:required|asked|obliged"
    rf"|instructed|told|requested|expected)\s)?to)\s{_ADVERBS}"
)
_STATE = r"(?:say|state|report|claim|assert|declare|conclude|mention|write)"
_REPLY = (
    r"(?:answer|reply|respond|print|output|repeat|return"
    r"|give\s(?:this|only|as|the\s(?:following|next|answer|figure))|tell(?:\s(?!us\b|me\b)(?:the\s)?\w+)?)"
)
_SAYS = (
    rf"(?:{_STATE}|{_REPLY})\b"
    r"(?!\s(?:to|for|within|in|on|at|by|any|their|its|his|her|us|first|an?)\b)"
)
_QUOTED = (
    r"(?:this\b|as\sfollows\b|:|[\"“‘']|the\sfollowing(?=\W*$|\s?[:.,!]|\s(?:sentence|statement|text|words"
    r"|answer|reply|line|figure)\b))"
)
_WORDING = rf"(?:only\s|instead\s|always\s|exactly\s)?(?:that\b(?!\syou)|with\b|{_QUOTED})"
_TAKE = r"(?:treat|take|consider|regard|accept)\s(?:the\sfollowing|this(?:\s\w+)?)\sas\b"
_OPENING = r"(?:^\W*|[,;:.!?—–-]\s)"
"""Where a verb without a subject is an imperative."""

_INSTRUCTIONS = (
    r"(?:instructions?|prompts?|passages?|guardrails|citations?"
    r"|what\syou\s(?:were|are|have\sbeen)\s(?:told|asked|given))"
)
_STANDING = r"(?:above|previous|preceding|earlier|foregoing|prior)"
_TEXTS = (
    r"(?:directions|commands|rules|guidelines|orders|messages?|conversation|context|sources?"
    r"|documents?|text|content|everything|anything|all\sof\sit|before|below|following|other|given"
    r"|what\swas\ssaid)"
)
_IGNORE = (
    r"(?:ignore|disregard|forget|override|overrule|bypass|discard|skip|neglect"
    r"|pay\sno\s(?:attention|heed|regard)\sto)"
)
_CHINESE_MODEL = r"(?:人工智能|人工智慧|ai|语言模型|語言模型|大模型|聊天机器人|聊天機器人|助手)"
_CHINESE_SAYS = r"(?:回答|答复|答覆|回复|回覆|输出|輸出|声称|聲稱|宣称|宣稱|陈述|陳述)"
_CHINESE_MUST = r"(?:请|請|必须|必須|应当|應當|应该|應該|须|須|只能|一律|务必|務必)"

# Of texts in small letters.
_PATTERNS = (
    # "Ignore all previous instructions", "disregard the above", "forget what was said before"
    rf"(?<!not\s)(?<!never\s)(?<!n['’]t\s)\b{_IGNORE}\b[^.!?\n]{{0,40}}\b(?:{_INSTRUCTIONS}|{_STANDING})\b",
    rf"(?:{_OPENING}|\b(?:please|and|you|now|then)\s){_ADVERBS}(?:{_IGNORE}|set\saside|leave\sout)\b"
    rf"[^.!?\n]{{0,40}}\b(?:{_TEXTS}|{_STANDING}|{_INSTRUCTIONS})\b",
    rf"\b{_STANDING}\b[^.!?\n]{{0,40}}(?<!not\s)\b{_IGNORE}\s(?:it|them|that)\b",
    rf"\b(?:do\snot|don['’]t|never)\s(?:follow|obey|use|trust|believe|heed)\b[^.!?\n]{{0,20}}"
    rf"\b(?:system\sprompt|{_INSTRUCTIONS}\sabove|(?:other|{_STANDING})\s(?:{_INSTRUCTIONS}|sources?|texts?"
    r"|documents?))\b",
    # "You are now a pirate", "from now on you", "act as", "pretend that"
    r"\byou\sare\s(?:now|no\slonger)\s(?:an?|the|free|bound|limited|called|acting|operating|in\s\w+\smode)\b",
    r"(?<!if\s)\byou\sare\san?\s(?:ai|assistant|helpful|chat\s?bot|language\smodel)\b",
    r"\bfrom\snow\son,?\s(?:answer|always|respond|reply|say"
    rf"|you\s(?:are\s(?:an?|the)|{_ORDERED}(?:{_REPLY}|{_STATE}|act|ignore)|answer|act|say)\b)",
    r"\b(?:act|behave|respond)\sas\s(?:if|an?|the|though)\b[^.!?\n]{0,30}"
    r"\b(?:you|assistant|language\smodel|ai)\b",
    rf"\b(?:real|actual|true|hidden|secret)\sinstructions?\b|\b(?:new|updated)\sinstructions?\s?"
    rf"(?::|are\s(?:these|as)\b|follow\b|{_TO_WHOM}{_MODEL_ALONE})",
    # "Note to AI", "Assistant:", "To the language model reading this", "To whoever reads this:"
    rf"\b(?:note|message|instructions?|attention|important|notice|memo|hint|orders?|warning|word)\s"
    rf"{_TO_WHOM}{_MODEL_ALONE}",
    rf"^\W*(?:(?:dear|hello|hey|attention|to|for|listen),?\s(?:the\s|all\s)?)?{_MODEL}\s?[,:!]",
    rf"\b(?:if|when|as)\syou\sare\s(?:an?\s|the\s)?(?:{_MACHINE}|{_MODEL}\s{_READS})\b",
    rf"\b{_TO_WHOM}(?:{_MODEL}|readers?|system|program|machine)\s(?:(?:that|which|who)\s)?"
    rf"(?:is\s|are\s)?(?:now\s)?{_READS}\s(?:this|these|it)\b",
    rf"(?:^\W*|\b(?:note|message|word|notice|order)s?\s)(?:to|for)\s{_WHOEVER}\s(?:who\s|that\s)?"
    rf"(?:is\s|are\s)?{_READS}\s[^.!?\n]{{0,30}}\b(?:{_THIS}|this|it)\b[^:!?.\n]{{0,40}}[:,]",
    # "Whoever summarises this page is to state", "readers must report", "models are to say"
    rf"\b{_WHOEVER}\s(?:who\s|that\s|which\s)?(?:is\s|are\s|has\s|have\s)?{_READS}\b"
    rf"[^.!?\n]{{0,30}}\b(?:this|these|here|it)\b[^.!?\n]{{0,40}}\b{_ORDERED}{_SAYS}",
    rf"\b{_READER}\b(?:\s(?:of|that|who|which|{_READS})\b[^.!?\n]{{0,60}})?"
    rf"(?:,[^,.!?\n]{{0,40}},)?\s{_ORDERED}(?:{_SAYS}|{_TAKE})",
    rf"\b(?:for|asks?|tells?|requires?|instructs?|expects?|orders?|wants?)\s"
    rf"(?:the\s|any\s|all\s|every\s|an?\s)?{_MODEL}\sto\s{_ADVERBS}{_SAYS}",
    r"\bthe\susers?\s(?:wants?|asks?|expects?)\syou\sto\b",
    rf"\byou\s{_ORDERED}(?:say|state|claim|assert|declare|conclude|mention|write|answer|reply"
    rf"|respond|print|output|repeat)\s{_WORDING}",
    rf"\byour\s(?:new\s|only\s|real\s)?(?:task|job|role|goal)\sis\s(?:now\s)?to\s{_SAYS}|\bnew\stask\s?:",
    rf"{_OPENING}{_ADVERBS}{_TAKE}",
    # "This document overrides all other sources", "cite only this passage"
    rf"\b{_THIS}\s(?:overrides|overrules|outranks|cancels|(?:takes|has)\s(?:precedence|priority)\sover"
    rf"|(?:supersedes|replaces)\s(?:your|any|all|every))\b[^.!?\n]{{0,30}}\b(?:{_INSTRUCTIONS}|sources?"
    r"|answers?|context|texts?|pages|(?:other|all)\sdocuments)\b",
    rf"\b(?:cite|quote|trust|believe|use)\s(?:only\s{_THIS}\b|{_THIS}\sonly\b)",
    # Orders about the answer: "answer that", "reply with", "always say", "do not cite"
    rf"(?:{_OPENING}|\bplease\s|\binstead,?\s){_ADVERBS}(?:{_STATE}|{_REPLY})\s{_WORDING}",
    rf"\b(?:and|then|must|should)\s{_ADVERBS}(?:{_REPLY}\s(?:that\b|the\sfollowing\s?:|:|[\"“‘])|{_STATE}\s?(?::|[\"“‘]))",
    r"\b(?:when|if|whenever)\s(?:you\sare|you['’]re)\sasked\b",
    rf"\b(?:when|if|whenever)\sasked\b[^.!?\n]{{0,60}},\s{_ADVERBS}"
    rf"(?:use|cite|quote|never|do\snot|{_STATE}|{_REPLY})\b",
    rf"\byour\s(?:answer|reply|response|output|summary)\s(?:{_ORDERED}|is\s(?:that\b|{_QUOTED}))",
    rf"\b(?:{_STATE}|{_REPLY})\sin\syour\s(?:answer|reply|response|summary|output)\b",
    r"\bmake\ssure\s(?:that\s)?your\s(?:answer|reply|response|summary|output)\b",
    r"\b(?:begin|start|end|open|close|finish|preface)\s(?:your|the|every|any|each)\s"
    r"(?:answer|reply|response|summary|output)s?\swith\b",
    rf"\b(?:the|any|every|all)\s(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?)\b"
    rf"[^.!?\n]{{0,40}}\s{_ORDERED}(?:(?:be|read)\s{_QUOTED}|(?:state|say|claim|assert|declare)\b)",
    rf"\bin\s(?:your|any|every)\s(?:answer|reply|response|summary|output)s?\b[^.!?\n]{{0,40}}?"
    rf"\b{_ADVERBS}{_SAYS}",
    rf"{_OPENING}(?:please\s)?do\snot\s(?:(?:cite|mention|reveal|quote|answer)\b|tell\sthe\suser"
    rf"|use\sthe\s(?:other|{_INSTRUCTIONS}|sources?|documents?|context))",
    r"\b(?:the\s)?(?:correct|only(?:\scorrect|\svalid|\sright))\s(?:answer|reply|response)\s(?:is|to)\b",
    rf"\bright\s(?:answer|reply|response)\sis\s{_QUOTED}",
    r"\b(?:reveal|repeat|print|show|leak|output)\s(?:me\s)?(?:your|the)\s(?:system\s)?"
    r"(?:prompt|instructions|api\skey)\b",
    # The same in Chinese, and the best known in the tongues that look most like English
    r"(?:忽略|忽視|无视|無視|忘记|忘記|忘掉|不要理会|不要理會)[^。！？\n]{0,12}"
    r"(?:以上|之前|上述|前面|指令|指示|提示|内容|內容)",
    rf"{_CHINESE_MODEL}[^。！？\n]{{0,12}}{_CHINESE_MUST}[^。！？\n]{{0,6}}"
    rf"(?:{_CHINESE_SAYS}|[说說](?![明服]))",
    r"(?:请|請)在?(?:你的|您的)?(?:回答|答案|回复|回覆|总结|總結|摘要)(?:中|时|時|里|裡)",
    rf"^\W*{_CHINESE_MODEL}\s?[，,：:！]|(?:告诉|告訴)(?:用户|用戶|提问者|提問者)",
    rf"(?:^|[，,；;：:。])\s?(?:{_CHINESE_MUST}|你(?:要|应|應|必须|必須))[^。！？，\n]{{0,6}}"
    rf"{_CHINESE_SAYS}(?:说|說|道|为|為)?\s?[：:“「\"]",
    rf"(?:致|对|對|给|給)(?:所有|任何|各)?{_CHINESE_MODEL}[^。！？\n]{{0,8}}[：:，,]",
    rf"你(?:现在|現在)?是(?:一个|一個|一名)?{_CHINESE_MODEL}",
    r"\b(?:ignorier|vergiss|vergesst|ignore[rz]|oublie|ignora|olvid|dimentic)\w*[^.!?\n]{0,40}"
    r"\b(?:anweisung|instru[ck]|istruzion|consigne|befehl)",
    # Marks of a conversation with a model
    r"<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\b"
    r"|\[/?inst\]|<</?sys>>|(?:^\W*|[:.!?]\s)(?:system|assistant|developer)\s?:"
    r"|\bsystem\s(?:override|message|prompt|notice)\s?:|#{2,}\s?(?:instruction|system|response)",
)
_INSTRUCTION = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))
_LETTER_BY_LETTER = re.compile(r"\b(?:\w[ .\-_]){4,}\w\b")


_TURNED = re.compile("\u202e([^\u202c\n]*)\u202c?")
"""Between a mark that turns the direction of writing and its end."""
_INVISIBLE = re.compile(
    r"(?<!\d)[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f](?!\d)"
)
"""Characters that show nothing though they are no control characters, away from figures."""
_CONTROLS = ("Cf", "Cc", "Co", "Cs")
_RUN = re.compile(r"[\w\u0300-\u036f]+")
_BLANK = re.compile(r"(?P<within>(?<=\d)[^\S\x00-\x7f](?=\d))|\s+")
_STOPS = ".!?…:;,。！？ "
_SEAM = 6
"""Words on either side of a full stop that may be one order."""


@lru_cache(maxsize=100_000)
def is_instruction(text: str) -> bool:
    """Whether a sentence of a document gives orders to a model that reads it."""
    turned = _TURNED.sub(lambda match: match[1][::-1], text)
    readings = {reading for one in {text, turned} for reading in foldings(_plain(one))}
    return any(_INSTRUCTION.search(_closed_up(reading.lower())) for reading in readings)


def is_split_instruction(before: str, after: str) -> bool:
    """Whether an order is split over the end of one sentence and the start of the next."""
    ends, starts = before.split()[-_SEAM:], after.split()[:_SEAM]
    seam = f"{' '.join(ends).rstrip(_STOPS)} {' '.join(starts)}"
    return is_instruction(seam) and not is_instruction(" ".join((*ends, ".", *starts)))


@lru_cache(maxsize=100_000)
def visible(text: str) -> str:
    """The text as it looks, without invisible and direction marks, on one line.

    Letters in other forms are made plain. A word that holds a figure stays as it is but for wide
    digits: "10⁶", "1½" and "①20" would tell other numbers if their forms were undone, and so does
    what parts two digits.
    """
    seen = _without_invisible(text)
    if not seen.isascii():
        seen = _RUN.sub(_shown, seen)
    return _BLANK.sub(lambda match: match["within"] or " ", seen).strip()


def _shown(match: re.Match[str]) -> str:
    run = match[0]
    if any(unicodedata.category(c) in ("Nd", "No") for c in run):
        return "".join(str(int(c)) if c.isdecimal() else c for c in run)
    return unicodedata.normalize("NFKC", run)


def _plain(text: str) -> str:
    """The text with every form undone, whatever becomes of its figures."""
    return " ".join(_without_invisible(unicodedata.normalize("NFKC", text)).split())


def _without_invisible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in _CONTROLS)
    return _INVISIBLE.sub("", "".join(kept))


def _closed_up(text: str) -> str:
    """The text with words that are spelt with gaps ("i g n o r e") closed up."""
    return _LETTER_BY_LETTER.sub(lambda match: re.sub(r"[ .\-_]", "", match[0]), text)
