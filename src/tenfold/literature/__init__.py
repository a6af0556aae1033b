"""Every classifier of the literature under one interface, and their comparison."""
