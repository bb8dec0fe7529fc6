"""A machine that systemd runs, with the programs installed: a Debian root in a container, of which nothing stays."""
import json
import os
import pathlib
import re
import selectors
import socket
import subprocess
import tempfile
import time

ROOT, STAGE = (pathlib.Path(os.environ[name]) for name in ("PAMIT_ROOT", "PAMIT_STAGE"))
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TIMEOUT_S = 60
NAMESPACES = ("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w")


# What a container does not do: build, load drivers, look for devices and a clock that somebody vouches for, ask a person.
ELSEWHERE = ("board/", "cmake", "modprobe", "ls ", "editor", "pamit-lane --dark", "wdctl", "systemctl status",
             "pamit status")


def commands(heading):
    """The blocks of commands that OPERATING.md has below a heading, each a script."""
    text = (REPOSITORY / "firmware/OPERATING.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n)+", section, re.M)
    return ["\n".join(line[4:] for line in block.splitlines() if not line[4:].startswith(ELSEWHERE)) for block in blocks]


class Machine:
    def __init__(self):
        """Boots; systemd has started all that it was told to when this returns."""
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(f"{folder}/notify")
            told.settimeout(TIMEOUT_S)
            # Its own filter would forbid adjtimex(2), which a machine does not.
            self.process = subprocess.Popen(
                ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "-D", ROOT, "--volatile=overlay",
                 f"--bind-ro={STAGE}/usr/local:/usr/local", f"--bind-ro={REPOSITORY}/tests/data:/srv",
                 "--boot", "--notify-ready=yes", "--link-journal=no", "--private-network", "--console=pipe"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                env=os.environ | {"NOTIFY_SOCKET": f"{folder}/notify", "SYSTEMD_SECCOMP": "0",
                                  "UNIFIED_CGROUP_HIERARCHY": "1"})
            said = ""
            while "READY=1" not in said:
                said += told.recv(4096).decode() + "\n"
        self.leader = re.search(r"X_NSPAWN_LEADER_PID=(\d+)", said)[1]

    def _enter(self, *words):
        return ["nsenter", "-t", self.leader, *NAMESPACES, "--", "env", "-i", PATH, "LANG=C.UTF-8", *words]

    def run(self, script, code=0):
        """What a script of root's prints."""
        done = subprocess.run(self._enter("bash", "-euo", "pipefail", "-c", script), capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def pid(self, unit):
        return self.run(f"systemctl show -P MainPID {unit}").strip()

    def post(self, path, body):
        """The first line of the page's answer."""
        text = json.dumps(body)
        return self.run(f"""
            exec 3<>/dev/tcp/127.0.0.1/8080
            printf '%s\\r\\n' 'POST {path} HTTP/1.1' 'Host: 127.0.0.1:8080' 'Content-Type: application/json' \\
                "Authorization: Bearer $(cat /run/pamit-console/console.token)" 'Content-Length: {len(text)}' '' >&3
            printf %s '{text}' >&3
            head -n 1 <&3""")

    def log(self):
        cursor = re.search(r"cursor: (.*)", self.run("journalctl --sync; journalctl -n 0 --show-cursor"))[1]
        return Log(self._enter("journalctl", "-f", f"--after-cursor={cursor}", "-o", "cat"))

    def as_unit(self, name, script, confined=True):
        """What a script says that is run in the place of a unit's program, with its user and all that confines it; or
        with its user and groups alone."""
        service, keys = ("pamit-instead", r"Type|Restart|RestartSec|WatchdogSec|ExecStart|ExecStopPost|RuntimeDirectory") \
            if confined else ("instead", r"(?!User|Group|SupplementaryGroups)\w+")
        mine = r"ExecStart=/bin/sh /run/script\nType=oneshot\nStandardOutput=truncate:/run/said"
        return self.run(f"""
            cat >/run/script <<'END'
{script}
END
            perl -ne 'print unless /^({keys})=/; print "{mine}\n" if /^.Service/' \
                /usr/local/lib/systemd/system/{name}.service >/run/systemd/system/{service}.service
            systemctl daemon-reload
            systemctl start {service}
            cat /run/said""")

    def close(self):
        self.process.terminate()
        self.process.wait(TIMEOUT_S)


class Log:
    """The machine's log from now on."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(TIMEOUT_S)
        self.process.stdout.close()

    def wait(self, *patterns):
        """Until all of these were said, in whatever order: they come from several processes."""
        end = time.monotonic() + TIMEOUT_S
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while missing := [pattern for pattern in patterns if not re.search(pattern, self.text, re.M)]:
                assert selector.select(end - time.monotonic()), f"{missing}: not in {self.text}"
                self.text += os.read(self.process.stdout.fileno(), 65536).decode()
