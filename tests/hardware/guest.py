"""A kiosk's machine under QEMU: Debian's arm64 kernel, its drivers, the wires that a test pulls.

    with Guest(image, folder, registry_port) as guest:    # booted, and its rig answers
        guest.sh("start lane")
        guest.log.wait("READY")                           # a line that a process logged
        guest.cut()                                       # the power

Nothing here waits for a fixed time: a wait ends with what it waits for, or fails after LIMIT_S.
"""
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import time

BUILD = pathlib.Path(os.environ["PAMIT_HARDWARE"])
LIMIT_S = 120  # no wait of a good run takes a tenth of it; a machine with other work may
REGISTRY = "10.0.2.100"
# The guest's time is what it has executed, two ns an instruction (a processor of 500 MHz), and passes
# as ours while it is idle. So on a busy machine it is slow, and wakes from an idle moment as late as
# the machine is, but what it measures of its own work does not hang on the load here.
CLOCKED = ("-accel", "tcg,thread=single", "-icount", "shift=1,sleep=on", "-smp", "1")
# What the kernel would spend half of its boot on here, and no device of a kiosk uses: self tests of its crypto, its
# keyring, BPF's tables.
SKIPPED = ("cryptomgr.notests=1 initcall_blacklist=load_system_certificate_list,jent_mod_init,bpf_tcp_ca_kfunc_init,"
           "bpf_dummy_struct_ops_init")
PORTS = ("rig", "log", "lamps", "page")  # of virtio-serial; guest/init says what each carries


class Silent(AssertionError):
    """What was waited for did not come."""


