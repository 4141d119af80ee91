"""How much of one set of search terms another holds, kin words counted as the same."""

from __future__ import annotations

from collections.abc import Set

_KIN_LETTERS = 4


def kin_share(wanted: Set[str], held: Set[str]) -> float:
    """The share of the wanted terms that are held, 0 to 1; 1 if nothing is wanted."""
    if not wanted:
        return 1.0
    return sum(stands(term, held) for term in wanted) / len(wanted)


def stands(term: str, held: Set[str]) -> bool:
    """Whether a term is held, itself or kin of the same beginning ("China", "Chinese")."""
    if term in held:
        return True
    if len(term) <= _KIN_LETTERS or not term.isalpha():
        return False
    start = term[: max(_KIN_LETTERS, -(-7 * len(term) // 10))]
    return any(
        other.startswith(start) or (len(other) >= _KIN_LETTERS and term.startswith(other))
        for other in held
        if other.isalpha()
    )
