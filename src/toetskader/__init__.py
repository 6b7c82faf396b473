"""Toetskader: policy-as-code for municipal ICT.

PYTEST_DONT_REWRITE: our guard is imported before pytest can rewrite what it asserts.
"""
