"""A small network in plain numpy, to be read and watched: every step of forward, backward and Adam is written out."""

from tenfold.teaching.lesson import Checked, Digits, Lesson, Stepped, Tested, examine, teach
from tenfold.teaching.network import Network, teaching_network

__all__ = ["Checked", "Digits", "Lesson", "Network", "Stepped", "Tested", "examine", "teach", "teaching_network"]
