"""How long saccade takes to start: fresh processes, in turn.

`import saccade.layers` against `import torch`, wall time of the whole process, target 1.2 x; and
`saccade --help`, target 0.4 s.

    python benchmarks/imports.py
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from rounds import machine, timed, versions

COMMANDS = {
    "python alone": ["-c", "pass"],
    "import torch": ["-c", "import torch"],
    "import saccade.layers": ["-c", "import saccade.layers"],
    "import saccade": ["-c", "import saccade"],
    "saccade --help": ["-m", "saccade", "--help"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    here = Path(__file__).resolve().parent
    parser.add_argument("--out", type=Path, default=here / "results" / "imports.json")
    options = parser.parse_args()
    # An installed package has its bytecode; where none may be written every start compiles anew.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(options.rounds + 1):  # the first writes the bytecode and warms the disk
        for name, arguments in COMMANDS.items():
            took = timed(
                lambda a=arguments: subprocess.run(
                    [sys.executable, *a], env=environment, check=True, stdout=subprocess.DEVNULL
                )
            )
            if turn:
                seconds[name].append(took)
    for name, row in seconds.items():
        print(f"{name:24}{statistics.median(row):7.3f} s   ({min(row):.3f} to {max(row):.3f})")
    layers, torch = seconds["import saccade.layers"], seconds["import torch"]
    ratio = statistics.median(a / b for a, b in zip(layers, torch, strict=True))
    print(f"import saccade.layers / import torch: {ratio:.2f} x, target 1.2 x")
    print(f"saccade --help: {statistics.median(seconds['saccade --help']):.2f} s, target 0.4 s")
    if options.rounds > 2:
        found = {**machine(), "versions": versions("saccade", "torch"), "seconds": seconds}
        options.out.parent.mkdir(exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
