"""board/desk/scan: puts a sample document on the running desk's scanner, or lists them."""
import argparse
import itertools
import json
import pathlib
import signal
import sys

from desk_client import Hardware, Refused

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(
        prog="board/desk/scan", description="Puts a sample document on the running desk's scanner.")
    parser.add_argument("name", nargs="?", help="which; without it they are listed")
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "build/desk",
                        help="the desk's run directory (default: build/desk)")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin",
                        help="where the built programs are")
    arguments = parser.parse_args()
    if not (arguments.dir / "desk.sock").exists():
        print(f"board/desk/scan: no desk runs in {arguments.dir}; start board/desk/run first",
              file=sys.stderr)
        return 1
    if not arguments.name:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a pager that is quit is no failure
        documents = json.loads((arguments.dir / "documents.json").read_text(encoding="utf-8"))
        for group, members in itertools.groupby(documents, lambda document: document["group"]):
            print(group)
            for document in members:
                print(f"  {document['name']:<12} {document['title']:<27} {document['what']}")
        return 0
    try:
        Hardware(arguments.programs, arguments.dir).do("scan", arguments.name)
    except Refused as why:
        print(f"board/desk/scan: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
