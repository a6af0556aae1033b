"""From a path, bytes, an array or strokes to the 28x28 picture a network is given."""
