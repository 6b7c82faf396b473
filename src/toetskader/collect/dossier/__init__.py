"""Reading a dossier: its folders, the documents in them, and their files in a process that can be ended."""
