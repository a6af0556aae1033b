"""Classifiers as they are once fitted: arrays, and what numpy makes of pictures with them."""
