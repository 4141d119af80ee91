"""What an answer took: time, and tokens of a chat model."""

from __future__ import annotations

from eval.metrics.context import Context, Score


def wall_ms(context: Context) -> Score:
    """How long the question took by the clock, in milliseconds."""
    return Score(context.wall_ms, "measured around the call")


def cpu_ms(context: Context) -> Score:
    """How much CPU time of this process the question took, in milliseconds."""
    if context.cpu_ms is None:
        return Score(None, "not told: several questions at once, or asked over a network")
    return Score(context.cpu_ms, "measured around the call, all threads of the process")


def tokens(context: Context) -> Score:
    """How many tokens a chat model read and wrote."""
    counted = context.answer.trace.usage.items()
    usage = {name: count for name, count in counted if not name.startswith("total")}
    if not usage:
        return Score(None, "no chat model was used")
    parts = ", ".join(f"{count} {name}" for name, count in sorted(usage.items()))
    return Score(sum(usage.values()), parts)
