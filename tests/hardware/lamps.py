"""The counter's lamps and buzzer, as the guest's kernel has them."""
import configparser
import pathlib
import re

PANEL = pathlib.Path(__file__).resolve().parents[2] / "board/panels/qemu-guest.conf"


def line_of(key):
    """The line of a lamp or button, from the table that the kiosk itself reads."""
    table = configparser.ConfigParser()
    table.read(PANEL)
    return int(table["panel"][key].removeprefix("GPIO"))


LAMPS = {name: line_of(f"lamp_{name}") for name in ("green", "amber", "red", "white")} | {
    "buzzer": line_of("buzzer")}


class Lamps:
    """The outputs as the kernel's chip has them: every change with its time, and how they are now."""

    def __init__(self, guest):
        self.guest = guest
        self.stream = guest.lamps
        self._base = int(guest.sh("cat /run/base 2>/dev/null", code=None) or 0)  # of its lines; 0: there is no chip yet

    def _line(self, name):
        """The kernel's own number of a lamp's line, as its trace has it."""
        if not self._base:
            self._base = int(self.guest.sh("cat /run/base"))
        return self._base + LAMPS[name]

    def changes(self, after=0):
        """(ms, name, on) of each time that an output was set."""
        names = {self._line(name): name for name in LAMPS}
        rows = (re.search(r"(\d+\.\d+): gpio_value: (\d+) set (\d)", line)
                for line in self.stream.lines[after:])
        return [(float(row[1]) * 1000, names[int(row[2])], row[3] == "1") for row in rows if row]

    def mark(self):
        """For `after`: what comes from now on."""
        return len(self.stream)

    def on(self, name, after=0):
        """Waits until the lamp has gone on beyond `after`; the guest's ms when it did."""
        return self._wait(name, 1, after)

    def off(self, name, after=0):
        return self._wait(name, 0, after)

    def wait(self, what, condition, after=0):
        """Waits until condition(changes beyond `after`) holds."""
        return self.stream.wait_for(what, lambda _lines: condition(self.changes(after)))

    def put_out(self, after):
        """Waits until all outputs have been put out in a row beyond `after`, as who takes or leaves the lines does;
        the guest's ms."""
        def all_out(changes):
            rows = (changes[at:at + len(LAMPS)] for at in range(len(changes)))
            return next((row[-1][0] for row in rows if {name for _ms, name, on in row if not on} == set(LAMPS)), None)
        return self.wait("put out in a row", all_out, after)

    def quiet(self, quiet_ms):
        """Waits until no output has been set for so long, by the guest's clock."""
        while True:
            now_ms = float(self.guest.sh("cut -d' ' -f1 /proc/uptime")) * 1000
            left_ms = self.changes()[-1][0] + quiet_ms - now_ms
            if left_ms <= 0:
                return
            self.guest.sh(f"usleep {int(left_ms * 1000) + 1}")

    def _wait(self, name, value, after):
        match = self.stream.wait(rf"(\d+\.\d+): gpio_value: {self._line(name)} set {value}", after)
        return float(match[1]) * 1000

    def lit(self):
        """The names of those that are driven now, read back one by one."""
        values = self.guest.sh("cd /run/bank; cat " + " ".join(
            f"sim_gpio{line}/value" for line in LAMPS.values()) + "; cd /").split()
        return {name for name, value in zip(LAMPS, values) if value == "1"}
