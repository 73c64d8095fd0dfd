"""Saved batches: batches written as pictures, for a look at what a network sees."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from saccade.data.files.image_file import encoded_img
from saccade.disk.whole_file import write_whole
from saccade.errors import DataError
from saccade.names import unknown_name


@dataclass(frozen=True, eq=False)
class Saving:
    """Where every batch is written as pictures, for a look at them; `folder` None: nowhere."""

    folder: str | None = None
    prefix: str = ""
    format: str = "png"
    names: int = 10**7  # a name ends in a number below this

    def __post_init__(self) -> None:
        if self.folder is None:
            return
        from PIL import Image

        formats = [ending.lstrip(".") for ending in Image.registered_extensions()]
        if self.format.lower().lstrip(".") not in formats:
            raise unknown_name("save_format", self.format, formats)
        if os.path.exists(self.folder) and not os.path.isdir(self.folder):
            raise DataError(f'"{self.folder}"', "must be a folder to save pictures in", "a file")
        os.makedirs(self.folder, exist_ok=True)

    def write(self, batch_nhwc: np.ndarray, indices: np.ndarray, suffixes: list[int]) -> None:
        """One file for each image: PREFIX_INDEX_SUFFIX.FORMAT."""
        assert self.folder is not None
        for image_hwc, i, suffix in zip(batch_nhwc, indices, suffixes, strict=True):
            name = f"{self.prefix}_{i}_{suffix}.{self.format}"
            content = encoded_img(image_hwc, name, "channels_last")
            # Thousands that are for a look: to wait for the disk after each (2.6 ms instead of
            # 0.15 ms of 30 kB on ext4) would add 80 ms to each step of 32.
            write_whole("save_to_dir", os.path.join(self.folder, name), content, flush=False)
