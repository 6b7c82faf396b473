"""`python -m toetskader.laboratory`: keep the embedded services running, to try by hand what a report says."""

import argparse
import threading
from datetime import date
from pathlib import Path

from toetskader.laboratory.example import example, running


def main() -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m toetskader.laboratory", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("targets/.laboratorium"))
    parser.add_argument("--date", type=date.fromisoformat, help="day that is judged, as of the audit (default: today)")
    options = parser.parse_args()
    folder: Path = options.folder
    scene = example(options.date)
    with running(scene, folder) as names:
        print(f"DNS: {names.resolver}; DNSSEC: {folder / 'anchors.zone'}; CA: {folder / 'ca.pem'}")
        for service in scene.services:
            print(f"https://{service.host}:{service.port} (http: {service.http_port})")
        print("Stoppen met Ctrl-C.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


main()
