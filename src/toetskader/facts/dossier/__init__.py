"""The dossier: documents that prove what no machine can see, and what was read of their files."""
