"""The table of units and currencies: their symbols, their names, which may be the same.

Canonical spellings are the symbols ("km²", "kWh"), the codes of currencies ("USD") and, for time
and people, the singular ("year"). The empty spellings of a currency mean its code alone.
"""

from __future__ import annotations

from functools import lru_cache

_PREFIXES = {
    "k": "kilo",
    "M": "mega",
    "G": "giga",
    "T": "tera",
    "m": "milli",
    "c": "centi",
    "µ": "micro",
    "n": "nano",
    "h": "hecto",
}
_PREFIXED = (
    ("m", "kcmµn", "meter metre"),
    ("g", "kmµ", "gram gramme"),
    ("L", "mch", "liter litre"),
    ("W", "kMGTm", "watt"),
    ("Wh", "kMGT", "watt-hour watthour"),
    ("J", "kMG", "joule"),
    ("Hz", "kMG", "hertz"),
    ("V", "kMm", "volt"),
    ("B", "kMGT", "byte"),
    ("Pa", "kMh", "pascal"),
    ("t", "kM", "tonne"),
    ("Nm", "k", "newton-metre newton-meter"),
    ("bit", "kMGT", "bit"),
    ("dB", "", "decibel"),
    ("lx", "k", "lux"),
    ("mA", "", "milliampere milliamp"),
)
"""Symbol, the prefixes in use before it, and its names, without the plural."""

_NAMED = {
    "inch": "inch inches",
    "ft": "ft foot feet",
    "yd": "yd yard yards",
    "mi": "mi mile miles",
    "nmi": "nmi nautical_mile nautical_miles",
    "mi/hour": "mph",
    "km/hour": "kph kmh",
    "ha": "ha hectare hectares",
    "acre": "acre acres",
    "mu": "mu 亩",
    "t": "metric_ton metric_tons mt",
    "ton": "ton tons",
    "lb": "lb lbs",
    "pound": "pound pounds",
    "oz": "oz ounce ounces",
    "gal": "gal gallon gallons",
    "bbl": "bbl barrel barrels",
    "°C": "°c ℃ degree_celsius degrees_celsius degree_centigrade degrees_centigrade",
    "°F": "°f ℉ degree_fahrenheit degrees_fahrenheit",
    "degree": "degree degrees",
    "TEU": "teu teus twenty_foot_equivalent_unit twenty_foot_equivalent_units",
    "ms": "millisecond milliseconds",
    "µs": "microsecond microseconds",
    "second": "s sec secs second seconds",
    "minute": "min mins minute minutes",
    "hour": "h hr hrs hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "quarter": "quarter quarters",
    "year": "yr yrs year years",
    "decade": "decade decades",
    "century": "century centuries",
    "person": "person persons people capita inhabitant inhabitants",
}
TIMES = frozenset("second minute hour day week month quarter year decade century".split())
CURRENCIES = {
    "CNY": "rmb yuan renminbi chinese_yuan yuan_rmb yuan_renminbi",
    "USD": "us$ us_dollar us_dollars u.s._dollar u.s._dollars american_dollars",
    "EUR": "€ euro euros",
    "GBP": "£ pound_sterling pounds_sterling british_pounds",
    "JPY": "yen japanese_yen jp¥",
    "HKD": "hk$ hong_kong_dollar hong_kong_dollars",
    "AUD": "a$ au$ australian_dollar australian_dollars",
    "CAD": "c$ ca$ canadian_dollar canadian_dollars",
    "SGD": "s$ singapore_dollar singapore_dollars",
    "TWD": "nt$",
    "NZD": "nz$",
    "BRL": "r$ brazilian_reais",
    "INR": "₹ rupee rupees indian_rupees",
    "KRW": "₩ korean_won",
    "RUB": "₽ ruble rubles rouble roubles",
    "CHF": "swiss_franc swiss_francs",
    "MXN": "mexican_pesos",
    "$": "$ dollar dollars",
    "¥": "¥ ￥",
    "cent": "cent cents",
} | dict.fromkeys("SEK NOK DKK PLN CZK HUF TRY ZAR THB IDR MYR PHP VND SAR AED".split(), "")
CHINESE = {
    "人民币": "CNY",
    "元": "CNY",
    "美元": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "港元": "HKD",
    "公里": "km",
    "千米": "km",
    "米": "m",
    "厘米": "cm",
    "平方公里": "km²",
    "平方米": "m²",
    "立方米": "m³",
    "公顷": "ha",
    "亩": "mu",
    "吨": "t",
    "公斤": "kg",
    "千克": "kg",
    "千瓦时": "kWh",
    "千瓦": "kW",
    "标准箱": "TEU",
    "人": "person",
    "天": "day",
    "小时": "hour",
}
_AMBIGUOUS = {
    "$": {"USD", "HKD", "AUD", "CAD", "SGD", "TWD", "NZD"},
    "¥": {"CNY", "JPY"},
    "pound": {"lb", "GBP"},
    "ton": {"t"},
}
"""Spellings that several units share: compatible with each of them."""

