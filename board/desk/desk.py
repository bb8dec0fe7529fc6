"""The desk: Pamit with simulated counter hardware, all of it on this machine.

Started by board/desk/run, which installs and builds first.
"""
import argparse
import fcntl
import pathlib
import shutil
import signal
import sys
import time

import desk_setup
import tour
from desk_client import Hardware, Page
from desk_processes import Died, Processes

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Desk:
    """A run directory and the processes that serve it."""

    def __init__(self, folder, programs, ports, on_event=lambda event: None):
        self.folder = folder
        self.programs = programs
        self.ports = ports
        self.processes = Processes(on_event)
        self.page = Page(ports["page_port"], folder / "console.token")
        self.hardware = Hardware(programs, folder)

    def claim(self):
        """Takes the run directory for this desk; False: another one runs there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.lock = open(self.folder / "desk.lock", "w", encoding="ascii")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def clear(self):
        """Forgets earlier runs in this directory."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "desk.lock":
                path.unlink()

    def begin_anew(self):
        """Forgets what earlier runs recorded; the keys stay."""
        for part in ("lane", "sync", "registry"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
        (self.folder / "samples.day").unlink(missing_ok=True)

    def prepare(self):
        desk_setup.prepare(self.folder, self.programs, self.ports)

    def command(self, name):
        kiosk = ("--config", self.folder / "pamit.conf")
        return {
            "registry": ("pamit-registry", "serve", "--config", self.folder / "registry.conf"),
            "desk": ("pamit-desk", "--dir", self.folder, "--port", self.ports["desk_port"],
                     "--page-port", self.ports["page_port"],
                     "--registry-port", self.ports["registry_port"],
                     "--relay-port", self.ports["relay_port"]),
            "sync": ("pamit-sync", *kiosk),
            "console": ("pamit-console", *kiosk),
            "lane": ("pamit-lane", *kiosk),
        }[name]

    def start(self, name):
        """Starts a process and waits until it says it is ready."""
        since = len(self.processes.events)
        program, *arguments = self.command(name)
        process = self.processes.start(name, self.programs / program, *arguments)
        said = "REGISTRY_LISTENING" if name == "registry" else "READY"
        self.processes.wait(name, said, since=since)
        return process

    def start_counter(self):
        """All but what brings data to it."""
        for name in ("registry", "desk", "lane", "console"):
            self.start(name)

    def start_all(self):
        self.start_counter()
        self.start("sync")

    def stop_all(self):
        return self.processes.stop_all()


def print_event(event):
    """One line an event; what needs attention stands out on a terminal."""
    colours = {2: "\033[1;31m", 3: "\033[31m", 4: "\033[33m"}
    colour = colours.get(event.priority, "") if sys.stdout.isatty() else ""
    clock = time.strftime("%H:%M:%S", time.localtime(event.at))
    end = "\033[0m" if colour else ""
    line = f"{colour}{clock}  {event.process:<9}{event.name:<20} {event.details}{end}\n"
    sys.stdout.write(line)  # in one call: events come from several threads
    sys.stdout.flush()


def serve(desk):
    """Until Ctrl-C or SIGTERM."""
    print(f"\nThe counter serves. Open in a browser:\n"
          f"\n    http://127.0.0.1:{desk.ports['desk_port']}/\n"
          f"\n(the officer's page alone: {desk.page.address()})\n"
          f"Or put a document on the scanner from another terminal: board/desk/scan siti\n"
          f"Ctrl-C ends everything.\n", flush=True)
    while True:
        signal.pause()


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="board/desk/run", description="Serves a counter without hardware on this machine.")
    parser.add_argument("--tour", action="store_true",
                        help="without a person: scan, decide, pull the network, check; then end")
    parser.add_argument("--dir", type=pathlib.Path,
                        help="run directory: keys, journal, cache (default: build/desk)")
    parser.add_argument("--anew", action="store_true",
                        help="forget what earlier runs recorded in the run directory")
    parser.add_argument("--free-ports", action="store_true",
                        help="use any free ports instead of the usual ones")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin",
                        help="where the built programs are")
    return parser.parse_args()


def interrupt(_signal, _frame):
    raise KeyboardInterrupt


def say(text):
    print(f"board/desk/run: {text}", file=sys.stderr)


def run(desk, with_tour):
    desk.prepare()
    if not with_tour:
        desk.start_all()
        return serve(desk)
    desk.start_counter()
    code = tour.main(desk)
    desk.processes.on_event = lambda event: None  # the table is the last thing to read
    return code


def main():
    arguments = parse_arguments()
    folder = arguments.dir or ROOT / ("build/desk-tour" if arguments.tour else "build/desk")
    any_ports = arguments.tour or arguments.free_ports
    ports = desk_setup.free_ports() if any_ports else desk_setup.DEFAULT_PORTS
    taken = [] if any_ports else desk_setup.ports_taken(ports)
    if taken:
        say(f"ports in use: {', '.join(taken)}; is another desk running? "
            "(--free-ports takes others)")
        return 1
    desk = Desk(folder.resolve(), arguments.programs.resolve(), ports, print_event)
    if not desk.claim():
        say(f"another desk runs in {folder} (--dir takes another folder)")
        return 1
    if arguments.tour and not arguments.dir:
        desk.clear()
    if arguments.anew:
        desk.begin_anew()
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    try:
        return run(desk, arguments.tour)
    except KeyboardInterrupt:
        print("\nending", flush=True)
        return 0
    except (Died, TimeoutError) as fault:
        say(fault)
        if "this program knows version" in str(fault):
            say(f"{folder} is of another version of Pamit: --anew begins without what is in it, "
                "--dir takes another folder")
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        desk.stop_all()


if __name__ == "__main__":
    sys.exit(main())
