"""A small internet on loopback, for tests and for the embedded example."""