_SYMBOL_LETTERS = frozenset("mgtlLWVhs")
"""Units of one letter that are told from a plain letter by their case."""


def is_measure(unit: str) -> bool:
    """Whether a canonical unit is a measure or currency, not just a thing that is counted."""
    return all(part in _canonical() for part in unit.split("/"))


def compatible(one: str | None, other: str | None) -> bool:
    """Whether figures in the two units may be equal; an unknown unit (`None`) may be any."""
    if one is None or other is None or one == other:
        return True
    parts, others = one.split("/"), other.split("/")
    return len(parts) == len(others) and all(map(_may_be_same, parts, others))


def _may_be_same(one: str, other: str) -> bool:
    return one == other or other in _AMBIGUOUS.get(one, ()) or one in _AMBIGUOUS.get(other, ())


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    """Symbols, by their exact case."""
    found = {letter: letter for letter in _SYMBOL_LETTERS}
    for base, prefixes, _ in _PREFIXED:
        found |= {f"{p}{base}": f"{p}{base}" for p in prefixes}
        found |= {base: base} if len(base) > 1 else {}
    found |= {code: code for code in CURRENCIES if len(code) == 3}
    found |= {"h": "hour", "s": "second", "KB": "kB", "ml": "mL", "KW": "kW", "KWh": "kWh"}
    found |= {"l": "L", "ms": "ms", "µs": "µs", "μs": "µs", "cl": "cL", "hl": "hL", "bar": "bar"}
    for unit in ("km", "m", "cm", "mm"):
        found |= {f"{unit}{two}": f"{unit}²" for two in "²2"}
        found |= {f"{unit}{three}": f"{unit}³" for three in "³3"}
    return found


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Names in lower case, the words of a name joined by "_"."""
    found: dict[str, str] = {}
    for table in (_NAMED, CURRENCIES):
        for unit, names in table.items():
            found |= dict.fromkeys(names.split(), unit)
    for base, prefixes, names in _PREFIXED:
        for name in names.split():
            prefixed = {base: name} | {f"{p}{base}": f"{_PREFIXES[p]}{name}" for p in prefixes}
            for unit, spelled in prefixed.items():
                for form in (spelled, spelled.replace("-", "_")):
                    found |= {form: unit, f"{form}s": unit}
    lengths = {name: unit for name, unit in found.items() if unit in _LENGTHS}
    lengths |= {unit: unit for unit in _LENGTHS}
    for name, unit in lengths.items():
        found |= {f"{square}_{name}": f"{unit}²" for square in ("square", "sq", "sq.")}
        found |= {f"{cubic}_{name}": f"{unit}³" for cubic in ("cubic", "cu", "cu.")}
    return found


_LENGTHS = frozenset("km m cm mm inch ft yd mi".split())


@lru_cache(maxsize=1)
def _canonical() -> frozenset[str]:
    return frozenset(names().values()) | frozenset(symbols().values())
