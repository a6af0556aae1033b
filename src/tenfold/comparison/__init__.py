"""All classifiers on the same digits, on this machine, side by side."""
