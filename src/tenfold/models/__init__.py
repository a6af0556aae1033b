"""What serving sees of a network: a card, a classifier protocol, and ONNX Runtime. Never Keras."""
