"""A kiosk and its registry as OPERATING.md has them installed: they start, begin again, and reach what they need alone."""
import os

import pytest

from machine import Machine, commands

KIOSK = "CGK-03-0412"
SERVICES = ("pamit-lane", "pamit-sync", "pamit-console")


def registry(machine, *words):
    """A command of the registry's, as its user."""
    return machine.run("cd /etc/pamit-registry; runuser -u pamit-registry -- "
                       f"pamit-registry {' '.join(words)} --config registry.conf 2>/dev/null")


@pytest.fixture(name="machine", scope="module")
def fixture_machine():
    machine = Machine()
    try:
        machine.run("echo 127.0.0.1 localhost registry.example >/etc/hosts")
        machine.run(commands("The registry's first day")[0])
        machine.run("systemctl enable --now pamit-registry")
        for what, example in (("policy", "policy.example.json"), ("placements", "placements.example.jsonl"),
                              ("lists", "lists.example.jsonl")):
            registry(machine, "import", what, f"/srv/contract/{example}")
        yield machine
    finally:
        machine.close()


@pytest.fixture(name="kiosk", scope="module")
def fixture_kiosk(machine):
    the_machine, programs, configuration, enrolment, *_ = commands("Installing a kiosk")
    for script in (the_machine, programs, configuration):
        machine.run(script)
    code = registry(machine, "enrol-code", KIOSK).strip()
    machine.run(f"echo {code} | {enrolment}")
    return machine


@pytest.mark.parametrize("unit", ("pamit-registry", *SERVICES))
def test_a_service_has_said_that_it_is_ready(kiosk, unit):
    shown = kiosk.run(f"systemctl show -p Type,ActiveState,NRestarts {unit}").split()
    assert sorted(shown) == ["ActiveState=active", "NRestarts=0", "Type=notify"]


def test_a_confined_kiosk_sends_and_gets_what_it_goes_by(kiosk):
    with kiosk.log() as log:
        kiosk.run("systemctl restart pamit-sync")
        log.wait("SYNC_ONLINE host=registry.example")
    assert KIOSK in registry(kiosk, "kiosk", "list")
    assert "sound: 1 entry" in kiosk.run("pamit journal verify --config /etc/pamit/pamit.conf")


@pytest.mark.parametrize("signal, result", [("KILL", "signal"), ("STOP", "watchdog")])
def test_a_dead_or_hung_lane_is_put_dark_and_begins_again(kiosk, signal, result):
    """There is no panel here, which the command that darkens it says."""
    pid = kiosk.pid("pamit-lane")
    with kiosk.log() as log:
        kiosk.run(f"kill -{signal} {pid}")
        log.wait("^pamit-lane.service: Main process exited, code=killed, status=9/KILL", "^PANEL_FAILED",
                 "^pamit-lane.service: Control process exited, code=exited, status=1",
                 f"^pamit-lane.service: Failed with result '{result}'", "^READY kiosk=")
    assert kiosk.pid("pamit-lane") != pid


@pytest.mark.parametrize("unit", SERVICES[1:])
def test_what_is_killed_begins_again(kiosk, unit):
    with kiosk.log() as log:
        kiosk.run(f"kill -9 {kiosk.pid(unit)}")
        log.wait("^READY")


# ---- walls ---------------------------------------------------------------------------------------

ASK_CLOCK = "perl -e '$b = chr(0) x 512; print syscall(%d, $b) < 0 ? qq(refused\\n) : qq(answered\\n)'"


def closed(kiosk, unit, *attempts):
    """None of these succeeds as the unit's process."""
    script = "\n".join(f"{{ {attempt}; }} >/dev/null 2>&1 && echo 'OPEN: {attempt}'" for attempt in attempts)
    said = kiosk.as_unit(unit, f"id -un\n{script}\necho the end")
    assert "OPEN: " not in said and "the end" in said, said


def test_sync_is_kept_from_what_is_the_lanes_though_it_is_the_same_user(kiosk):
    lane = kiosk.pid("pamit-lane")
    closed(kiosk, "pamit-sync", "cat /var/lib/pamit/entry/entry.key", "ls /run/pamit-lane", "touch /var/lib/pamit/lane/x",
           f"ls /proc/{lane}/root/var/lib/pamit/entry", f"cat /proc/{lane}/environ", "touch /etc/pamit/trust/x",
           "touch /var/lib/pamit/keys/x", "ls /dev/tty0", "unshare -U true")
    assert "entry.key" in kiosk.run(f"runuser -u pamit -- ls /proc/{lane}/root/var/lib/pamit/entry")  # what else it could


def test_the_lane_has_no_network_and_no_tls_key(kiosk):
    closed(kiosk, "pamit-lane", "ls /var/lib/pamit/tls", "touch /var/lib/pamit/sync/x", "touch /etc/pamit/x",
           "perl -MSocket -e \"socket(S, AF_INET, SOCK_STREAM, 0) or die\"", "ls /root")


def test_the_console_sees_no_database_and_no_key(kiosk):
    closed(kiosk, "pamit-console", "ls /var/lib/pamit", "touch /run/pamit-lane/x", "ls /etc/pamit-registry", "ls /dev/tty0")


@pytest.mark.parametrize("unit", SERVICES[:2])
def test_the_clock_can_be_asked(kiosk, unit):
    number = {"x86_64": 159, "aarch64": 171}[os.uname().machine]  # adjtimex(2)
    assert "answered" in kiosk.as_unit(unit, ASK_CLOCK % number)
