"""Scripts as courses and tutorials write them: each runs to its end, or is listed here with what stops it."""

from __future__ import annotations

from pathlib import Path

import pytest

from faces.photo_folders import make_photos
from house.slow_cases import slow_unless
from scripts.test_acceptance import run_on_saccade

HERE = Path(__file__).parent
COURSES = HERE / "courses"
NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in COURSES.glob("*/*.py"))
QUICK = (
    "keras2/callbacks_and_rates",
    "keras2/keras1_inception_merge",
    "keras3/lr_finder",
    "keras3/mixup",
    "keras3/own_losses_metrics",
)
# Each with what its error says. One that starts running is to be taken off.
STOPS: dict[str, str] = {}


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("courses") / "photos"
    return make_photos(folder, count=12, size=(70, 60), colors=True)


def run_course(name: str, photos: Path, folder: Path) -> str:
    return run_on_saccade([HERE / "course_run.py", COURSES / f"{name}.py", photos], folder)


def test_there_are_sixty():
    assert len(NAMES) == 60
    assert set(QUICK) | STOPS.keys() <= set(NAMES)


@pytest.mark.sampled
@pytest.mark.parametrize(
    "name", slow_unless(QUICK.__contains__, [name for name in NAMES if name not in STOPS])
)
def test_course_script_runs_to_its_end(name, photos, tmp_path):
    assert run_course(name, photos, tmp_path).strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STOPS))
def test_course_script_still_stops(name, photos, tmp_path):
    with pytest.raises(AssertionError, match=STOPS[name]):
        run_course(name, photos, tmp_path)
