"""Data sets: where they come from, how they are read, how they are split."""

from tenfold.data.dataset import Dataset
from tenfold.data.held_out import open_data

__all__ = ["Dataset", "open_data"]
