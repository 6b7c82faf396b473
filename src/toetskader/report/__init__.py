"""Views of the results of a run: HTML, JSON, CSV, JUnit XML and the terminal."""
