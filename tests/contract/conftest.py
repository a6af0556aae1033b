"""Keras, as the tests of training load it."""

from tests.training.conftest import keras, pytest_collection_modifyitems

__all__ = ["keras", "pytest_collection_modifyitems"]
