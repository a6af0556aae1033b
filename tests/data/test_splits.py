"""The cut of the training pictures is the stored one, fair to every digit, and never reaches the test pictures."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.data import written

from tenfold.config import Settings
from tenfold.data import held_out, open_data, splits
from tenfold.errors import DataError, UnknownName, UsageError


@given(
    labels=arrays.arrays(np.int64, st.integers(1, 300), elements=st.integers(0, 9)),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_cut_is_fair_to_every_digit(labels: np.ndarray, share: float, seed: int) -> None:
    count = round(share * len(labels))
    chosen = splits.choose_validation(labels, count, seed)
    assert len(chosen) == count
    assert (np.diff(chosen) > 0).all()
    of_all, of_chosen = (np.bincount(values, minlength=10) for values in (labels, labels[chosen]))
    assert (np.abs(of_chosen - of_all * count / len(labels)) < 1).all()
    np.testing.assert_array_equal(chosen, splits.choose_validation(labels, count, seed))


def test_another_seed_cuts_otherwise() -> None:
    labels = np.arange(1000) % 10
    one, other = (splits.choose_validation(labels, 100, seed) for seed in (1, 2))
    assert one.tolist() != other.tolist()


@pytest.mark.mnist
def test_the_stored_cut_is_made_again_to_the_byte(mnist_settings: Settings, tmp_path: Path) -> None:
    splits.write_validation(splits.training_files(mnist_settings).labels, tmp_path / "again.txt")
    stored = Path(splits.__file__).with_name("mnist_validation.txt")
    assert (tmp_path / "again.txt").read_bytes() == stored.read_bytes()


@pytest.mark.mnist
def test_mnist_is_55000_and_5000_and_10000(mnist_settings: Settings) -> None:
    whole = splits.training_files(mnist_settings)
    train, validation = splits.training_data(mnist_settings)
    test = held_out.test_data(mnist_settings)
    assert [len(part) for part in (train, validation, test)] == [55_000, 5_000, 10_000]
    assert [part.name for part in (train, validation, test)] == ["mnist:train", "mnist:validation", "mnist:test"]
    assert all(part.normalized for part in (train, validation, test))
    # Known of MNIST: the first digits of both files, and how many there are of each digit.
    assert whole.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    counts = np.bincount(whole.labels)
    assert counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert (np.abs(np.bincount(validation.labels) - counts / 12) < 1).all()
    # Together the two are the whole, each picture once, with its own label.
    chosen = np.isin(np.arange(60_000), splits.stored_validation())
    np.testing.assert_array_equal(validation.images, np.asarray(whole.images)[chosen])
    np.testing.assert_array_equal(train.images, np.asarray(whole.images)[~chosen])
    np.testing.assert_array_equal(train.labels, whole.labels[~chosen])


@pytest.mark.mnist
def test_the_parts_by_name(mnist_settings: Settings) -> None:
    assert open_data("mnist", mnist_settings).name == "mnist:test"
    for name in ("mnist:train", "mnist:validation", "mnist:test"):
        assert open_data(name, mnist_settings).name == name


@pytest.mark.mnist
def test_another_seed_for_mnist(mnist_settings: Settings) -> None:
    _, stored = splits.training_data(mnist_settings)
    _, other = splits.open_training_data("mnist", mnist_settings, seed=1)
    assert len(other) == 5_000
    assert not np.array_equal(stored.labels, other.labels)


def test_own_data_is_cut_one_in_twelve(settings: Settings, tmp_path: Path) -> None:
    images, labels = written.some_digits(120)
    (tmp_path / "mine.csv").write_bytes(written.csv(images, labels))
    train, validation = splits.open_training_data(str(tmp_path / "mine.csv"), settings)
    assert np.bincount(train.labels).tolist() == [11] * 10
    assert np.bincount(validation.labels).tolist() == [1] * 10
    assert train.name == f"{tmp_path / 'mine.csv'}:train"
    assert not train.normalized
    both = np.concatenate([np.asarray(train.images), np.asarray(validation.images)])
    assert sorted(picture.tobytes() for picture in both) == sorted(picture.tobytes() for picture in images)


def test_of_own_data_with_a_test_part_only_the_training_part_is_used(settings: Settings, tmp_path: Path) -> None:
    written.idx_folder(tmp_path, *written.some_digits(24, seed=1), "-idx", "train")
    written.idx_folder(tmp_path, *written.some_digits(12, seed=2), "-idx", "t10k")
    train, validation = splits.open_training_data(str(tmp_path), settings)
    assert (len(train), len(validation)) == (22, 2)


@pytest.mark.parametrize("spec", ["mnist:test", "mnist:validation", "some/folder:test"])
def test_parts_for_evaluation_are_not_trained_on(settings: Settings, spec: str) -> None:
    with pytest.raises(UsageError, match="kept for evaluation"):
        splits.open_training_data(spec, settings)


def test_training_on_a_folder_that_holds_only_a_test_part(settings: Settings, tmp_path: Path) -> None:
    written.idx_folder(tmp_path, *written.some_digits(), "-idx", "t10k")
    with pytest.raises(DataError, match="train-images-idx3-ubyte"):
        splits.open_training_data(str(tmp_path), settings)
    images, labels = written.some_digits()
    np.savez(tmp_path / "test.npz", x_test=images, y_test=labels)
    with pytest.raises(DataError, match="x_train and y_train; got x_test, y_test"):
        splits.open_training_data(str(tmp_path / "test.npz"), settings)


def test_training_on_too_little_or_nothing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_bytes(written.csv(*written.some_digits(1)))
    with pytest.raises(DataError, match="at least 2"):
        splits.open_training_data(str(tmp_path / "one.csv"), settings)
    with pytest.raises(UnknownName, match=r"gone\.csv"):
        splits.open_training_data(str(tmp_path / "gone.csv"), settings)


@pytest.mark.mnist
def test_the_test_pictures_are_refused_under_any_name(mnist_settings: Settings, tmp_path: Path) -> None:
    test = held_out.test_data(mnist_settings)
    assert isinstance(test.images, np.ndarray)
    np.savez(tmp_path / "mine.npz", images=test.images, labels=test.labels)
    written.idx_folder(tmp_path, test.images, test.labels, "-idx", "train")
    (tmp_path / "train.csv.gz").write_bytes(gzip.compress(written.csv(test.images, test.labels), 1))
    for path in (tmp_path / "mine.npz", tmp_path, tmp_path / "train.csv.gz"):
        with pytest.raises(DataError, match="10,000 test pictures of MNIST"):
            splits.open_training_data(str(path), mnist_settings)
