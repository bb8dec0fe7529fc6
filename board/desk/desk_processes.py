"""Starts Pamit's processes, follows what they log, and ends them.

A process logs a line an event, `<6>pamit-lane PRESENTED seq=12 verdict=RUJUK`. Each line becomes an
Event that is kept, so that waiting for one never races with its coming.
"""
import dataclasses
import re
import signal
import subprocess
import threading
import time

LINE = re.compile(r"^<(\d)>(\S+) (\S+) ?(.*)$")


@dataclasses.dataclass
class Event:
    at: float
    process: str
    priority: int
    name: str
    details: str

    def detail(self, key):
        found = re.search(rf'(?:^| ){key}=("[^"]*"|\S+)', self.details)
        return found.group(1).strip('"') if found else None


class Died(Exception):
    """A process ended that should not have."""


class Processes:
    def __init__(self, on_event=lambda event: None):
        self.on_event = on_event
        self.events = []
        self.running = {}
        self.changed = threading.Condition()
        self.readers = {}

    def start(self, name, *command):
        """Starts NAME and returns its Popen."""
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   errors="replace", process_group=0)
        self.running[name] = process
        reader = threading.Thread(target=self._read, args=(name, process), daemon=True)
        reader.start()
        self.readers[name] = reader
        return process

    def _read(self, name, process):
        for line in process.stderr:
            found = LINE.match(line.rstrip("\n"))
            if found:
                event = Event(time.time(), name, int(found[1]), found[3], found[4])
            else:
                event = Event(time.time(), name, 3, "SAID", line.rstrip("\n"))
            self._add(event)
        process.wait()
        self._add(Event(time.time(), name, 5, "ENDED", f"code={process.returncode}"))

    def _add(self, event):
        self.on_event(event)
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait(self, process, name, where=lambda event: True, since=0, timeout_s=60):
        """The first event of that process and name (or one of several names) from index `since` on.
        Died if it ends before."""
        names = (name,) if isinstance(name, str) else name
        deadline = time.monotonic() + timeout_s
        at = since
        with self.changed:
            while True:
                while at < len(self.events):
                    event = self.events[at]
                    at += 1
                    if event.process == process and event.name in names and where(event):
                        return event
                    if event.process == process and event.name == "ENDED" and at > since:
                        raise Died(self.last_words(process))
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{process} did not say {' or '.join(names)}\n{self.last_words(process)}")
                self.changed.wait(left)

    def last_words(self, process):
        lines = [f"{e.name} {e.details}" for e in self.events if e.process == process]
        return f"{process}:\n  " + "\n  ".join(lines[-8:])

    def kill(self, name):
        """SIGKILL, at once, as a crash would. Returns the exit code."""
        self.running[name].kill()
        return self._ended(name)

    def _ended(self, name):
        """Waits for the end and for the last of what was said; the exit code."""
        process = self.running.pop(name)
        process.wait()
        self.readers.pop(name).join()
        return process.returncode

    def stop(self, name, timeout_s=10):
        """SIGTERM, and wait. Returns the exit code."""
        process = self.running[name]
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
        return self._ended(name)

    def stop_all(self):
        """Last started, first ended."""
        return {name: self.stop(name) for name in reversed(list(self.running))}
