"""Every classifier of the literature under one interface, and the catalogue of them."""
