"""Trainable classifiers by name."""
