"""Dot: a model as a drawing of boxes and arrows, in the language of Graphviz."""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

from saccade.disk.whole_file import replacing, write_whole
from saccade.errors import InvalidArgument, StateError
from saccade.models.graph_holder import all_layers
from saccade.notes import note_once
from saccade.script_door import is_script_door_open
from saccade.shown_text import shown

TEXTS = (".dot", ".gv")


class Dot(str):
    """The drawing as text; `to_string()` as pydot has it."""

    def to_string(self) -> str:
        return str(self)


class NoDrawer(StateError, ImportError):
    """There is no Graphviz; scripts expect the ImportError that Keras raises."""


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> Dot:
    """The drawing of a built model.

    Args:
        model: Sequential or functional.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what a
            box tells of its layer, beside its class.
        rankdir: "TB" for downwards, "LR" for to the right.
        expand_nested: draw models inside the model with their layers.
        dpi: dots per inch of a picture made of it.
        subgraph: the inner part alone, for a drawing of one's own.
        splines: how lines are drawn, in Graphviz's words: "ortho", "line", "curved".

    Raises:
        StateError: the model is not built.
    """
    if not model.built:
        raise StateError(
            "plot_model",
            f"{model.where} must be built",
            do="Call it on data, or give input_shape=.",
        )
    told = (show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    lines = _body(model, told, expand_nested, "")
    if subgraph:
        return Dot("\n".join(lines))
    looks = f"rankdir={rankdir}, dpi={dpi}, splines={splines}"
    head = f'digraph "{_quoted(model.name)}" {{\n  graph [{looks}];'
    return Dot(f"{head}\n  node [shape=box];\n" + "\n".join(lines) + "\n}\n")


def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
) -> None:
    """Write the drawing of a model to a picture, by the program `dot` of Graphviz; or, for a name
    that ends in ".dot" or ".gv", as text.

    Args:
        to_file: where to.
        show_shapes, ..., show_trainable: as `model_to_dot`.

    A script of Keras's goes on where the program is not installed: the text is written beside, to
    the same name with ".dot", and a note says so.

    Raises:
        StateError: the program is not installed, or the model is not built.
        InvalidArgument: a kind of picture that it does not know.

    Source: `keras.utils.plot_model`.
    """
    path = Path(to_file)
    text = model_to_dot(
        model,
        show_shapes,
        show_dtype,
        show_layer_names,
        rankdir,
        expand_nested,
        dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
    )
    if path.suffix in TEXTS:
        write_whole("plot_model", path, text)
        return
    program = shutil.which("dot")
    if program is None and is_script_door_open():
        beside = path.with_suffix(TEXTS[0])
        write_whole("plot_model", beside, text)
        note_once(
            "plot_model: the program dot, which draws the picture, is not installed. The drawing "
            f'is written as text to "{beside}"; with Graphviz, dot -Tpng makes the picture of it.',
            key="plot_model",
        )
        return
    if program is None:
        raise NoDrawer(
            "plot_model",
            "the program dot draws the picture",
            "none on this machine",
            'Install Graphviz, or write the text with to_file="model.dot".',
        )
    kind = path.suffix.lstrip(".") or "png"
    with replacing("plot_model", path) as draft:
        done = subprocess.run(
            [program, f"-T{kind}", "-o", os.fspath(draft)],
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            raise InvalidArgument("plot_model", "dot must draw it", done.stderr.strip())


def _body(model: Any, told: tuple[bool, ...], expand: bool, prefix: str) -> list[str]:
    """The boxes and arrows of a model, a line each."""
    lines: list[str] = []
    for layer in all_layers(model):
        key = f"{prefix}{layer.name}"
        if expand and hasattr(layer, "layers"):
            title = _quoted(layer.name)
            lines.append(f'  subgraph "cluster_{_quoted(key)}" {{\n  label="{title}";')
            lines += _body(layer, told, expand, f"{key}/")
            lines.append("  }")
        else:
            lines.append(f'  "{_quoted(key)}" [label="{_label(layer, *told)}"];')
    for start, end in _arrows(model):
        ends = [_quoted(_last(start, expand, prefix)), _quoted(_first(end, expand, prefix))]
        lines.append(f'  "{ends[0]}" -> "{ends[1]}";')
    return lines


def _arrows(model: Any) -> list[tuple[Any, Any]]:
    """The pairs of layers of which the second takes what the first gives."""
    mine = {id(layer) for layer in all_layers(model)}
    found = []
    for layer in all_layers(model):
        for node in layer.nodes:
            for symbol in node.inputs:
                start = symbol.node.layer
                if id(start) in mine and (start, layer) not in found:
                    found.append((start, layer))
    if not found:  # a Sequential without symbols
        found = list(pairwise(all_layers(model)))
    return found


def _first(layer: Any, expand: bool, prefix: str) -> str:
    inner = expand and getattr(layer, "layers", None)
    return _first(inner[0], expand, f"{prefix}{layer.name}/") if inner else prefix + layer.name


def _last(layer: Any, expand: bool, prefix: str) -> str:
    inner = expand and getattr(layer, "layers", None)
    return _last(inner[-1], expand, f"{prefix}{layer.name}/") if inner else prefix + layer.name


def _label(
    layer: Any, shapes: bool, dtype: bool, names: bool, activations: bool, trainable: bool
) -> str:
    kind = type(layer).__name__
    lines = [f"{layer.name}: {kind}" if names else kind]
    if activations and hasattr(layer, "activation"):
        lines.append(getattr(layer.activation, "__name__", str(layer.activation)))
    if dtype:
        lines.append(str(layer.compute_dtype))
    if shapes:
        lines.append(str(layer.output_shape))
    if trainable:
        lines.append("trainable" if layer.trainable else "frozen")
    return "\\n".join(map(_quoted, lines))


def _quoted(name: str) -> str:
    """A name between the quotation marks of a drawing: it ends them nowhere and draws nothing."""
    return shown(name).replace("\\", "\\\\").replace('"', "'")
