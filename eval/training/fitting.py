"""Logistic models fitted on labelled evidence from several bodies of text, each counting alike.

A ridge penalty draws every weight towards a stated prior, so that evidence which the questions
hardly exercise keeps a sane weight; no weight may change the sign that its prior has, so that what
speaks for an answer is never held against it because a few questions happen to say so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.confidence import Model

ANSWERABLE = 0.75
"""Share of the questions in use that the documents answer; what probabilities assume."""
RIDGE = 2.0
"""Weight of the pull towards the prior; it equals about as many questions at odds with it."""


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence with its truth."""

    evidence: Mapping[str, float]
    truth: bool


Group = Sequence[Example]
"""The candidates of one question."""


def fit(bodies: Sequence[Sequence[Example]], prior: Model, ridge: float = RIDGE) -> Model:
    """The maximum a posteriori weights for telling true examples from false ones."""
    names = list(prior.weights)
    examples = [example for body in bodies for example in body]
    evidence = np.array([_row(example, names) for example in examples])
    signs = np.array([1.0 if example.truth else -1.0 for example in examples])
    counts = np.repeat(_shares(bodies), [len(body) for body in bodies])

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (evidence @ point)
        slope = -(counts * signs * _logistic(-margins)) @ evidence
        return float((counts * np.logaddexp(0, -margins)).sum()), slope

    centre = np.array([prior.bias, *prior.weights.values()])
    bounds = [(None, None), *map(_bound, prior.weights.values())]
    best = _minimum(loss, centre, bounds, ridge)
    return Model(float(best[0]), dict(zip(names, map(float, best[1:]), strict=True)))


def fit_order(bodies: Sequence[Sequence[Group]], prior: Model) -> Model:
    """The maximum a posteriori weights that put a true example of each group first.

    The loss is the negative log of the softmax share of the true ones (Cao et al. 2007, ListNet's
    top-one probability); groups without both kinds say nothing. The bias is the prior's.
    """
    names = list(prior.weights)
    told = [
        [group for group in body if 0 < sum(e.truth for e in group) < len(group)] for body in bodies
    ]
    sets = [
        (np.array([_row(e, names)[1:] for e in group]), np.array([e.truth for e in group]), count)
        for body, count in zip(told, _shares(told), strict=True)
        for group in body
    ]

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros(len(point))
        for evidence, truth, count in sets:
            scores = evidence @ point
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            right = float(shares[truth].sum())
            total -= count * math.log(max(right, 1e-300))
            slope -= count * ((np.where(truth, shares / right, 0.0) - shares) @ evidence)
        return total, slope

    bounds = [*map(_bound, prior.weights.values())]
    best = _minimum(loss, np.array(list(prior.weights.values())), bounds, RIDGE)
    return Model(prior.bias, dict(zip(names, map(float, best), strict=True)))


def as_log_odds(model: Model, bodies: Sequence[Sequence[Example]]) -> Model:
    """The model, scaled and shifted so that its sum is the log-odds of the truth (Platt 1999)."""
    scores = [
        [Example({"score": model.log_odds(e.evidence)}, e.truth) for e in body] for body in bodies
    ]
    line = fit(scores, Model(0.0, {"score": 1.0}), ridge=0.0)
    scale = line.weights["score"]
    return Model(
        line.bias + scale * model.bias, {name: scale * w for name, w in model.weights.items()}
    )


def for_share(model: Model, bodies: Sequence[Sequence[Example]]) -> Model:
    """The model for questions of which `ANSWERABLE` have an answer (Elkan 2001, theorem 2).

    Most examples are refusals on purpose, which would make every probability too low in use.
    """
    answered = [sum(e.truth for e in body) / len(body) for body in bodies]
    share = sum(answered) / len(answered)
    odds = share / (1 - share)
    return Model(model.bias + math.log(ANSWERABLE / (1 - ANSWERABLE) / odds), model.weights)


def auroc(model: Model, examples: Sequence[Example]) -> float:
    """How often a true example scores above a false one; half where they tie."""
    good = [model.log_odds(e.evidence) for e in examples if e.truth]
    bad = [model.log_odds(e.evidence) for e in examples if not e.truth]
    return float(np.mean([[(g > b) + 0.5 * (g == b) for b in bad] for g in good]))


_Loss = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
_Bound = tuple[float | None, float | None]


def _minimum(
    loss: _Loss, centre: NDArray[np.float64], bounds: Sequence[_Bound], ridge: float
) -> NDArray[np.float64]:
    """Where loss and pull towards the centre are least, within the bounds."""
    from scipy.optimize import minimize

    def pulled(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, slope = loss(point)
        pull = point - centre
        return value + ridge * float(pull @ pull), slope + 2 * ridge * pull

    options = {"maxiter": 2_000, "ftol": 1e-12, "gtol": 1e-6}
    found = minimize(pulled, centre, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    best: NDArray[np.float64] = found.x
    return best


def _bound(weight: float) -> _Bound:
    """The sign of the prior's weight."""
    return (0.0, None) if weight >= 0 else (None, 0.0)


def _row(example: Example, names: Sequence[str]) -> list[float]:
    return [1.0, *(example.evidence.get(name, 0.0) for name in names)]


def _shares(bodies: Sequence[Sequence[object]]) -> list[float]:
    """What one entry of each body counts: bodies count alike, all together as many as they are."""
    filled = sum(1 for body in bodies if body)
    total = sum(map(len, bodies))
    return [total / filled / len(body) if body else 0.0 for body in bodies]


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(values, -60.0, 60.0)))
