"""`python -m toetskader.laboratory`: keep the embedded services running, to try by hand what a report says."""

import sys
import threading
from pathlib import Path

from toetskader.laboratory.example import example, running


def main() -> None:
    """Run until Ctrl-C."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "targets/.laboratorium")
    scene = example()
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
