"""Large stacks of pictures, on this machine or on many; the only room that knows Ray."""
