"""A data set hands its pictures out one by one, or as a network is given them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.data import written

from tenfold.config import Settings
from tenfold.data import Dataset, open_data
from tenfold.errors import DataError
from tenfold.imaging.load import load
from tenfold.imaging.normalize import normalize


def a_seven() -> np.ndarray:
    """Dark ink on white: uint8 (60, 50)."""
    pixels = np.full((60, 50), 255, np.uint8)
    pixels[10:16, 10:40] = 20
    pixels[16:50, 34:40] = 20
    return pixels


def test_pictures_are_loadable_and_named() -> None:
    images, labels = written.some_digits(3)
    pictures = list(Dataset(images, labels, "mine").pictures())
    assert [picture.source for picture in pictures] == ["mine, picture 0", "mine, picture 1", "mine, picture 2"]
    for picture, pixels in zip(pictures, images, strict=True):
        np.testing.assert_array_equal(load(picture).pixels, pixels)


def test_pictures_of_files_are_named_after_them(settings: Settings, tmp_path: Path) -> None:
    written.picture_folder(tmp_path, [a_seven()], np.array([7]))
    (picture,) = open_data(str(tmp_path), settings).pictures(settings)
    assert picture.source == str(tmp_path / "7" / "000.png")


def test_a_network_is_given_what_normalisation_makes(settings: Settings, tmp_path: Path) -> None:
    written.picture_folder(tmp_path, [a_seven(), np.full((30, 30), 255, np.uint8)], np.array([7, 8]))
    given = open_data(str(tmp_path), settings).network_pixels(settings)
    assert given.shape == (2, 28, 28)
    assert given.dtype == np.uint8
    np.testing.assert_array_equal(given[0], normalize(load(a_seven())).pixels)
    assert given[0].max() > 200  # bright ink on black
    assert not given[1].any()


def test_normalised_pictures_go_to_a_network_as_they_are() -> None:
    images, labels = written.some_digits()
    assert Dataset(images, labels, "mnist:test", normalized=True).network_pixels() is images


def test_taking_some(settings: Settings, tmp_path: Path) -> None:
    images, labels = written.some_digits()
    some = Dataset(images, labels, "mine", normalized=True).take(np.array([3, 1]))
    np.testing.assert_array_equal(some.images, images[[3, 1]])
    assert some.labels.tolist() == [3, 1]
    assert (some.name, some.normalized, len(some)) == ("mine", True, 2)
    written.picture_folder(tmp_path, list(images), labels)
    files = open_data(str(tmp_path), settings).take(np.array([11, 0]), "two of them")
    assert [picture.source for picture in files.pictures()] == [
        str(tmp_path / "9" / "009.png"),
        str(tmp_path / "0" / "000.png"),
    ]
    assert files.name == "two of them"


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (3, [1, 2], "3 pictures but 2 labels"),
        (0, [], "no pictures"),
        (2, [1, 10], "label 1 is 10"),
        (2, [-1, 1], "label 0 is -1"),
    ],
)
def test_what_is_no_data_set(images: int, labels: list[int], words: str) -> None:
    with pytest.raises(DataError, match=f"mine.*{words}"):
        Dataset(np.zeros((images, 28, 28), np.uint8), np.array(labels, np.int64), "mine")
