"""The arrows of firmware/ARCHITECTURE.md hold: a library can include only what it may see.

Not by reading the sources alone: for each pair of folders a file that includes the other's header is
compiled with the very flags the build uses, and has to fail exactly where there is no arrow.
"""
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Each folder, and the folders whose headers it may include besides its own.
BASE = {"firmware/base"}
CORE = BASE | {"firmware/core"}
STORE = CORE | {"firmware/store"}
SEES = {
    "drivers": set(),
    "firmware/base": set(),
    "firmware/core": BASE,
    "firmware/event": CORE,
    "firmware/store": CORE,
    "firmware/lane": STORE | {"drivers"},
    "firmware/console": CORE,
    "firmware/contract": CORE,
    "firmware/cli": STORE | {"firmware/event", "firmware/contract"},
    "sync": STORE,
    "sync/registry": STORE | {"firmware/event", "firmware/contract", "sync"},
    "board/desk": {"drivers", "firmware/base"},
}
PAIRS = [(a, b) for a in SEES for b in SEES if a != b]


def flags_of(folder):
    """The include flags of the build for a source of that folder."""
    commands = json.loads((pathlib.Path(os.environ["PAMIT_BUILD"]) /
                           "compile_commands.json").read_text())
    for command in commands:
        if pathlib.Path(command["file"]).parent == ROOT / folder:
            return re.findall(r"(?:-I ?|-isystem )\S+|-D\S+|-std=\S+", command["command"])
    pytest.fail(f"no source of {folder} is built")


def a_header_of(folder):
    """A header only that folder has: not one the system has too, as libcbor's cbor.h."""
    headers = [header for header in sorted((ROOT / folder).glob("*.h"))
               if not pathlib.Path("/usr/include", header.name).exists()]
    assert headers, f"{folder} has no header"
    return headers[0].name


def compiles(folder, header):
    words = [part for flag in flags_of(folder) for part in flag.replace('\\"', '"').split(" ")]
    done = subprocess.run(["cc", *words, "-fsyntax-only", "-x", "c", "-"], text=True,
                          input=f'#include "{header}"\n', capture_output=True, check=False)
    missing = "No such file" in done.stderr or "file not found" in done.stderr
    assert done.returncode == 0 or missing, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("folder,other", PAIRS)
def test_a_folder_can_include_another_only_along_an_arrow(folder, other):
    assert compiles(folder, a_header_of(other)) == (other in SEES[folder])


def test_no_source_reaches_around_the_include_path():
    around = [str(source.relative_to(ROOT)) for folder in SEES
              for source in (ROOT / folder).glob("*.[ch]")
              if re.search(r'#include\s+["<][^">]*/\.\./|#include\s+"\.\./',
                           source.read_text(encoding="utf-8"))]
    assert around == []


def test_no_two_folders_have_a_header_of_one_name():
    names = [header.name for folder in SEES for header in (ROOT / folder).glob("*.h")]
    assert len(names) == len(set(names))
