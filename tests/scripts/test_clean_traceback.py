"""Tracebacks of scripts: without the runner's frames, and soon."""

import sys
import traceback

from saccade.keras_alias import clean_traceback


def deep(frames):
    if frames:
        deep(frames - 1)
    raise ValueError("deep down")


def test_a_deep_error_is_shown_whole():
    """Sixty frames; work that doubled with each would take years."""
    try:
        deep(60)
    except ValueError:
        trace = sys.exc_info()[2]
    shown = traceback.extract_tb(clean_traceback.without_own_frames(trace))
    assert [frame.name for frame in shown].count("deep") == 61
