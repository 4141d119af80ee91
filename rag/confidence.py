"""Evidence to log-odds and calibrated probability, by logistic models fitted offline.

`rag/weights/confidence.json` holds the weights; `eval/training/fit_confidence.py` fits them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: log-odds = bias + sum of weight x evidence."""

    bias: float
    weights: Mapping[str, float]

    def log_odds(self, evidence: Mapping[str, float]) -> float:
        """The log-odds; evidence without a weight does not count, a missing one is zero."""
        return self.bias + sum(w * evidence.get(name, 0.0) for name, w in self.weights.items())

    def probability(self, evidence: Mapping[str, float]) -> float:
        """The probability, 0 to 1."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.log_odds(evidence)))))


def load_models(path: Path | None = None) -> dict[str, Model]:
    """The fitted models by name.

    `screen` chooses which sentences the reader sees, `sentence` ranks them, `answer` decides
    whether to answer.

    Raises:
        ModelError: the file is missing or does not parse.
    """
    source = path or Path(__file__).parent / "weights" / "confidence.json"
    try:
        raw = json.loads(source.read_text(encoding="utf-8"))
        return {name: Model(row["bias"], row["weights"]) for name, row in raw["models"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"The confidence weights {source.name} do not load ({error}); reinstall policy-qa."
        ) from error
