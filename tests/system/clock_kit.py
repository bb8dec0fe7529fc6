"""A system clock that a test sets while the programs it is preloaded into run (other_clock.c)."""
import contextlib
import mmap
import os
import struct

from desk_kit import PROGRAMS

UNKNOWN, OPERATOR_SET, HOLDOVER, SYNCED = range(4)  # in an entry


class Clock:
    """The clock of the programs that are started within `kiosk()`: right, and vouched for by nobody, until it is set."""

    def __init__(self, folder):
        path = folder / "clock"
        path.write_bytes(bytes(16))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 16)
        self.environment = {
            "LD_PRELOAD": str(PROGRAMS / "other_clock.so"), "PAMIT_TEST_CLOCK": str(path),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    def set(self, offset_ms, quality=SYNCED):
        self.memory[:16] = struct.pack("=qii", offset_ms, quality == SYNCED, quality == HOLDOVER)

    @contextlib.contextmanager
    def kiosk(self):
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
