"""The table that `model.summary()` prints, as Keras 3 draws it."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from saccade.errors import InvalidArgument
from saccade.graph import map_symbols
from saccade.models.graph_holder import all_layers
from saccade.shown_text import shown


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a line a layer with its output shape and count of parameters, and the totals.

    Args:
        model: whose `layers` to list.
        line_length: width of the table in characters; at most 88 that fit the terminal.
        positions: where the columns end, as shares of the width.
        print_fn: called with the whole text instead of printing it.
        expand_nested: list the layers of models inside the model too.
        show_trainable: a column that says whether a layer is trained.
        layer_range: names (or regular expressions) of the first and last layer to list.
    """
    from rich.console import Console
    from rich.text import Text

    table = _table(model, line_length, positions, expand_nested, show_trainable, layer_range)
    console = Console(
        highlight=False,
        emoji=False,  # a layer may be called ":cat:"
        **({"force_terminal": False, "color_system": None} if print_fn else {}),
        width=None if line_length is None else max(line_length + 4, 20),
    )
    if print_fn:
        console.begin_capture()
    console.print(Text(f'Model: "{shown(model.name)}"', style="bold"))
    console.print(table)
    for title, numbers in _totals(model):
        count = sum(numbers)
        console.print(f"[bold] {title} params: [/bold][green]{count:,}[/green] ({_size(count)})")
    if print_fn:
        print_fn(console.end_capture())


def _table(
    model: Any,
    line_length: int | None,
    positions: Sequence[float] | None,
    expand_nested: bool,
    show_trainable: bool,
    layer_range: Sequence[str] | None,
) -> Any:
    from rich.table import Column, Table

    heads = ["Layer (type)", "Output Shape", "Param #"]
    sides: list[Any] = ["left", "left", "right"]
    network = _branching(model)
    if network is None:
        ends, widest = list(positions or (0.45, 0.80, 1.0)), 88
    else:
        ends, widest = list(positions or (0.3, 0.56, 0.74, 1.0)), 108
        heads, sides = [*heads, "Connected to"], [*sides, "left"]
    if show_trainable:
        heads, sides = [*heads, "Trainable"], [*sides, "center"]
        ends = [end * 0.9 for end in ends] + [1.0]
        widest += 12
    width = line_length or min(widest, shutil.get_terminal_size().columns - 4)
    stops = [0, *(int(end * width) for end in ends)]
    widths = [after - before for before, after in pairwise(stops)]
    if min(widths) < 4:
        raise InvalidArgument(
            "summary",
            "every column needs at least 4 characters",
            f"{widths}",
            "Make line_length larger or the terminal wider.",
        )
    columns = [
        Column(head, justify=side, width=size)
        for head, side, size in zip(heads, sides, widths, strict=True)
    ]
    table = Table(*columns, width=width, show_lines=True)
    for layer, depth in _listed(_range(all_layers(model), layer_range), expand_nested):
        table.add_row(*_row(layer, depth, network, show_trainable))
    return table


def _branching(model: Any) -> Any:
    """The graph of a model that is more than a chain of layers, else None."""
    network = getattr(model, "_network", None)
    return None if network is None or network.is_chain else network


def _connections(layer: Any, network: Any) -> Any:
    """Which calls feed the layer: layer, number of its call, number of the call's output.

    Layers of an inner model are not of this graph; Keras then lists all their calls, as here.
    """
    from rich.text import Text

    calls = [node for node in layer.nodes if node in network.nodes]
    found = [
        Text.assemble(
            f"{shown(symbol.node.layer.name)}[",
            (f"{symbol.node.layer.nodes.index(symbol.node)}", "green"),
            "][",
            (f"{symbol.index}", "green"),
            "]",
        )
        for node in calls
        for symbol in node.inputs
    ]
    return Text(", ").join(found) if found else "-"


def _listed(layers: Iterable[Any], expand: bool, depth: int = 0) -> Iterable[tuple[Any, int]]:
    for layer in layers:
        yield layer, depth
        if expand and getattr(layer, "layers", None):
            yield from _listed(all_layers(layer), expand, depth + 1)


def _row(layer: Any, depth: int, network: Any, show_trainable: bool) -> list[Any]:
    from rich.text import Text

    indent = "   " * depth + "└ " if depth else ""
    kind = (shown(type(layer).__name__), "cyan")
    title = Text.assemble(f"{indent}{shown(layer.name)} (", kind, ")")
    cells: list[Any] = [title, _shape(layer)]
    cells.append(
        f"[green]{layer.count_params():,}[/green]"
        if layer.built or layer.weightless
        else "[green]0[/green] (unbuilt)"
    )
    if network is not None:
        cells.append(_connections(layer, network))
    if show_trainable:
        yes = "[bold]Y[/bold]" if layer.trainable else "[bold red]N[/bold red]"
        cells.append(yes if layer.weights else "[bold]-[/bold]")
    return cells


def _shape(layer: Any) -> str:
    try:
        nest = layer.nodes[-1].outputs if layer.nodes else layer.output_shape
        return str(map_symbols(nest, lambda symbol: symbol.shape)).strip("[]")
    except (ValueError, TypeError, AttributeError, NotImplementedError):
        return "?"


def _range(layers: list[Any], names: Sequence[str] | None) -> list[Any]:
    """The layers from the first that matches names[0] to the last that matches names[1]."""
    if names is None:
        return layers
    if len(names) != 2 or not all(isinstance(name, str) for name in names):
        raise InvalidArgument("summary", "layer_range must be two layer names", repr(names))
    first, last = (
        [place for place, layer in enumerate(layers) if re.match(name, layer.name)]
        for name in names
    )
    if not first or not last:
        raise InvalidArgument(
            "summary",
            "layer_range must name layers of the model",
            repr(names),
            f"The layers are {', '.join(layer.name for layer in layers)}.",
        )
    both = first + last
    return layers[min(both) : max(both) + 1]


def _totals(model: Any) -> list[tuple[str, list[int]]]:
    """Title and sizes; the optimizer's numbers are counted once they exist, as in Keras 3."""
    trained = [math.prod(weight.shape) for weight in model.trainable_weights]
    kept = [math.prod(weight.shape) for weight in model.non_trainable_weights]
    optimizer = getattr(model, "optimizer", None)
    slots = optimizer.variables if optimizer is not None and optimizer.built else []
    moved = [math.prod(np.shape(slot)) for slot in slots]
    rows = [
        ("Total", [*trained, *kept, *moved]),
        ("Trainable", trained),
        ("Non-trainable", kept),
    ]
    return [*rows, ("Optimizer", moved)] if moved else rows


def _size(count: int) -> str:
    """The memory of so many float32 numbers."""
    size = count * 4.0
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    return f"{size:.2f} {unit}"
