"""State file: what goes in comes out, to the bit and the type; damage is told, never half read."""

import json
import math
import os
from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors import safe_open

from saccade.errors import FileFormatError, InvalidArgument, NotWritten
from saccade.files.plain_state import as_plain, from_plain
from saccade.files.replacement import remove_drafts
from saccade.files.state_file import note_other_versions, read_state, write_state
from saccade.notes import forget_notes

KERNEL = torch.arange(24.0).reshape(2, 3, 2, 2).to(memory_format=torch.channels_last)
STATES = {
    "numbers": {"whole": 2**80, "less": -0.1, "yes": True, "none": None, "word": "ü\n\x00\ud800"},
    "not finite": [math.inf, -math.inf],
    "keys": {1: "one", (2, None): "pair", "$": "a tag", False: 1.5},
    "nests": [(1, [2.5, (3,)]), {"a": {"b": ()}}, [], {}],
    "bytes": b"\x00\xff",
    "sets": [{1, 2, "three"}, frozenset([4])],
    "numpy numbers": [np.float32(0.1), np.int8(-3), np.bool_(True), np.float64(0.1)],
    "tensors of every type": [
        torch.tensor([0, 1, 1]).to(dtype)
        for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64,
                      torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
                      torch.uint16, torch.uint32, torch.uint64, torch.complex64)
    ],
    "tensors of every shape": [torch.tensor(3.5), torch.zeros(0, 4), torch.ones(1, 1, 7)],
    "tensors as they lie": [KERNEL, KERNEL.permute(2, 3, 1, 0), torch.arange(12.0).reshape(3, 4).T],
    "parts of tensors": [torch.arange(9.0)[2:7:2], torch.ones(2).expand(3, 2)],
    "arrays": [np.array([[1.5, -2.0]], ">f8"), np.array(True), np.zeros((0, 3), np.int32),
               np.arange(6).reshape(2, 3).T, np.array(["a", "bc"]), np.array([1 + 2j])],
    "random streams": [np.random.RandomState(3).get_state(), torch.Generator().get_state(),
                       np.random.default_rng(4).bit_generator.state],
}  # fmt: skip


def agree(got, needed):
    assert type(got) is type(needed)
    if isinstance(needed, dict):
        assert [*map(repr, got)] == [*map(repr, needed)]
        for one, other in zip(got.values(), needed.values(), strict=True):
            agree(one, other)
    elif isinstance(needed, (list, tuple)):
        assert len(got) == len(needed)
        for one, other in zip(got, needed, strict=True):
            agree(one, other)
    elif isinstance(needed, torch.Tensor):
        assert (got.dtype, got.shape) == (needed.dtype, needed.shape)
        assert torch.equal(got, needed)
    elif isinstance(needed, np.ndarray):
        assert got.dtype == needed.dtype
        np.testing.assert_array_equal(got, needed)
    else:
        assert got == needed


@pytest.mark.parametrize("name", STATES)
def test_what_goes_in_comes_out(tmp_path, name):
    write_state(tmp_path / "s", STATES[name], {"epoch": 3})
    state, about = read_state(tmp_path / "s")
    agree(state, STATES[name])
    assert about["epoch"] == 3
    assert os.listdir(tmp_path) == ["s"]


def test_no_number_stays_none(tmp_path):
    write_state(tmp_path / "s", [math.nan, np.float32("nan")])
    one, other = read_state(tmp_path / "s")[0]
    assert type(one) is float
    assert type(other) is np.float32
    assert math.isnan(one)
    assert math.isnan(other)


def test_tensors_keep_their_order_in_memory(tmp_path):
    write_state(tmp_path / "s", STATES["tensors as they lie"])
    for one, other in zip(
        read_state(tmp_path / "s")[0], STATES["tensors as they lie"], strict=True
    ):
        assert one.stride() == other.stride()


def test_other_programs_read_the_tensors(tmp_path):
    write_state(tmp_path / "s", {"w": KERNEL, "b": torch.ones(3, dtype=torch.bfloat16)}, {"n": 1})
    with safe_open(tmp_path / "s", "pt") as file:
        assert torch.equal(file.get_tensor("0"), KERNEL.permute(0, 2, 3, 1))
        assert torch.equal(file.get_tensor("1"), torch.ones(3, dtype=torch.bfloat16))
        assert json.loads(file.metadata()["about"]) == {"n": 1}
        assert file.metadata()["torch"] == torch.__version__


class Word(str):
    pass


def test_classes_of_the_users_become_plain(tmp_path):
    state = [OrderedDict(a=1), Word("w"), torch.nn.Parameter(torch.ones(2)), bytearray(b"x")]
    write_state(tmp_path / "s", state)
    agree(read_state(tmp_path / "s")[0], [{"a": 1}, "w", torch.ones(2), b"x"])


