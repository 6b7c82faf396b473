"""Facts: frozen, dated records of what a collector saw, and pure derivations on them.

Imports nothing of ours but `text`.
"""
