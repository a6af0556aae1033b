"""What serving sees of a network: a card, a classifier protocol, and ONNX Runtime. Never Keras."""

import os

# ONNX Runtime keeps a record of its use, with a number for the device, in the user's cache, to be sent
# to its maker. It reads this once, while it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
