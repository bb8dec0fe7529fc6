"""The code is formatted as .clang-format says, by the version it is written for."""
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("board", "drivers", "firmware", "sync", "tests")
FORMATTER = shutil.which("clang-format-14")


@pytest.mark.skipif(not FORMATTER, reason="clang-format 14 is in Debian 12, not here")
def test_every_source_is_formatted():
    sources = sorted(str(path) for folder in FOLDERS for path in (ROOT / folder).rglob("*.[ch]"))
    done = subprocess.run([FORMATTER, "--dry-run", "--Werror", *sources], capture_output=True,
                          text=True, check=False)
    assert len(sources) > 100 and done.returncode == 0, done.stderr[:4000]
