"""Run files: what the files of a run are called."""

from __future__ import annotations

from pathlib import Path

from saccade.files.formats import METRICS_FILE, MODEL_FILE

HISTORY, METRICS, CLASSES = "history.csv", METRICS_FILE, "classes.json"
PICTURES = ("curves.png", "confusion.png")
FILES = (MODEL_FILE, HISTORY, METRICS, CLASSES, *PICTURES)
DRAFTS = ".unfinished"  # where a run lies that will replace another
RUNS = Path("runs")
