from __future__ import annotations

import pytest

from rag.tongues import OTHER, language_of, name_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie viele neue Brücken wurden 2019 gebaut?", "German"),
        ("Wer ist der Bürgermeister von Graz", "German"),
        ("Combien de ponts ont été construits en 2019 ?", "French"),
        ("Quel est le taux de chômage ?", "French"),
        ("¿Cuántos puentes hay en Sevilla?", "Spanish"),
        ("cual es la tasa de desempleo", "Spanish"),
        ("Quantas pontes existem no Porto?", "Portuguese"),
        ("Quanti ponti ci sono a Roma?", "Italian"),
        ("Hoeveel bruggen zijn er in Gent bijgekomen?", "Dutch"),
        ("Hur många broar finns det i Lund?", "Swedish"),
        ("Сколько мостов в Омске?", "Russian"),
        ("重庆有多少座桥？", "Chinese"),
        ("京都には橋がいくつありますか", "Japanese"),
        ("부산에 다리가 몇 개 있나요?", "Korean"),
        ("Πόσες γέφυρες υπάρχουν;", "Greek"),
        ("كم عدد الجسور في بغداد؟", "Arabic"),
        ("How many bridges are there in Seville?", "English"),
        ("What did the mayor say about the new bridge?", "English"),
    ],
)
def test_the_language_of_a_sentence_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Скільки мостів у їхньому місті?", "Ukrainian"),
        ("Скільки мостів у Львові?", OTHER),
        ("Колко моста има в София?", OTHER),
        ("Колико мостова има Београд?", OTHER),
        ("تعداد پل‌های تهران چند است؟", "Persian"),
        ("لاہور میں کتنے پل ہیں؟", OTHER),
        ("पुण्यात किती पूल आहेत?", OTHER),
        ("दिल्ली में कितने पुल हैं?", "Hindi"),
        ("Քանի կամուրջ կա Երևանում", OTHER),
        ("que es la gran torre de la plaza", OTHER),
        ("cuantos puentes hay en la ciudad", "Spanish"),
    ],
)
def test_a_language_is_named_only_where_its_own_marks_tell_it(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Los Angeles port throughput 2019",
        "Die Zeit newspaper circulation figures",
        "unemployment rate Graz 2019",
        "was man kann",
        "El Paso bridge",
        "São Paulo GDP per capita",
        "12 345",
        "",
    ],
)
def test_names_and_a_few_words_are_no_sign_of_a_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Is the El Niño of 1998 in the report?",
        "Who wrote Die Zeit's article on the bridge?",
        "What does 重庆 mean in the text of the treaty?",
        "how is de facto residence defined in the law",
    ],
)
def test_an_english_question_with_foreign_names_stays_english(text: str) -> None:
    assert language_of(text) == "English"


def test_codes_are_told_as_names() -> None:
    assert (name_of("en"), name_of("pt-BR"), name_of("xx")) == ("English", "Portuguese", "xx")
