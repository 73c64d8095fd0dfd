"""Recording: which tapes are open in this thread, and what was computed since one began.

torch notes whatever has a gradient, TensorFlow only what runs while a tape is open; torch numbers
what it notes, thread by thread, and by that number the two are told apart.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import torch
from torch.autograd.graph import GradientEdge, get_gradient_edge


class _Open(threading.local):
    """What records in this thread.

    Attributes:
        tapes: the innermost last.
        watching: whether the call from outside that runs is no training step; None before its
            first layer has told.
    """

    def __init__(self) -> None:
        self.tapes: list[Any] = []
        self.watching: bool | None = None
        self.hook: Any = None


open_here = _Open()


def note_use(variables: Iterable[Any]) -> None:
    """Tell the open tapes which weights were computed with."""
    trained = [one for one in variables if one.requires_grad]
    for tape in open_here.tapes:
        tape.note_use(trained)


def number_now() -> int:
    """The number of what torch notes next in this thread, or one that is a little less."""
    with torch.enable_grad():
        noted: Any = torch.zeros((), requires_grad=True, device="cpu").clone().grad_fn
    return noted._sequence_nr()


def reached_since(
    start: int, targets: Iterable[torch.Tensor]
) -> tuple[set[tuple[Any, int]], list[Any]]:
    """Where a walk back from the targets comes through what was noted from number `start` on.

    Returns:
        The edges, and the older nodes at which the walk ended.
    """
    edges: set[tuple[Any, int]] = set()
    older: list[Any] = []
    seen: set[Any] = set()
    ahead = [as_pair(get_gradient_edge(one)) for one in targets]
    while ahead:
        edge = ahead.pop()
        node = edge[0]
        if node is None:
            continue
        edges.add(edge)
        if node in seen:
            continue
        seen.add(node)
        if node._sequence_nr() < start:
            older.append(node)
        else:
            ahead += node.next_functions
    return edges, older


def lead_to(nodes: list[Any], sources: list[GradientEdge]) -> list[Any]:
    """Those of the nodes below which one of the sources lies."""
    wanted = {edge.node for edge in sources}
    found = []
    for top in nodes:
        ahead = [one for one, _ in top.next_functions if one is not None]
        seen = set(ahead)
        while ahead and not seen & wanted:
            below = {one for one, _ in ahead.pop().next_functions if one is not None} - seen
            seen |= below
            ahead += below
        if seen & wanted:
            found.append(top)
    return found


def block(node: Any) -> Any:
    """Let no gradient through an older node; gives what takes that back."""
    return node.register_prehook(lambda slopes: (None,) * len(slopes))


def as_pair(edge: GradientEdge) -> tuple[Any, int]:
    """A node and the number of its output."""
    return edge.node, edge.output_nr
