"""Pretrained: trained weights of a network, with all that must travel with them."""

from __future__ import annotations

from dataclasses import dataclass

from saccade.files.input_record import InputRecord


@dataclass(frozen=True)
class WeightsFile:
    """A file of weights that somebody publishes.

    Attributes:
        address: where it is fetched.
        md5: of its bytes, 32 hexadecimal digits.
    """

    address: str
    md5: str

    @property
    def name(self) -> str:
        """The file's name, under which it is kept."""
        return self.address.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Pretrained:
    """Weights of ImageNet, the numbers they were trained on, and the classes they tell apart.

    Attributes:
        with_top, without_top: the files; None where nobody publishes one.
        input_record: what goes in.
        classes: how many come out of the top.
    """

    with_top: WeightsFile | None
    without_top: WeightsFile | None
    input_record: InputRecord
    classes: int = 1000
