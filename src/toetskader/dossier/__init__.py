"""The dossier as people fill it in: what is asked, folders to begin with, how it stands, digests, places and sheets."""
