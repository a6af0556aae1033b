"""Large stacks of pictures, tuning and comparing, on this machine or on many; the only room that knows Ray."""
