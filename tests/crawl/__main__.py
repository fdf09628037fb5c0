"""Crawl a running server and report what is wrong with it.

    python -m tests.crawl http://127.0.0.1:8000/ --documents 2000

The exit status is 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.crawl.crawler import Crawl


def main() -> int:
    """Crawl the server that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="root of the server, with a slash at its end")
    parser.add_argument("--documents", type=int, help="how many documents to look at; default: all")
    parser.add_argument("--sample", type=int, default=20, help="one of how many is negotiated in every format")
    parser.add_argument("--all", action="store_true", help="fetch what robots.txt asks crawlers not to fetch as well")
    arguments = parser.parse_args()
    started = time.monotonic()
    crawl = Crawl(arguments.url, arguments.documents, arguments.sample, obedient=not arguments.all).run()
    print(crawl.report())
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if crawl.faults else 0


if __name__ == "__main__":
    sys.exit(main())
