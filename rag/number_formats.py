"""How languages other than English write numbers: marks, scales, percent, number words, months.

Data about languages only. A language that is not here writes numbers that cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Format:
    """How one language writes numbers.

    `decimal` is the decimal mark. `scales` are powers of ten by their words, `percent` and
    `points` (percentage points) what follows a figure, both as regular expressions. `small` are
    the words for 2, 3, 4 and so on, a "?" after one that may mean something else; `tens` those
    for 20, 30 to 90. `months` begin with January; `spaced` tells whether words are parted.
    """

    scales: Mapping[str, int]
    decimal: str = ","
    percent: str = "%"
    points: str = "%-?p"
    small: tuple[str, ...] = ()
    tens: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    spaced: bool = True
    words: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        counted = {word: value for value, word in enumerate(self.small, start=2)}
        tens = {word: 10 * value for value, word in enumerate(self.tens, start=2)}
        object.__setattr__(self, "words", {**counted, **tens})


_SCALE = re.compile(r"(\D+)(\d+)")


def _scales(text: str) -> Mapping[str, int]:
    """Scale words and their powers, as in "mille 3 million 6"."""
    return {match[1].strip(): int(match[2]) for match in _SCALE.finditer(text)}


FORMATS: Mapping[str, Format] = {
    "Chinese": Format(
        _scales("万亿 12 千万 7 百万 6 亿 8 万 4 千 3 百 2"),
        decimal=".", points="个?百分点", spaced=False,
    ),
    "Japanese": Format(
        _scales("兆 12 億 8 千万 7 百万 6 万 4 千 3 百 2"),
        decimal=".", percent="%|パーセント", points="(?:%|パーセント)?ポイント", spaced=False,
    ),
    "Korean": Format(
        _scales("조 12 억 8 천만 7 백만 6 만 4 천 3 백 2"),
        decimal=".", percent="%|퍼센트|프로", points="(?:%|퍼센트)\\s?포인트", spaced=False,
    ),
    "German": Format(
        _scales(
            "tausend 3 tsd. 3 million 6 millionen 6 mio. 6 mio 6 milliarde 9 milliarden 9 mrd. 9"
            " mrd 9 billion 12 billionen 12 bio. 12"
        ),
        percent="%|prozent", points="prozentpunkte[ns]?|%-punkte[ns]?",
        small=tuple("zwei drei vier fünf sechs sieben acht? neun zehn elf zwölf".split()),
        tens=tuple("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()),
        months=tuple("januar februar märz april mai juni juli august september oktober november"
                     " dezember".split()),
    ),
    "French": Format(
        _scales("mille 3 milliers 3 million 6 millions 6 milliard 9 milliards 9 billion 12"
                " billions 12"),
        percent="%|pour\\s?cent", points="points?\\s(?:de\\s)?pourcentage|points?\\sde\\s%",
        small=tuple("deux trois quatre cinq six sept huit neuf? dix onze douze".split()),
        tens=tuple("vingt trente quarante cinquante soixante".split()),
        months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre"
                     " décembre".split()),
    ),
    "Spanish": Format(
        _scales("mil millones 9 mil 3 miles 3 millón 6 millones 6 billón 12 billones 12"),
        percent="%|por\\s?ciento", points="puntos?\\sporcentuales?",
        small=tuple("dos tres cuatro cinco seis siete ocho nueve diez once doce".split()),
        tens=tuple("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()),
        months=tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre"
                     " noviembre diciembre".split()),
    ),
    "Portuguese": Format(
        _scales("mil milhões 9 mil 3 milhares 3 milhão 6 milhões 6 bilhão 9 bilhões 9 trilhão 12"
                " trilhões 12"),
        percent="%|por\\s?cento", points="pontos?\\spercentua(?:l|is)",
        small=tuple("dois três quatro cinco seis sete oito nove dez onze doze".split()),
        tens=tuple("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()),
        months=tuple("janeiro fevereiro março abril maio junho julho agosto setembro outubro"
                     " novembro dezembro".split()),
    ),
    "Italian": Format(
        _scales("mila 3 mille 3 migliaia 3 milione 6 milioni 6 miliardo 9 miliardi 9"),
        percent="%|per\\s?cento", points="punt[oi]\\spercentual[ei]",
        small=tuple("due tre quattro cinque sei? sette otto nove dieci undici dodici".split()),
        tens=tuple("venti? trenta quaranta cinquanta sessanta settanta ottanta novanta".split()),
        months=tuple("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre"
                     " novembre dicembre".split()),
    ),
    "Dutch": Format(
        _scales("duizend 3 miljoen 6 mln. 6 mln 6 miljard 9 mrd. 9 mrd 9 biljoen 12"),
        percent="%|procent", points="procentpunten?|procentpunt",
        small=tuple("twee drie vier vijf zes zeven acht negen tien elf twaalf".split()),
        tens=tuple("twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()),
        months=tuple("januari februari maart april mei juni juli augustus september oktober"
                     " november december".split()),
    ),
    "Russian": Format(
        _scales(
            "тысяча 3 тысячи 3 тысяч 3 тыс. 3 тыс 3 миллион 6 миллиона 6 миллионов 6 млн. 6 млн 6"
            " миллиард 9 миллиарда 9 миллиардов 9 млрд. 9 млрд 9 триллион 12 триллиона 12"
            " триллионов 12 трлн. 12 трлн 12"
        ),
        percent="%|процент(?:а|ов)?", points="процентн(?:ых|ого|ый)\\sпункт(?:а|ов)?|п\\.\\s?п\\.",
        small=tuple("два три четыре пять шесть семь восемь девять десять одиннадцать"
                    " двенадцать".split()),
        tens=tuple("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят"
                   " девяносто".split()),
        months=tuple("января февраля марта апреля мая июня июля августа сентября октября ноября"
                     " декабря".split()),
    ),
}  # fmt: skip
"""By the English name of the language."""
