"""Makes the suite in `tests/` an audit; see `pytest --help`, under Toetskader."""

pytest_plugins = ["toetskader.plugin", "toetskader.plugin.html"]
