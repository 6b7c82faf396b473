"""The judgements: pure pytest functions, one per check, grouped by subject."""
