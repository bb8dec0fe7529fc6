#!/usr/bin/python3
"""Every recording, played into a real lane, gives what it says. README.md tells how to add one."""
import difflib
import pathlib
import sys
import tempfile
from concurrent import futures

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from player import Counter, Player, make_keys  # noqa: E402
from recording import Recording  # noqa: E402

RECORDINGS = sorted(pathlib.Path(__file__).parent.glob("*.log"))
AT_A_TIME = 16  # written; they mostly wait


def play(recording, folder, keys, write=False):
    """The recording's text with what came in place of what it expects."""
    counter = Counter(folder, keys, recording.header["profile"])
    try:
        counter.start()
        player = Player(counter, write)
        player.play(recording.blocks)
        return recording.text(player.finish())
    finally:
        counter.end()


@pytest.fixture(name="keys", scope="session")
def fixture_keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("path", RECORDINGS, ids=[path.stem for path in RECORDINGS])
def test_a_recording_gives_what_it_says(path, keys, tmp_path):
    came = play(Recording(path), tmp_path, keys)
    expected = path.read_text(encoding="ascii")
    if came != expected:
        pytest.fail("\n".join(difflib.unified_diff(
            expected.splitlines(), came.splitlines(), "expected", "came", lineterm="")), pytrace=False)


def write(path, keys, folder):
    """Puts what comes into the recording."""
    folder.mkdir()
    path.write_text(play(Recording(path), folder, keys, write=True), encoding="ascii")
    print(f"{path.name}: written, review it")


def main(names):
    with tempfile.TemporaryDirectory() as name, futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        folder = pathlib.Path(name)
        keys = make_keys(folder)
        for done in [pool.submit(write, path, keys, folder / path.stem) for path in RECORDINGS
                     if path.stem in names]:
            done.result()


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "--write":
        sys.exit("usage: PAMIT_BIN=FOLDER test_replay.py --write NAME...")
    main(sys.argv[2:])
