"""Records and examples: the bytes are TensorFlow's, damage is told by the record's number."""

import contextlib
import gzip
import os
import subprocess
import sys

import numpy as np
import pytest

from saccade.data.tfrecord import record_file
from saccade.data.tfrecord.checksum import POLYNOMIAL, crc32c, masked_crc32c
from saccade.data.tfrecord.example import Values, from_bytes, to_bytes
from saccade.data.tfrecord.record_file import COMPRESSIONS, RecordWriter, read_records
from saccade.errors import DataError, FileFormatError, InvalidArgument, NoSuchFile, StateError

# Written by TensorFlow 2.21: two records, b"one" and b"".
OF_TENSORFLOW = bytes.fromhex(
    "0300000000000000b099490e6f6e6501405508000000000000000029039807d8ea82a2"
)
EXAMPLES = {
    "0a1b0a190a056c6162656c12101a0e0a0cfeffffffffffffffff01ac02": {
        "label": Values("int64_list", [-2, 300])
    },
    "0a150a130a03626f78120c120a0a080000003f177617f2": {
        "box": Values("float_list", [0.5, float(np.float32(-3e30))])
    },
    "0a120a100a046e616d6512080a060a02c3bc0a00": {"name": Values("bytes_list", ["ü".encode(), b""])},
}


def bit_by_bit(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def test_checksums_of_the_standard():
    """RFC 3720, B.4."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert masked_crc32c(b"") == 0xA282EAD8


@pytest.mark.parametrize("size", [0, 1, 2047, 2048, 2049, 4096, 5000, 65_537])
def test_long_and_short_checksums_are_the_same(size):
    data = np.random.default_rng(size).bytes(size)
    assert crc32c(data) == bit_by_bit(data)


def test_the_file_is_as_tensorflow_writes_it(tmp_path):
    writer = RecordWriter(tmp_path / "a.tfrecord")
    for record in (b"one", b""):
        writer.write(record)
    assert (tmp_path / "a.tfrecord").read_bytes() == OF_TENSORFLOW  # whole before it is closed
    assert [*read_records(tmp_path / "a.tfrecord")] == [b"one", b""]


@pytest.mark.parametrize(("text", "features"), EXAMPLES.items())
def test_examples_are_as_tensorflow_writes_them(text, features):
    assert to_bytes(features).hex() == text
    assert from_bytes(bytes.fromhex(text)) == features


def test_numbers_that_are_not_packed_are_read():
    unpacked = bytes.fromhex("0a140a120a056c6162656c12091a07080308ac020805")
    assert from_bytes(unpacked) == {"label": Values("int64_list", [3, 300, 5])}


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_any_records_come_back(tmp_path, compression):
    draws = np.random.default_rng(0)
    records = [draws.bytes(size) for size in (0, 1, 5000, 3 * 2**20, 12)]
    writer = RecordWriter(tmp_path / "a", compression)
    for record in records:
        writer.write(record)
    writer.close()
    assert [*read_records(tmp_path / "a", compression)] == records
    with pytest.raises(StateError, match="open writer"):
        writer.write(b"more")


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("place", [0, 12, 14, 20, 33, -2])
def test_damage_is_told_by_the_record(tmp_path, compression, place):
    writer = RecordWriter(tmp_path / "a", compression)
    for record in (b"one", b"two", b"three"):
        writer.write(record)
    writer.close()
    content = bytearray((tmp_path / "a").read_bytes())
    content[place] ^= 0x55
    (tmp_path / "a").write_bytes(content)
    if compression and place == -2:  # zlib's own sum, of what was read already
        return
    with pytest.raises(FileFormatError, match=r"record \d must be whole"):
        list(read_records(tmp_path / "a", compression))


def test_an_end_too_early_is_told_and_whole_records_come_first(tmp_path):
    for size in range(1, len(OF_TENSORFLOW)):
        (tmp_path / "a").write_bytes(OF_TENSORFLOW[:size])
        found: list[bytes] = []
        if size == 19:  # after the first
            assert [*read_records(tmp_path / "a")] == [b"one"]
            continue
        with pytest.raises(FileFormatError, match=f"record {int(size > 19)} must be whole"):
            found.extend(read_records(tmp_path / "a"))
        assert found == [b"one"][: int(size > 19)]


def test_a_length_that_is_not_there_takes_no_memory(tmp_path, monkeypatch):
    length = (2**30).to_bytes(8, "little")
    head = length + masked_crc32c(length).to_bytes(4, "little")
    code = (
        "import resource, sys; from saccade.data.tfrecord.record_file import read_records\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "try: list(read_records(sys.argv[1], sys.argv[2]))\n"
        "except Exception as fault: print(type(fault).__name__)\n"
    )
    for packing, content in (("", head + b"abc"), ("GZIP", gzip.compress(head + b"abc"))):
        (tmp_path / "a").write_bytes(content)
        command = [sys.executable, "-c", code, tmp_path / "a", packing]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ})
        assert done.stdout == "FileFormatError\n", done.stderr
    (tmp_path / "a").write_bytes(head + b"abc")
    monkeypatch.setattr(record_file, "MOST_BYTES", 2**29)
    with pytest.raises(FileFormatError, match="one of 1,073,741,824 bytes"):
        list(read_records(tmp_path / "a"))


def test_wrong_words_and_files(tmp_path):
    with pytest.raises(InvalidArgument, match="GZIP"):
        RecordWriter(tmp_path / "a", "LZ4")
    with pytest.raises(NoSuchFile):
        list(read_records(tmp_path / "nothing"))
    with pytest.raises(FileFormatError, match="a folder"):
        list(read_records(tmp_path))


@pytest.mark.parametrize("text", ["0a", "0aff", "0a0708", "ffffffffffffffffffff01", "0a030a0b0c"])
def test_bytes_that_are_no_example(text):
    with pytest.raises(DataError, match="must be an encoded"):
        from_bytes(bytes.fromhex(text))


def test_any_bytes_end_in_an_example_or_an_error():
    draws = np.random.default_rng(3)
    whole = to_bytes({name: each for one in EXAMPLES.values() for name, each in one.items()})
    for _ in range(2000):
        data = bytearray(whole)
        for place in draws.integers(0, len(data), 3):
            data[place] = draws.integers(256)
        with contextlib.suppress(DataError):
            from_bytes(bytes(data[: draws.integers(len(data) + 1)]))
