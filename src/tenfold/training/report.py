"""The report's program: from MNIST's files to a saved network, its history and a picture of its curves."""
