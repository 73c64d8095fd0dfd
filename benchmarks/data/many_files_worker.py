"""What a folder of very many files costs: python many_files_worker.py saccade|keras FOLDER.

Prints one JSON line. Memory is the process's own count of resident bytes.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def flow_from(image: Any, folder: str) -> Any:
    generator = image.ImageDataGenerator(rescale=1 / 255)
    with contextlib.redirect_stdout(io.StringIO()):
        return generator.flow_from_directory(
            folder, target_size=(8, 8), batch_size=256, class_mode="sparse"
        )


def main() -> None:
    kind, folder = sys.argv[1:]
    found: dict[str, float] = {}
    if kind == "saccade":
        from saccade.data import index_folder
        from saccade.preprocessing import image
    else:
        from keras.src.legacy.preprocessing import image
    warm = Path(folder) / "class_000"
    list(warm.iterdir())
    if kind == "saccade":
        begun_s = time.perf_counter()
        index = index_folder(folder)
        found["seconds_of_index_folder"] = time.perf_counter() - begun_s
        del index
    gc.collect()
    before = resident_bytes()
    begun_s = time.perf_counter()
    flow = flow_from(image, folder)
    found["seconds_of_flow_from_directory"] = time.perf_counter() - begun_s
    gc.collect()
    found["resident_bytes_a_file"] = (resident_bytes() - before) / flow.samples
    begun_s, images, begun_peak = time.perf_counter(), 0, peak_bytes()
    for _ in range(len(flow)):
        images += len(next(flow)[0])
    found["seconds_to_read_all"] = time.perf_counter() - begun_s
    found["images_read"] = images
    found["mebibytes_the_peak_grew_while_reading"] = (peak_bytes() - begun_peak) / 2**20
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
