"""Word classes of general English, as regular expressions: what asks, counts, compares, changes.

Closed classes are whole; open ones hold the commonest words of any subject.
"""

from __future__ import annotations

BE = r"(?:is|was|are|were|will\s+be|would\s+be|has\s+been|have\s+been|had\s+been|should\s+be)"
AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|shall|should|must|may"
    r"|might)"
)
NOT = r"(?:n['’]?t)?"
TIME_UNIT = r"(?:years?|quarters?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?|centuries)"
UNIT = (
    r"(?:(?:square|cubic|metric|nautical)\s+)?(?:kilo|mega|giga|tera|milli|centi|deci|micro)?"
    r"(?:met(?:er|re)s?|grams?|grammes?|lit(?:er|re)s?|watts?(?:-hours?)?|watt\s+hours?|tons?"
    r"|tonnes?|miles?|feet|inch(?:es)?|yards?|acres?|hectares?|ha|km|kg|kwh?|mwh?|gwh?|pounds?"
    r"|ounces?|barrels?|gallons?|degrees?|dollars?|euros?|yuan|yen|rupees?|francs?|usd|eur|rmb"
    r"|bytes?|joules?|volts?|calories|points?|(?:m|b|tr)illions?|billions?|dollars['’]?)"
)
SHARE_NOUN = r"(?:percentages?|proportions?|shares?|ratios?|rates?|quotas?)"
GROWTH_NOUN = (
    r"(?:growth(?:\s+rates?)?|rates?\s+of\s+(?:growth|increase|decline|change)|increases?"
    r"|decreases?|rises?|falls?|drops?|declines?|gains?|reductions?|(?:percentage\s+)?changes?)"
)
COUNT_NOUN = r"(?:numbers?|counts?|totals?|headcounts?|quantity|quantities)"
FIRM_NOUN = (
    r"(?:throughputs?|turnovers?|outputs?|revenues?|expenditures?|spending|gdp|cpi|gnp|inflation"
    r"|unemployment|productivity|salary|salaries|wages?|deficit|surplus|mortality|profits?|turnout)"
)
MEASURE_NOUN = (
    rf"(?:{FIRM_NOUN}|amounts?|sums?|volumes?|values?|prices?|sizes?|populations?|incomes?|costs?"
    r"|budgets?|areas?|lengths?|heights?|widths?|depths?|weights?|speeds?|capacit(?:y|ies)|scores?"
    r"|debts?|loss(?:es)?|fees?|fares?|tariffs?|ages?|temperatures?|distances?|levels?|index"
    r"|balances?|yields?|dos(?:e|age)s?|densit(?:y|ies)|frequency|investments?|sales|earnings"
    r"|figures?|premiums?|rainfall|thickness|altitude|elevation|voltage|bandwidth|mileage|fines?"
    r"|limit|threshold|ceiling|maximum|minimum|average|median|worth|payments?|margins?|(?:boiling|melting|freezing)\s+points?)"
)
LONE_NOUN = (
    rf"(?:{FIRM_NOUN}|amounts?|sums?|volumes?|prices?|sizes?|populations?|incomes?|costs?|budgets?"
    r"|lengths?|heights?|widths?|depths?|weights?|speeds?|scores?|fees?|fares?|tariffs?|ages?"
    r"|temperatures?|distances?|dos(?:e|age)s?|densit(?:y|ies)|frequency|voltage|rainfall)"
)
"""Those that mean a figure however they are asked for; "area", "level" and "value" may not."""
HEAD_NOUN = rf"(?:{GROWTH_NOUN}|{SHARE_NOUN}|{COUNT_NOUN}|{MEASURE_NOUN})"
ENDS = (
    r"(?=\s*(?:[?!.,;:()–-]|$)|\s+(?:of|in|for|on|at|per|by|to|from|among|within|under|over|during"
    r"|since|between|across|that|which|last|this|next|as|if|when|with|after|before|against|until"
    rf"|through|about|around|like|and|or|so|now|today|compared|than|doing|going|looking|again|{AUXILIARY}"
    r"|worth|the|\d+|\w+ed|set|paid|spent|made|built|sold|then|planned)\b)"
)
"""What may follow a noun that heads its phrase: "population of", but not "population policy"."""
WORDS = r"(?:[\w'’&%/.-]+\s+)"
CHANGES = (
    r"(?:grow[ns]?|grew|rise[sn]?|rose|increased?|expand(?:ed)?|climb(?:ed)?|jump(?:ed)?|surged?"
    r"|gain(?:ed)?|(?:go(?:ne)?|went|be)\s+(?:up|down)|fall(?:en)?|fell|drop(?:ped)?|declined?"
    r"|decreased?|shr[aiu]nk|contracted|reduced?|changed?|improved?|slow(?:ed)?|cut|raised?"
    r"|lowered|slump(?:ed)?|plunged?|soar(?:ed)?|doubled?|lengthened?|shortened?|growing|rising"
    r"|falling|increasing|declining|shrinking)"
)
MORE = (
    r"(?:more|less|fewer|better|worse|further|farther|greater|higher|lower|larger|smaller|bigger"
    r"|faster|slower|longer|shorter|older|younger|earlier|later|cheaper|stronger|weaker|wider"
    r"|taller|deeper|heavier|lighter|warmer|colder|richer|poorer|closer|quicker|sooner|newer"
    r"|steeper|busier|safer|cleaner)"
)
NUMBERED = (
    r"(?:[$€£¥]?\d|one\b|two\b|three\b|four\b|five\b|ten\b|half\b"
    rf"|an?\s+(?:third|half|quarter|{TIME_UNIT})\b)"
)
THAN = rf"(?<!rather\s)(?<!other\s)\bthan\b(?!\s+{NUMBERED})"
ROLE = (
    r"(?:persons?|people|m[ae]n|wom[ae]n|ministers?|president|mayor|officials?|authors?|writers?"
    r"|scientists?|chair(?:man|woman|person)?|leaders?|secretary|actors?|actress|players?|king"
    r"|queen|emperor|governor|directors?|speakers?|artists?|singers?|inventors?|founders?|owners?"
    r"|heads?|ceo|manager|poets?|painters?|composers?|athletes?|generals?|judges?|senators?"
    r"|candidates?|professors?|engineers?|architects?|astronauts?|pope|bishop|chancellor|premier)"
)
PLACE = (
    r"(?:city|country|place|town|state|province|region|district|county|village|street|location"
    r"|venue|continent|island|spot|neighbou?rhood|municipality|nation|capital|address|site)"
)
SPAN = (
    r"(?:period|term|time|phase|wait|shift|break|leave|holiday|course|contract|warranty|visa"
    r"|training|sentence|trip|flight|journey|war|reign|meeting|session|duration|ceremony|speech"
    r"|film|movie|song|delay|stay|probation|notice|process|lesson|semester|lifespan|lifetime)"
)
PLURAL = r"\w+[^\Wsui]s"
NUMBERS = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
