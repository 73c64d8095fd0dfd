"""What is known of a network beside its layers: its sizes, its published weights and its top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from saccade.applications.building.network_options import NetworkOptions
from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile
from saccade.graph import Symbol
from saccade.layers import GlobalAveragePooling2D


@dataclass(frozen=True)
class Pretrained:
    """Weights of ImageNet, the numbers they were trained on, and the classes they tell apart.

    Attributes:
        with_top, without_top: the files; None where nobody publishes one.
        input_record: what goes in.
        bare_input: what goes in with include_preprocessing=False; None where there is no such
            choice.
        classes: how many come out of the top.
    """

    with_top: RemoteFile | None
    without_top: RemoteFile | None
    input_record: InputRecord
    bare_input: InputRecord | None = None
    classes: int = 1000

    @classmethod
    def at(
        cls,
        stem: str,
        md5_with_top: str,
        md5_without_top: str,
        input_record: InputRecord,
        bare_input: InputRecord | None = None,
    ) -> Pretrained:
        """Weights whose files lie at `stem` and the endings that Keras gives them.

        Args:
            stem: the address without "_notop" and ".h5".
            md5_with_top, md5_without_top: of the two files.
        """
        with_top = RemoteFile(f"{stem}.h5", md5_with_top)
        without_top = RemoteFile(f"{stem}_notop.h5", md5_without_top)
        return cls(with_top, without_top, input_record, bare_input)


def _mean(features: Symbol) -> Symbol:
    return GlobalAveragePooling2D(name="avg_pool")(features)


@dataclass(frozen=True)
class Top:
    """How a network ends.

    Attributes:
        flatten: from the last feature map to what the classifier takes.
        layers: the names of the top's layers with weights, the classifier's last.
        names_pooling: whether the pooling of a network without its top has a name of its own.
        kernel, bias: the classifier's first weights, initializers or their names.
        classify: from what `flatten` gives to the scores; None for one dense layer.
        end: of the network without its top, after its pooling.
    """

    flatten: Callable[[Symbol], Symbol] = _mean
    layers: tuple[str, ...] = ("predictions",)
    names_pooling: bool = True
    kernel: Any = "glorot_uniform"
    bias: Any = "zeros"
    classify: Callable[[NetworkOptions, Symbol], Symbol] | None = None
    end: Callable[[Symbol], Symbol] | None = None


@dataclass(frozen=True)
class NetworkRecord:
    """A network without its layers.

    Attributes:
        name: of its models, where nobody gives them another.
        pretrained: the weights that `weights="imagenet"` stands for, and what they were trained on.
        default_px, least_px: the side of its own images, and of the smallest that it can take.
        published_px: the sides that weights are published for; the default's alone where empty.
        top: how it ends.
    """

    name: str
    pretrained: Pretrained
    default_px: int = 224
    least_px: int = 32
    published_px: tuple[int, ...] = ()
    top: Top = field(default_factory=Top)

    @property
    def module(self) -> str:
        """The module of `applications` in which Keras has the network."""
        return self.pretrained.input_record.preprocess_input.split(".")[-2]
