"""Fetching what a target names from the web, and nothing else: every connection and every redirect is checked."""
