"""Kinds of parts that a target can have: one module a kind, and the registry that lists them.

What is known of a kind stands in its module and nowhere else; judging, audit, report and plugin ask the registry.
"""
