"""Norms: versioned technical data that checks judge by."""