class Lines:
    """The lines of a stream as they come, from a thread of their own."""

    def __init__(self, name, stream, copy):
        self.name, self.lines, self.at_end = name, [], False
        self._changed = threading.Condition()
        self._copy = copy
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        try:
            for line in stream:
                self._copy.write(line)
                self._copy.flush()
                with self._changed:
                    self.lines.append(line.rstrip("\r\n"))
                    self._changed.notify_all()
        except OSError:
            pass  # the machine was cut off
        with self._changed:
            self.at_end = True
            self._changed.notify_all()

    def __len__(self):
        return len(self.lines)

    def wait_for_end(self):
        """Waits until all that was told has come, of a machine that has ended."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.at_end, LIMIT_S):
                raise Silent(f"{self.name}: does not end")

    def wait(self, pattern, after=0, limit_s=LIMIT_S):
        """The match of the first line beyond number `after` that `pattern` is found in."""
        def first(lines):
            return next(filter(None, (re.search(pattern, line) for line in lines)), None)
        return self.wait_for(pattern, first, after, limit_s)

    def wait_for(self, what, condition, after=0, limit_s=LIMIT_S):
        """What condition(lines beyond number `after`) returns once that is true."""
        deadline = time.monotonic() + limit_s
        with self._changed:
            while True:
                found = condition(self.lines[after:])
                if found:
                    return found
                left = deadline - time.monotonic()
                if self.at_end or left <= 0:
                    raise Silent(f"{self.name}: no {what!r} in {self.lines[after:][-20:]}")
                self._changed.wait(left)


def connect(path, process):
    """A connection to a socket that QEMU is about to listen on; by its folder's descriptor, since a socket's path has
    room for 107 bytes only."""
    deadline = time.monotonic() + LIMIT_S
    while True:
        stream = socket.socket(socket.AF_UNIX)
        folder = os.open(path.parent, os.O_PATH)
        try:
            stream.connect(f"/proc/self/fd/{folder}/{path.name}")
            return stream
        except (FileNotFoundError, ConnectionRefusedError):
            stream.close()
            if process.poll() is not None or time.monotonic() > deadline:
                raise Silent(f"QEMU does not listen on {path.name}, see {path.parent}") from None
            time.sleep(0.01)
        finally:
            os.close(folder)


class Guest:
    """One boot of the machine; `image` is its disk and stays what it is when the power goes."""

    def __init__(self, image, folder, registry_port, *, rtc="base=utc", append="", record=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.scanner, self.streams = None, []
        self.process = subprocess.Popen(
            self._command(self._disk(image, record), registry_port, rtc, append),
            cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            stdout=open(self.folder / "qemu.log", "w", encoding="utf-8"))
        try:
            self._connect()
        except BaseException:
            self.cut()
            raise

    @staticmethod
    def _disk(image, record):
        """What is below the guest's disk; `record`: a file for all its writes and flushes."""
        if not record:
            return ("-drive", f"if=none,id=disk,file={image},format=raw,cache=writeback")
        return ("-blockdev", "driver=blklogwrites,node-name=disk,file.driver=file,log.driver=file,"
                f"file.filename={image},log.filename={record}")

    @staticmethod
    def _command(disk, registry_port, rtc, append):
        socket_of = "socket,id={0},path={0}.sock,server=on,wait=off".format
        serial_ports = []
        for number, name in enumerate(PORTS, 1):
            serial_ports += ["-chardev", socket_of(name), "-device",
                             f"virtserialport,chardev={name},name={name},nr={number}"]
        return [
            "setpriv", "--pdeathsig", "KILL",  # it ends with us, however we end
            "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", *CLOCKED, "-m", "256", "-no-reboot",
            "-display", "none", "-monitor", "none", "-serial", "file:console.log",
            "-kernel", BUILD / "vmlinuz", "-initrd", BUILD / "initrd",
            "-append", f"console=ttyAMA0 quiet panic=0 {SKIPPED} {append}", "-rtc", rtc,
            *disk, "-device", "virtio-blk-pci,drive=disk",
            "-netdev", f"user,id=net,restrict=on,guestfwd=tcp:{REGISTRY}:8443-cmd:"
            f"socat -lf /dev/null - TCP:127.0.0.1:{registry_port}",
            "-device", "virtio-net-pci,netdev=net,id=cable,romfile=", "-device", "virtio-rng-pci",
            "-device", "qemu-xhci", "-chardev", socket_of("scanner"),
            "-device", "usb-serial,chardev=scanner", "-trace", "usb_serial_*",
            "-device", "virtio-serial-pci", *serial_ports,
            "-device", "i6300esb", "-action", "watchdog=poweroff",
            "-qmp", "unix:qmp.sock,server=on,wait=off"]

    def _connect(self):
        self._qmp = connect(self.folder / "qmp.sock", self.process).makefile("rw", encoding="utf-8")
        self._qmp.readline()
        self.qmp("qmp_capabilities")
        streams = {name: connect(self.folder / f"{name}.sock", self.process) for name in PORTS}
        for name in PORTS[1:]:
            copy = open(self.folder / f"{name}.txt", "w", encoding="utf-8")
            stream = streams[name].makefile("r", encoding="utf-8", errors="replace")
            self.streams.append(Lines(name, stream, copy))
        self.log, self.lamps, self.page = self.streams
        streams["rig"].settimeout(LIMIT_S)
        self._rig = streams["rig"].makefile("rw", encoding="utf-8", errors="replace", newline="\n")
        if self._rig.readline() != "READY\n":
            raise Silent(f"the guest does not boot, see {self.folder}/console.log")

    def qmp(self, command, **arguments):
        """A command to QEMU itself, and its answer."""
        self._qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._qmp.flush()
        for line in self._qmp:
            answer = json.loads(line)
            assert "error" not in answer, answer
            if "return" in answer:
                return answer["return"]
        raise Silent("QEMU ended")

    def sh(self, command, code=0):
        """What a line of shell prints in the guest; it has to end with `code` (None: any)."""
        self._rig.write(command + "\n")
        self._rig.flush()
        printed = []
        for line in self._rig:
            before, end, rest = line.partition("\036")
            printed.append(before)
            if end:
                assert code in (None, int(rest)), f"{command}: {rest.strip()}: {''.join(printed)}"
                return "".join(printed)
        raise Silent(f"the guest died over {command}")

    # ---- wires ----

    def plug(self):
        """Plugs the scanner's USB cable in."""
        self.scanner = connect(self.folder / "scanner.sock", self.process)

    def hear(self, command):
        """Waits until the reader has been sent this; what came before it is passed over."""
        self.scanner.settimeout(LIMIT_S)
        got = b""
        while command not in got:
            some = self.scanner.recv(1)
            if not some:
                raise Silent(f"the guest sends {got!r}, not {command!r}")
            got += some

    def unplug(self):
        self.scanner.close()
        self.scanner = None

    def cable(self, is_in):
        """The network cable."""
        self.qmp("set_link", name="cable", up=is_in)

    def cut(self):
        """Power off, now. What the machine has not flushed is gone; what it had told is all there."""
        self.process.kill()
        self.process.wait(LIMIT_S)
        for stream in self.streams:
            stream.wait_for_end()
        if self.scanner:
            self.unplug()

    def ended(self):
        """Waits until the machine has ended by itself."""
        self.process.wait(LIMIT_S)
        self.cut()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()
