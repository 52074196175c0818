"""Ask a machine's forwarded HTTP port for its page: fetch_page.py SERAI PROJECT_DIRECTORY; prints the URL."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.request import ProxyHandler, build_opener

TIMEOUT_S = 20


def main() -> int:
    serai, directory = sys.argv[1:]
    status = subprocess.run([serai, "status", "--json"], cwd=directory, check=True, stdout=subprocess.PIPE)
    forwards = [
        forward
        for machine in json.loads(status.stdout)["machines"].values()
        for forward in machine.get("forwards", [])
        if forward["guest"] == 80
    ]
    if not forwards:
        sys.stderr.write(f"no forwarded port leads to port 80: {status.stdout.decode()}\n")
        return 1
    url = f"http://127.0.0.1:{forwards[0]['host']}/"
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=TIMEOUT_S) as answer:
            answer.read()
    except OSError as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1
    sys.stdout.write(url + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
