"""Our own networks in Keras, by name: each built, not yet trained."""
