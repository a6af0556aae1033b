"""Keras, and a small network, as the tests of training have them."""

from tests.training.conftest import keras, pytest_collection_modifyitems, small_digit

__all__ = ["keras", "pytest_collection_modifyitems", "small_digit"]
