"""Decoding is silent, and only decoding: warnings and log lines elsewhere stay as they were."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
import warnings

import pytest

from saccade.data.files.silence import quiet

FAX = "pillow-tests__Tests__images__crash-0da013a13571cc8eb457a39fee8db18f8a3c7127.tif"


def test_warnings_are_dropped_inside_and_heard_outside():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with quiet():
            warnings.warn("inside", stacklevel=1)
            with quiet():
                pass
            warnings.warn("still inside", stacklevel=1)
        warnings.warn("outside", stacklevel=1)
    assert [str(each.message) for each in heard] == ["outside"]


def test_a_filter_made_later_does_not_overrule_it():
    with quiet():
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet():
            warnings.warn("inside", stacklevel=1)
        with pytest.raises(UserWarning):
            warnings.warn("outside", stacklevel=1)


def test_another_thread_goes_on_hearing_its_warnings():
    inside, done = threading.Event(), threading.Event()

    def decode_for_long():
        with quiet():
            inside.set()
            done.wait(5)

    thread = threading.Thread(target=decode_for_long)
    thread.start()
    inside.wait(5)
    try:
        with pytest.warns(UserWarning, match="here"):
            warnings.warn("here", stacklevel=1)
    finally:
        done.set()
        thread.join()


def test_many_threads_leave_the_filters_as_they_were():
    def once():
        for _ in range(50):
            with quiet():
                time.sleep(0.0001)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet():
            pass
        before = list(warnings.filters)
        threads = [threading.Thread(target=once) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert warnings.filters == before
        with pytest.raises(UserWarning):
            warnings.warn("outside", stacklevel=1)


def test_pillows_log_lines_too(caplog):
    logger = logging.getLogger("PIL.TiffImagePlugin")
    with quiet():
        logger.error("inside")
    logger.error("outside")
    assert [record.message for record in caplog.records] == ["outside"]


def test_libtiff_is_silent_for_us_and_speaks_to_others(shared):
    path = shared / "data" / "messy" / FAX
    if not path.is_file():
        pytest.skip("shared/data/messy is not there")
    script = (
        "import sys; from saccade.data import decode; from PIL import Image\n"
        "decode(sys.argv[1]); sys.stderr.write('then '); sys.stderr.flush()\n"
        "Image.open(sys.argv[1]).load()"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, os.fspath(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr.startswith("then Fax4Decode: Bad code word")
