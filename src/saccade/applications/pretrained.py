"""Pretrained: trained weights of a network, with all that must travel with them."""

from __future__ import annotations

from dataclasses import dataclass

from saccade.files.input_record import InputRecord
from saccade.files.published.remote_file import RemoteFile


@dataclass(frozen=True)
class Pretrained:
    """Weights of ImageNet, the numbers they were trained on, and the classes they tell apart.

    Attributes:
        with_top, without_top: the files; None where nobody publishes one.
        input_record: what goes in.
        classes: how many come out of the top.
    """

    with_top: RemoteFile | None
    without_top: RemoteFile | None
    input_record: InputRecord
    classes: int = 1000

    @classmethod
    def at(
        cls, stem: str, md5_with_top: str, md5_without_top: str, input_record: InputRecord
    ) -> Pretrained:
        """Weights whose files lie at `stem` and the endings that Keras gives them.

        Args:
            stem: the address without "_notop" and ".h5".
            md5_with_top, md5_without_top: of the two files.
        """
        with_top = RemoteFile(f"{stem}.h5", md5_with_top)
        return cls(with_top, RemoteFile(f"{stem}_notop.h5", md5_without_top), input_record)
