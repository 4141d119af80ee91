"""Train the reader: low-rank adapters and two heads on top of all-MiniLM-L6-v2, on one CPU core.

    python -m eval.training.train_reader --data DIR \\
        --out rag/weights/reader.safetensors --minutes 45

A training group is one question with the sentence that answers it and several that do not; the
loss asks for both a probability of each pair (for refusing) and the right order (for ranking).
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Idle OpenMP workers that spin would take the machine from everybody else.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from eval.training.reader_data import load_corpora
from eval.training.reader_exercises import Exercises, Group
from rag.bert import Encoder
from rag.bert_model import Base, load_base
from rag.embedding import load_embedder, packaged_folder
from rag.reader import FORMAT, check_base, merge, read_weights
from rag.reader_network import MASKED, Encoded, Network, Pieces, Scores, make_batch
from rag.settings import EmbeddingSettings

log = logging.getLogger("train_reader")
HIDDEN = 128
ADAPTED = ("qkv", "attended", "wide", "narrow")


@dataclass(frozen=True)
class Options:
    """How to train."""

    minutes: float
    rate: float
    groups: int
    rank: int
    frozen: int
    traps: float
    seed: int
    save_every: float
    start: Path | None = None


def starting_tensors(base: Base, options: Options) -> dict[str, Tensor]:
    """The tensors to train: those of `options.start`, or adapters that change nothing yet.

    Raises:
        ReaderMismatch: the weights to start from belong to another base model.
    """
    if options.start is None:
        return new_adapters(base, options)
    trained, metadata = read_weights(options.start)
    check_base(base.sha256, metadata, options.start)
    return {name: tensor.requires_grad_() for name, tensor in trained.items()}


def new_adapters(base: Base, options: Options) -> dict[str, Tensor]:
    """Start adapters that change nothing yet, and untrained heads."""
    trained: dict[str, Tensor] = {}
    for layer in range(options.frozen, base.layers):
        for stack in ADAPTED:
            rows, columns = base.tensors[f"layer.{layer}.{stack}.weight"].shape
            down = torch.randn(options.rank, columns) / columns**0.5
            trained[f"layer.{layer}.{stack}.down"] = down
            trained[f"layer.{layer}.{stack}.up"] = torch.zeros(rows, options.rank)
    sizes = {"span": (2, base.width), "hidden": (HIDDEN, 5 * base.width + 4), "answer": (1, HIDDEN)}
    for head, (rows, columns) in sizes.items():
        trained[f"heads.{head}.weight"] = torch.randn(rows, columns) / columns**0.5
        trained[f"heads.{head}.bias"] = torch.zeros(rows)
    return {name: tensor.requires_grad_() for name, tensor in trained.items()}


class TrainingEncoder(Encoder):
    """The encoder with attention spelled out: torch's fused one is six times slower backwards."""

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        hidden = torch.zeros(mask.shape, dtype=query.dtype).masked_fill(~mask, MASKED)
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2) + hidden
        return torch.matmul(scores.softmax(dim=-1), value)


def training_network(base: Base, trained: Mapping[str, Tensor]) -> Network:
    """The network with adapters as they are now, ready for gradients."""
    return Network(TrainingEncoder(base, merge(base.tensors, trained)), trained)


def encode_group(pieces: Pieces, group: Group) -> list[Encoded]:
    """Cut every pair of a group into word pieces."""
    return [
        pieces.encode(pair.question, pair.candidate.context, pair.candidate.sentence)
        for pair in group
    ]


def span_target(encoded: Encoded, span: tuple[int, int]) -> tuple[int, int] | None:
    """First and last piece of the answer; none if it was cut off."""
    inside = [
        encoded.sentence_at + at
        for at, (start, end) in enumerate(encoded.offsets)
        if start < span[1] and end > span[0]
    ]
    return (inside[0], inside[-1]) if inside else None


