from __future__ import annotations

import pytest

from rag.question import Question, read_question
from rag.spelling import Speller
from rag.wants import FigureKind, Wants

SPELLER = Speller({})

FIGURES = {
    FigureKind.COUNT: """
        How many bridges cross the Danube in Vienna?
        how many nurses work nights
        Number of lighthouses along the coast
        What is the number of members on the board?
        What was the total number of passengers in 1998?
        bicycles stolen last summer: how many?
        Could you tell me how many apprentices were hired?
        How often does the committee meet?
        How many days of rain were recorded?
        nr of burst pipes
        How's the jobless number doing?
    """,
    FigureKind.SHARE: """
        What percentage of eggs hatched?
        Which share of the vote did the greens get?
        What proportion of households owns a car?
        What part of the budget goes to schools?
        How many percent of pupils walk to school?
        What was the unemployment rate in 2019?
        What is the ratio of nurses to patients?
        unemployment rate 2023
        unemployment rate Lisbon
        literacy rate of Kerala
        What's the company's effective tax rate?
        percentage of women on boards
        Tell me the vaccination rate among nurses.
    """,
    FigureKind.GROWTH: """
        How much did wages rise last year?
        By how much did exports to Peru fall?
        How fast did the town grow between the wars?
        How far has the lake shrunk?
        What was the growth rate of net sales?
        What is the increase in rent?
        Growth of steel output in 2016
        How strongly has demand for lithium increased?
        What growth does the bank expect?
        How quickly is the glacier shrinking?
        By how many points did turnout drop?
    """,
    FigureKind.MEASURE: """
        How much did the museum cost?
        How much water does an oak drink a day?
        How many kilometres of track were laid?
        How many dollars were refunded?
        How high is the tower?
        How old was the king when he died?
        How far is it from Oslo to Bergen?
        How long is the tunnel?
        How big is the national park?
        What is the population of Iceland?
        What was net income in the third quarter?
        What is the boiling temperature of ethanol?
        What did the repairs cost?
        What does a senator earn?
        What did the two grants add up to?
        What was the estate worth?
        What price did the painting fetch?
        At what speed does the train run?
        How large a deposit is needed?
        the budget of the fire brigade in 2012
        annual revenue 2020
        avg income per head
        turnover of the port last yr
        What is the maximum dose per day?
        I need the area of the vineyard, in hectares.
        Please give me the total length of the cables.
        What was inflation in Chile in 1990?
        How is the crop yield looking?
        What did foreign trade amount to in 1936?
        How's the price of copper doing?
        What are the costs of the programme?
        What is the average age of first-time mothers?
    """,
}
KINDS = {
    Wants.DATE: """
        When was the treaty signed?
        In which year did the mine close?
        by what year will the fleet be electric
        On what day does term start?
        What time does the library open?
        What is the deadline for complaints?
        which month is the wettest
        Since when has the law been in force?
        Do you know when the ferry leaves?
        What was the release date of the second edition?
        How soon must an accident be reported?
        release date of version 3.2
    """,
    Wants.DURATION: """
        How long did the siege last?
        For how many years was she queen?
        How many weeks does the treatment take?
        How long is the probation period?
        How many years in a row has the club won?
        How long will the road be closed?
        how long have they been married
        How much time is there to appeal?
        Within how many days must the fee be paid?
    """,
    Wants.PERSON: """
        Who wrote the minutes?
        who's the head of the fire brigade
        Whose idea was the canal?
        By whom was the bill introduced?
        Which minister resigned over the affair?
        What is the name of the chief engineer?
        To whom does the appeal go?
        Which scientist discovered the element?
        Can you tell me who chaired the inquiry?
        which two actors shared the prize
        What is the author's name?
    """,
    Wants.PLACE: """
        Where is the head office?
        where do the storks winter
        Which city hosted the 1952 games?
        In what country was he born?
        In which district is the new hospital?
        Which town is second in size?
        From where does the water come?
    """,
    Wants.DEFINITION: """
        What is a bailiff?
        What is photosynthesis?
        What does HTTP stand for?
        What does the word "tort" mean?
        What is the 'quiet hour' of the library?
        What are the “three doors”?
        Define force majeure.
        What is meant by due diligence?
        What's the meaning of the term "quorum"?
        Greenway - what is that?
        The blue card, what's it?
        What is inflation?
        meaning of escrow
        Explain what a dividend is.
        Do you know what sandboxing means?
    """,
    Wants.REASON: """
        Why did the dam fail?
        How come the shop is shut?
        For what reason was the visa refused?
        What caused the blackout?
        What is the main reason for the delay?
        What led to the collapse of the bridge?
        reasons for the strike
        Why is bread more expensive in Bern than in Rome?
        Why did the number of bees fall?
    """,
    Wants.MANNER: """
        How is steel made?
        How do I renew a passport?
        In what way does the virus spread?
        How can tenants object?
        how to file a complaint
        How did the two firms merge?
        How will the state pay for the reform?
        What steps must a landlord take?
        By what means are parcels checked?
    """,
    Wants.LIST: """
        List the members of the board.
        What are the four freedoms?
        Name the three oldest colleges.
        Which towns do the rivers pass?
        Which languages are spoken in Belgium?
        What kinds of permits exist?
        Which two islands were sold?
        What measures did the council take?
        Which areas were rebuilt as docks?
        give me examples of renewable fuels
        What were the findings of the inquiry?
        In which cities does the orchestra play?
        Please list all pending lawsuits
        Which factors should a judge weigh?
    """,
    Wants.YES_NO: """
        Is smoking allowed on the terrace?
        Did the senate pass the bill?
        Are there any vacancies?
        Has the pool reopened?
        can dogs travel for free
        In 2015, did sales shrink?
        Does the warranty cover rust?
        Weren't the tolls abolished?
        Will the price of stamps rise?
        The gate is locked at night, right?
        Is the number of wolves rising?
    """,
    Wants.COMPARISON: """
        Which is longer, the Rhine or the Elbe?
        Did exports grow faster than imports?
        Is copper cheaper than silver?
        Compare the first draft with the second.
        What is the difference between a lease and a licence?
        Were more boys or girls born in 2001?
        Solar versus wind: which grew more?
        How do trams compare with buses?
        How does a barrister differ from a solicitor?
        How many more seats are there than in 2010?
        Wheat or rye: which has the higher yield?
        Was the deficit larger in 2011 than in 2012?
        How far below the limit was the level?
        Which of the two banks lent more?
        What sold better, tea or coffee?
    """,
    Wants.OTHER: """
        any word on subway lines?
        What did the mayor say about noise?
        tell me about the harbour
        What is the name of the ship?
        What about bicycles?
        subway lines
        The ring road
        Which museum opened last?
        What happened in the second act?
        What is the aim of the reform?
        What is the title of the plan?
        What role should consumption play?
        population policy of the ministry
        wat does the plan say
        What should happen with the old mill?
        What happens when the lid is closed?
        What part of Yugoslavia was flooded?
        What level of government runs the schools?
        What value do monks hold dearest?
        how are the harbour works going
    """,
}


def read(text: str) -> Question:
    return read_question(text, SPELLER, 2000)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("text", "figure"), [(q, figure) for figure, text in FIGURES.items() for q in lines(text)]
)
def test_a_figure_is_asked_for_and_of_which_kind(text: str, figure: FigureKind) -> None:
    asked = read(text)
    assert (asked.wants, asked.figure) == (Wants.AMOUNT, figure)


@pytest.mark.parametrize(
    ("text", "wants"), [(q, wants) for wants, text in KINDS.items() for q in lines(text)]
)
def test_the_kind_of_answer_is_read_from_grammar(text: str, wants: Wants) -> None:
    assert read(text).wants is wants


@pytest.mark.parametrize("wants", list(Wants))
def test_one_statement_answers_a_figure_a_time_or_a_place(wants: Wants) -> None:
    assert wants.is_single == (wants in {Wants.AMOUNT, Wants.DATE, Wants.DURATION, Wants.PLACE})
