"""Reads odd image files in a process of its own and tells how each went.

Usage: messy_worker.py OPTIONS(json) FILE... ; one JSON line on stdout.
"""

import json
import resource
import sys
import time
import warnings

warnings.simplefilter("error")

from PIL import Image  # noqa: E402

from saccade.data import decode  # noqa: E402
from saccade.errors import SaccadeError  # noqa: E402


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(options: dict, files: list[str]) -> None:
    Image.init()
    results = {}
    begun_mib = peak_mib()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        for file in files:
            begun_s = time.perf_counter()
            try:
                image_hwc = decode(file, **options)
                found = [list(image_hwc.shape), str(image_hwc.dtype)]
            except SaccadeError as fault:
                found = str(fault)
            results[file] = [found, time.perf_counter() - begun_s]
    told = [str(each.message) for each in heard]
    report = {"results": results, "warnings": told, "grown_mib": peak_mib() - begun_mib}
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
