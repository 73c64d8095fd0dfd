"""Published sets: files of their layout, found where Keras keeps them, and no network."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import tarfile

import numpy as np
import pytest

from saccade.datasets import cifar, cifar10, cifar100, fashion_mnist, mnist
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile

PIXELS = np.random.RandomState(0).randint(0, 256, (6, 28, 28), "uint8")
LABELS = np.arange(6, dtype="uint8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(fashion_mnist, "PACKAGED", str(tmp_path / "packaged"))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def keep(monkeypatch, path, data, module):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    monkeypatch.setattr(module, "SHA256", hashlib.sha256(data).hexdigest())


def test_mnist(folder, monkeypatch):
    written = io.BytesIO()
    np.savez(written, x_train=PIXELS, y_train=LABELS, x_test=PIXELS[:2], y_test=LABELS[:2])
    keep(monkeypatch, folder / "mnist.npz", written.getvalue(), mnist)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, PIXELS)
    assert (x_train.dtype, y_train.tolist()) == (np.uint8, LABELS.tolist())
    assert (x_test.shape, y_test.shape) == ((2, 28, 28), (2,))


def test_fashion_mnist(folder, monkeypatch):
    hashes = {}
    for part, count in (("train", 6), ("t10k", 2)):
        for kind, header, data in (
            ("labels-idx1", 8, LABELS[:count]),
            ("images-idx3", 16, PIXELS[:count]),
        ):
            name = f"{part}-{kind}-ubyte.gz"
            packed = gzip.compress(b"\0" * header + data.tobytes())
            (folder / "fashion-mnist").mkdir(exist_ok=True)
            # Keras keeps them in datasets/fashion-mnist of its folder
            (folder / "fashion-mnist" / name).write_bytes(packed)
            hashes[name] = hashlib.md5(packed).hexdigest()
    monkeypatch.setattr(fashion_mnist, "MD5", hashes)
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, PIXELS)
    assert (x_test.shape, y_train.tolist(), y_test.tolist()) == (
        (2, 28, 28), LABELS.tolist(), [0, 1],
    )  # fmt: skip


def archive(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as packed:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            packed.addfile(entry, io.BytesIO(data))
    return written.getvalue()


def batch(count, **labels):
    pixels = np.random.RandomState(count).randint(0, 256, (count, 3072)).astype("uint8")
    kept = {b"data": pixels, **{key.encode(): value for key, value in labels.items()}}
    return pixels, pickle.dumps(kept, protocol=2)


def test_cifar10(folder, monkeypatch):
    parts = {n: batch(2, labels=[n, 0]) for n in range(1, 6)}
    test = batch(3, labels=[7, 8, 9])
    files = {f"cifar-10-batches-py/data_batch_{n}": data for n, (_, data) in parts.items()}
    packed = archive({**files, "cifar-10-batches-py/test_batch": test[1]})
    keep(monkeypatch, folder / "cifar-10-batches-py-target_archive", packed, cifar10)
    for _ in range(2):  # the second time from the folder
        (x_train, y_train), (x_test, y_test) = cifar10.load_data()
        assert (x_train.shape, x_train.dtype) == ((10, 32, 32, 3), np.uint8)
        assert (y_train[:, 0].tolist(), y_test.tolist()) == (
            [1, 0, 2, 0, 3, 0, 4, 0, 5, 0], [[7], [8], [9]],
        )  # fmt: skip
        # a row has all of red, then green, then blue
        np.testing.assert_array_equal(x_test[0, :, :, 1].ravel(), test[0][0, 1024:2048])


@pytest.mark.parametrize(("mode", "labels"), [("fine", [9, 8]), ("coarse", [1, 0])])
def test_cifar100(folder, monkeypatch, mode, labels):
    _, data = batch(2, fine_labels=[9, 8], coarse_labels=[1, 0])
    packed = archive({"cifar-100-python/train": data, "cifar-100-python/test": data})
    keep(monkeypatch, folder / "cifar-100-python-target_archive", packed, cifar100)
    (x_train, y_train), _ = cifar100.load_data(mode)
    assert (x_train.shape, y_train[:, 0].tolist()) == ((2, 32, 32, 3), labels)
    assert y_train.dtype == np.int64
    (folder / "cifar-100-python-target" / "cifar-100-python" / "train").write_bytes(b"damaged")
    with pytest.raises(FileFormatError, match=r'Remove ".*cifar-100-python-target", and call'):
        cifar100.load_data(mode)


def test_a_pickle_that_would_run_something_is_refused(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (print, ("this must not be printed",))

    (tmp_path / "batch").write_bytes(pickle.dumps({b"data": Harmful()}))
    with pytest.raises(FileFormatError, match=r"it names builtins\.print, which is no array"):
        cifar.read_batch(str(tmp_path / "batch"), "labels")


def test_wrong_words_and_damaged_files(folder, monkeypatch):
    with pytest.raises(InvalidArgument, match='"fine" or "coarse"'):
        cifar100.load_data("medium")
    keep(monkeypatch, folder / "mnist.npz", b"no arrays", mnist)
    with pytest.raises(FileFormatError, match="as it was published"):
        mnist.load_data()


def test_offline_it_says_what_to_put_where(folder, monkeypatch, online):
    monkeypatch.setattr(mnist, "ADDRESS", "http://127.0.0.1:9/mnist.npz")
    with pytest.raises(NoSuchFile) as told:
        mnist.load_data()
    assert f'put it at "{folder / "mnist.npz"}"' in str(told.value)


def test_fashion_mnist_as_a_distribution_packed_it_again(folder, monkeypatch):
    hashes = {}
    (folder.parent / "packaged").mkdir()
    for name in fashion_mnist.MD5:
        count = 2 if name.startswith("t10k") else 6
        is_image = "images" in name
        data = b"\0" * (16 if is_image else 8) + (PIXELS if is_image else LABELS)[:count].tobytes()
        (folder.parent / "packaged" / name).write_bytes(gzip.compress(data))
        hashes[name] = hashlib.md5(data).hexdigest()
    monkeypatch.setattr(fashion_mnist, "UNPACKED_MD5", hashes)
    (x_train, _), (_, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, PIXELS)
    assert y_test.tolist() == [0, 1]


def test_without_a_connection_the_error_says_what_to_put_where(folder, monkeypatch, caplog):
    address = "http://127.0.0.1:9/mnist.npz"  # where nobody listens
    monkeypatch.setattr(mnist, "ADDRESS", address)
    where = folder / "mnist.npz"
    asked = (
        f'mnist.npz: must be .*fetch {address} .* put it at "{where}". It must have the sha256 731c'
    )
    with pytest.raises(NoSuchFile, match=asked):
        mnist.load_data()
    np.savez(where, x_train=PIXELS, y_train=LABELS, x_test=PIXELS, y_test=LABELS)
    kept = where.read_bytes()
    with pytest.raises(NoSuchFile, match=asked):
        mnist.load_data()
    assert f'"{where}" is not the file that is published, which must have the sha256' in caplog.text
    assert where.read_bytes() == kept
