#!/usr/bin/python3
"""Makes the seeds of fuzz_scan_path from the recordings in tests/replay: corpus/scan_path/NAME each."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "replay"))

from recording import Recording  # noqa: E402

SILENCE = b"\xff"
ONE_SUBSTITUTION, WHOLE_RUNS = b"\x00", b"\x00"

profiles = re.findall(r'\.name = "(.+)"',
                      (HERE.parents[1] / "drivers" / "scan_profile.c").read_text(encoding="ascii"))
for path in (HERE.parent / "replay").glob("*.log"):
    recording = Recording(path)
    sent = b""
    for block in recording.blocks:
        sent += b"".join(argument for what, argument in block.steps() if what == "send") + SILENCE
    head = bytes([profiles.index(recording.header["profile"])]) + ONE_SUBSTITUTION + WHOLE_RUNS
    (HERE / "corpus" / "scan_path" / path.stem).write_bytes(head + sent)
