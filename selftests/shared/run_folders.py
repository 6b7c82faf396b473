"""Where a run left its files; `latest` points to whole runs only, and a run of some requirements is none."""

from pathlib import Path


def newest_run(reports: Path) -> Path:
    """Return the folder of the last run below `reports/`, whichever target it was of."""
    runs = [path for path in reports.glob("*/*") if path.is_dir() and not path.is_symlink()]
    return max(runs, key=lambda path: path.stat().st_mtime_ns)
