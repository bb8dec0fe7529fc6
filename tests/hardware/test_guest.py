"""The machine that the cases run on."""
import os
import select
import signal
import subprocess
import sys

from guest import LIMIT_S

BOOT = """
import signal, sys
sys.path.insert(0, sys.argv[1])
from guest import Guest
print(Guest(sys.argv[2], sys.argv[3], 9).process.pid, flush=True)
signal.pause()
"""


def test_a_machine_ends_with_the_tests_that_booted_it(tmp_path):
    image = tmp_path / "image"
    image.write_bytes(bytes(1 << 20))
    with subprocess.Popen([sys.executable, "-c", BOOT, os.path.dirname(__file__), image, tmp_path / "boot"],
                          stdout=subprocess.PIPE, text=True) as tests:
        machine = os.pidfd_open(int(tests.stdout.readline()))
        tests.kill()
    try:
        assert select.select([machine], [], [], LIMIT_S)[0]
    finally:
        if not select.select([machine], [], [], 0)[0]:
            signal.pidfd_send_signal(machine, signal.SIGKILL)
        os.close(machine)