@pytest.mark.parametrize(
    "odd",
    [object(), np.array([object()]), 1j, np.zeros(2, [("a", "f4")]), torch.eye(2).to_sparse(),
     torch.tensor([1 + 1j], dtype=torch.complex128)],
    ids=["object", "objects", "complex", "record", "sparse", "complex128"],
)  # fmt: skip
def test_what_is_not_plain_is_told(tmp_path, odd):
    with pytest.raises(InvalidArgument, match="BackupAndRestore"):
        write_state(tmp_path / "s", {"deep": [odd]})
    assert not os.listdir(tmp_path)


def test_a_long_state_of_words_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("saccade.files.state_file.MOST_HEADER_BYTES", 2**20)
    with pytest.raises(InvalidArgument, match=r"1 MiB of numbers and words.*got 2 MiB"):
        write_state(tmp_path / "s", "w" * 2**21)


# -- damage --------------------------------------------------------------------------------


@pytest.fixture
def whole(tmp_path):
    write_state(tmp_path / "s", {"w": torch.arange(300.0), "n": [1.25, "word"]})
    return tmp_path / "s"


def test_cut_anywhere_it_is_told(whole):
    content = whole.read_bytes()
    for length in [*range(24), *range(24, len(content), 61), len(content) - 1]:
        whole.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match="must be a whole state"):
            read_state(whole)


def test_any_byte_changed_it_is_told(whole):
    content = whole.read_bytes()
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 1 + place % 7
        whole.write_bytes(changed)
        try:
            state, _ = read_state(whole)
        except FileFormatError:
            continue
        agree(state, {"w": torch.arange(300.0), "n": [1.25, "word"]})  # a space of the header


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"\xff" * 64, b"PK\x03\x04" + b"x" * 99,
                                     (2).to_bytes(8, "little") + b"[]",
                                     (2).to_bytes(8, "little") + b"{}",
                                     (10**5).to_bytes(8, "little") + b"[" * 10**5])  # fmt: skip
def test_a_stranger_is_told(tmp_path, content):
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(FileFormatError, match="must be a whole state"):
        read_state(tmp_path / "s")


def rewrite(path, **changes):
    """The same with other metadata, its checksum left as it was."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    entries = json.loads(content[8 : 8 + length])
    entries["__metadata__"] |= changes
    header = json.dumps(entries).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])


def test_a_newer_format_is_told_by_its_number(whole):
    rewrite(whole, format="7", saccade="9.1")
    with pytest.raises(FileFormatError, match=r"of format 1, got one of format 7.*saccade 9\.1"):
        read_state(whole)


def test_metadata_are_part_of_what_is_checked(whole):
    rewrite(whole, about='{"epoch": 5}')
    with pytest.raises(FileFormatError, match="checksum"):
        read_state(whole)


@pytest.mark.parametrize(
    "plain",
    [{"$": "tensor", "of": 1}, {"$": "tensor", "of": -1}, {"$": "tensor", "of": True},
     {"$": "array", "of": 0, "dtype": "O", "shape": [1]}, {"$": "what", "of": 1}, {"$": "tuple"},
     {"$": "dict", "of": [[[], 1]]}, {"$": "bytes", "of": "%"}],
)  # fmt: skip
def test_tags_of_nobody_are_refused(plain):
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_plain(plain, [torch.zeros(8, dtype=torch.uint8)])


def test_other_versions_are_said(caplog):
    forget_notes()
    about = {"saccade": "0.0.9", "torch": torch.__version__}
    note_other_versions("BackupAndRestore", about)
    assert "saved by saccade 0.0.9 and goes on with" in caplog.text
    assert "torch" not in caplog.text
    forget_notes()


# -- the disk ------------------------------------------------------------------------------


def test_what_was_there_stays_when_writing_fails(whole, monkeypatch):
    before = whole.read_bytes()
    real = os.fsync

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        write_state(whole, {"w": torch.zeros(5)})
    monkeypatch.setattr(os, "fsync", real)
    assert whole.read_bytes() == before
    assert os.listdir(whole.parent) == ["s"]


def test_nothing_is_copied_to_be_written():
    """A tensor in its own order in memory is written from where it lies."""
    tensors = []
    as_plain([KERNEL], tensors)
    assert tensors[0].data_ptr() == KERNEL.data_ptr()
    assert tensors[0].is_contiguous()


def test_drafts_of_the_killed_are_removed(whole):
    draft = whole.parent / ".s.k1ll3d.part"
    draft.mkdir()
    (draft / "s").write_bytes(b"half")
    (whole.parent / ".s.txt").write_text("a file of somebody")
    (whole.parent / ".st.abc.part").mkdir()
    remove_drafts(whole)
    assert sorted(os.listdir(whole.parent)) == [".s.txt", ".st.abc.part", "s"]