def score_sorted(network: Network, encoded: Sequence[Encoded], size: int = 32) -> list[Scores]:
    """Score in batches of similar length; one single-pair `Scores` each, in the order given."""
    order = sorted(range(len(encoded)), key=lambda at: len(encoded[at].pieces))
    size = -(-len(order) // -(-len(order) // size))
    scores: dict[int, Scores] = {}
    for first in range(0, len(order), size):
        chosen = order[first : first + size]
        result = network.score(make_batch([encoded[at] for at in chosen]))
        for row, at in enumerate(chosen):
            scores[at] = Scores(result.answers[row], result.starts[row], result.ends[row])
    return [scores[at] for at in range(len(encoded))]


def loss_of(network: Network, pieces: Pieces, groups: Sequence[Group]) -> Tensor:
    """Mean loss of some groups: order within each, each pair's probability, and the spans."""
    encoded = [encode_group(pieces, group) for group in groups]
    scores = score_sorted(network, [one for group in encoded for one in group])
    losses, first = [], 0
    for group, ones in zip(groups, encoded, strict=True):
        mine = scores[first : first + len(group)]
        first += len(group)
        logits = torch.stack([score.answers for score in mine])
        truth = torch.zeros(len(group))
        truth[0] = 1
        right = torch.zeros(1, dtype=torch.long)
        losses.append(cross_entropy(logits[None], right))
        losses.append(binary_cross_entropy_with_logits(logits, truth))
        losses.append(0.5 * _span_loss(mine[0], ones[0], group[0].span))
    return torch.stack(losses).sum() / len(groups)


def _span_loss(score: Scores, encoded: Encoded, span: tuple[int, int] | None) -> Tensor:
    target = span_target(encoded, span) if span else None
    if target is None:
        return torch.zeros(())
    start, end = (torch.tensor([at]) for at in target)
    return (cross_entropy(score.starts[None], start) + cross_entropy(score.ends[None], end)) / 2


def train(
    base: Base,
    pieces: Pieces,
    exercises: Exercises,
    options: Options,
) -> Iterator[dict[str, Tensor]]:
    """Train for the given time, yielding the tensors now and then and at the end.

    The learning rate follows the clock: on a shared machine the number of steps is not known.
    """
    trained = starting_tensors(base, options)
    optimizer = torch.optim.AdamW(trained.values(), lr=options.rate, weight_decay=0.01)
    began = saved = reported = time.monotonic()
    groups, step, average = iter(exercises), 0, 0.0
    while (progress := (time.monotonic() - began) / 60 / options.minutes) < 1:
        for parameters in optimizer.param_groups:
            parameters["lr"] = options.rate * min(1.0, (step + 1) / 60) * (1 - progress)
        network = training_network(base, trained)
        loss = loss_of(network, pieces, [next(groups) for _ in range(options.groups)])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        step += 1
        average += (loss.item() - average) * max(0.02, 1 / step)
        if time.monotonic() - reported > 20:
            reported = time.monotonic()
            log.info("%5.1f %%  step %d  loss %.3f", 100 * progress, step, average)
        if time.monotonic() - saved > 60 * options.save_every:
            saved = time.monotonic()
            yield trained
    yield trained


def calibrate(logits: Tensor, truth: Tensor) -> tuple[float, float]:
    """Fit the scale and shift that make logits (pairs,) log-odds of the truth (pairs,)."""
    scale, shift = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    solver = torch.optim.LBFGS([scale, shift], max_iter=100)

    def closure() -> Tensor:
        solver.zero_grad()
        loss = binary_cross_entropy_with_logits(logits * scale + shift, truth)
        torch.autograd.backward(loss)
        return loss

    solver.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return scale.item(), shift.item()


def calibrated(
    base: Base,
    pieces: Pieces,
    trained: Mapping[str, Tensor],
    dev: Exercises,
    questions: int = 300,
) -> dict[str, Tensor]:
    """Fold into the heads the scale and shift that fit held-back questions of ten candidates."""
    network = Network(Encoder(base, merge(base.tensors, trained)), trained)
    groups = [dev.group(at, close=4, hard=5) for at in range(0, len(dev), len(dev) // questions)]
    with torch.inference_mode():
        scores = score_sorted(network, [one for g in groups for one in encode_group(pieces, g)])
    truth = torch.tensor([float(at == 0) for group in groups for at in range(len(group))])
    logits = torch.stack([score.answers for score in scores]).clone()
    scale, shift = calibrate(logits, truth)
    log.info("calibration: scale %.3f, shift %.3f", scale, shift)
    fitted = {name: tensor.detach().clone() for name, tensor in trained.items()}
    fitted["heads.answer.weight"] *= scale
    fitted["heads.answer.bias"] = fitted["heads.answer.bias"] * scale + shift
    return fitted


def save(trained: Mapping[str, Tensor], base: Base, path: Path) -> None:
    """Write the weights in half precision, with what is needed to refuse another base model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {name: tensor.detach().half().contiguous() for name, tensor in trained.items()}
    draft = path.with_suffix(".tmp")
    save_file(halves, draft, {"format": FORMAT, "base_sha256": base.sha256})
    draft.chmod(0o644)  # safetensors leaves it to the owner alone
    draft.replace(path)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of squadshifts_*.json.gz")
    parser.add_argument("--out", type=Path, required=True, help="weights file to write")
    parser.add_argument("--start", type=Path, help="weights to train further; none: from scratch")
    parser.add_argument("--base", type=Path, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--groups", type=int, default=10, help="questions a step")
    parser.add_argument("--rank", type=int, default=32, help="of the adapters")
    parser.add_argument("--frozen", type=int, default=2, help="lowest layers left as they are")
    parser.add_argument("--traps", type=float, default=0.1, help="share of made-up statistics")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--save-every", type=float, default=5.0, help="minutes")
    return parser.parse_args()


def main() -> None:
    """Train, and write the weights now and then and at the end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("bm25s").setLevel(logging.ERROR)
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    base = load_base(args.base or packaged_folder())
    known = Options.__dataclass_fields__
    options = Options(**{name: value for name, value in vars(args).items() if name in known})
    corpora = load_corpora(args.data)
    embedder = load_embedder(EmbeddingSettings())
    exercises = Exercises(corpora["train"], options.traps, options.seed, embedder)
    dev = Exercises(corpora["dev"], 0, options.seed, embedder)
    pieces = Pieces(base.tokenizer)
    for trained in train(base, pieces, exercises, options):
        save(calibrated(base, pieces, trained, dev), base, args.out)
        log.info("wrote %s", args.out)


if __name__ == "__main__":
    main()
