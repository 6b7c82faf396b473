"""A service on the internet."""
