from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rag.spelling import Speller, mended_words
from rag.text import words

CITIES = (
    "Beijing Tianjin Chongqing Guangzhou Shenzhen Chengdu Hangzhou Wuhan Suzhou Nanjing Nanning "
    "Ningbo Qingdao Dalian Xiamen Wuxi Huizhou Huzhou Shaoxing Langfang Zhenjiang Zhanjiang "
    "Jiangmen Lijiang Jiangyin Jiashan Zhoushan Shangrao Shangqiu Shangluo Liaoning Tainan "
    "Zhangjiagang Singapore Osaka Tokyo Hamburg Rotterdam Antwerp London Houston Busan Mumbai"
).split()

TYPOS = {
    "conatiners": "containers",
    "troughput": "throughput",
    "Shanghia": "Shanghai",
    "Shangai": "Shanghai",
    "percentge": "percentage",
    "goverment": "government",
    "investmnet": "investment",
    "inteligence": "intelligence",
    "houshold": "household",
    "expendture": "expenditure",
}


@pytest.fixture(scope="module")
def speller(sample_documents: Path) -> Speller:
    """Over the words of the sample documents, as an index has them."""
    texts = (path.read_text(encoding="utf-8") for path in sample_documents.glob("*.md"))
    return Speller(Counter(word for text in texts for word in words(text)))


@pytest.mark.parametrize("city", CITIES)
def test_the_name_of_a_city_is_never_bent_into_another(speller: Speller, city: str) -> None:
    assert speller.mend(city) == city
    assert speller.mend(city.lower()) == city.lower()


@pytest.mark.parametrize(("typo", "meant"), TYPOS.items())
def test_a_slip_is_mended_to_the_documents_word(speller: Speller, typo: str, meant: str) -> None:
    assert speller.mend(typo) == meant


@pytest.mark.parametrize(
    "word",
    "volcano chocolate football nuclear submarine cigarettes Paris quantum tulips theatre".split(),
)
def test_a_real_word_that_the_documents_lack_stays(speller: Speller, word: str) -> None:
    assert speller.mend(word) == word


def test_every_word_of_the_documents_stays(sample_documents: Path, speller: Speller) -> None:
    for path in sample_documents.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert speller.mend(text) == text


def test_figures_marks_and_short_words_stay() -> None:
    text = "TEU, R&D 49.158M: wht iz C919's 5%?"
    assert Speller({"what": 5, "test": 5}).mend(text) == text


def test_a_capital_is_kept() -> None:
    speller = Speller({"containers": 3})
    assert speller.mend("Contaners and contaners") == "Containers and containers"


def test_the_nearest_word_wins_and_among_equals_the_more_frequent() -> None:
    speller = Speller({"qwertop": 1, "qwertap": 9, "qwertzuiop": 50})
    assert speller.mend("qwertp") == "qwertap"


def test_a_short_word_allows_one_edit_and_a_long_one_two() -> None:
    speller = Speller({"qwrtzx": 1, "qwrtzxvbnm": 1})
    assert speller.mend("qwrtzy") == "qwrtzx"
    assert speller.mend("qwrtyy") == "qwrtyy"
    assert speller.mend("qwrtzxvbyy") == "qwrtzxvbnm"
    assert speller.mend("qwrtzxvyyy") == "qwrtzxvyyy"


def test_the_first_letter_is_trusted() -> None:
    assert Speller({"qwrtzxvbnm": 1}).mend("xwrtzxvbnm") == "xwrtzxvbnm"


def test_mended_words_are_named() -> None:
    assert mended_words("how many contaners", "how many containers") == (
        ("contaners", "containers"),
    )
    assert mended_words("same words", "same words") == ()


def test_a_speller_that_mends_nothing_gives_the_text_back() -> None:
    assert Speller({"containers": 3}, mends=False).mend("conatiners") == "conatiners"
