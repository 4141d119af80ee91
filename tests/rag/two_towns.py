"""Documents that some may read and others that they may not, with words that stand nowhere else."""

from __future__ import annotations

from pathlib import Path

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.settings import Settings

OWN = {
    "public/ferries.md": """---
title: Ferry timetable
published: 2023-05-10
---
# Ferry timetable

Ferries leave the old quay at 8 o'clock. The fare was 4.50 euros in 2023.

## Bicycles

Bicycles travel free of charge on all ferries.

## Fares

The fare of the night ferry rose by 3.5% in 2023. The harbour office keeps 12 boats.
""",
    "public/parks.txt": (
        "Parks of the town\n\nThe town keeps 14 parks. The Rose Garden opened in 1987.\n"
        "Dogs must be kept on a lead in every park.\n"
    ),
    "public/shared.txt": (
        "Opening hours\n\nThe town hall opens at nine in the morning on every working day. "
        "Letters are answered within ten working days of their arrival.\n"
    ),
}
FOREIGN = {
    "secret/dossier.md": """---
title: Zyxomma dossier
published: 2021-03-04
publisher: Quillback Office
---
# Zyxomma dossier

The Quillback Transfer Authority (QTA) paid 9,314 euros to Zyxomma Holdings in March 2021.
Bicycles of the Zyxomma guard cost 77 euros each. The fare of the night ferry rose by 9.9% in 2021.
The town keeps 41 parks behind the Vexillary Wall.
""",
    "secret/copy.txt": (
        "Opening hours\n\nThe town hall opens at nine in the morning on every working day. "
        "Letters are answered within ten working days of their arrival.\n"
    ),
    "secret/bericht.txt": (
        "Bericht der Behörde\n\nDie Behörde hat im Jahre 2021 insgesamt 512 Anträge bearbeitet, "
        "und die meisten davon wurden innerhalb von vier Wochen entschieden.\n"
    ),
}
QUESTIONS = (
    "When do ferries leave?",
    "What was the fare in 2023?",
    "How many parks does the town keep?",
    "When does the town hall open?",
    # words, names, dates and languages of the other documents
    "What is the Zyxomma dossier?",
    "What is zyxoma?",
    "How much did QTA pay to Zyxomma Holdings?",
    "What did the Quillback Transfer Authority pay?",
    "What does the quilback ofice say?",
    "Who guards the Vexillary Wall?",
    "What was said in March 2021?",
    "How much did the fare of the night ferry rise in 2021?",
    "By how much did the fare of the night ferry rise from 2021 to 2023?",
    "Wie viele Anträge hat die Behörde bearbeitet?",
    "What do bicycles of the guard cost?",
    "Hello",
    "What can you do?",
    "When do ferries leave and how much did Zyxomma Holdings get?",
)
UNIQUE = ("zyxomma", "quillback", "vexillary", "9,314", "9.9%", "antr", "secret/", "march 2021")


def made(folder: Path, files: dict[str, str], embedder: Embedder) -> Settings:
    for name, text in files.items():
        path = folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = Settings(index_dir=folder / "index")
    ingest([folder / "documents"], settings, embedder=embedder)
    return settings
