"""What is installed on a kiosk and at the registry: units that systemd finds no fault with and that name the programs,
users and folders which are there; and a configuration that fits them."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD, BIN = pathlib.Path(os.environ["PAMIT_BUILD"]), pathlib.Path(os.environ["PAMIT_BIN"])
UNITS = ("pamit-lane", "pamit-sync", "pamit-console", "pamit-registry")
SYSTEM_UNITS = pathlib.Path("/usr/lib/systemd/system")
EXPOSURE_MAX = 20  # tenths; what systemd calls OK ends at 40


CACHE = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
PREFIX = re.search(r"^CMAKE_INSTALL_PREFIX:PATH=/(.*)$", CACHE, re.M)[1]


def install(folder, component):
    subprocess.run(["cmake", "--install", BUILD, "--component", component], check=True, capture_output=True,
                   env=os.environ | {"DESTDIR": str(folder)})
    return folder / PREFIX


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The root of a machine that has both, with systemd's own units."""
    folder = tmp_path_factory.mktemp("root")
    for component in ("kiosk", "registry"):
        install(folder, component)
    shutil.copytree(SYSTEM_UNITS, folder / SYSTEM_UNITS.relative_to("/"), symlinks=True)
    (folder / "bin").mkdir()
    (folder / "bin/sh").touch(0o755)
    return folder


class Unit:
    """The values of a unit and of what all of Pamit's have, as systemd would put them together."""

    def __init__(self, root, name):
        folder = root / PREFIX / "lib/systemd/system"
        self.name, self.values = name, {}
        for path in (folder / f"{name}.service", folder / "pamit-.service.d/confined.conf"):
            for key, value in re.findall(r"^(\w+)=(.*)$", path.read_text(encoding="utf-8"), re.M):
                self.values.setdefault(key, []).append(value)

    def __getitem__(self, key):
        return self.values[key][-1]

    def words(self, key):
        return " ".join(self.values.get(key, [])).split()


@pytest.fixture
def unit(root, request):
    return Unit(root, request.param)


def units(*names):
    return pytest.mark.parametrize("unit", names, indirect=True)


def analyze(root, *words):
    return subprocess.run(["systemd-analyze", words[0], f"--root={root}", *words[1:]], capture_output=True,
                          text=True, check=False, env=os.environ | {"SYSTEMD_PAGER": ""})


@units(*UNITS, "officer-screen")
def test_systemd_finds_no_fault_with_a_unit(root, unit):
    """A key that it does not know is told, and no error."""
    done = analyze(root, "verify", "--man=no", f"{unit.name}.service")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@units(*UNITS)
def test_a_unit_is_confined(root, unit):
    done = analyze(root, "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", f"{unit.name}.service")
    assert done.returncode == 0, done.stdout + done.stderr


@units(*UNITS)
def test_a_service_never_gives_up_and_says_when_it_is_ready(unit):
    assert unit["Type"] == "notify" and unit["Restart"] == "always" and unit["StartLimitIntervalSec"] == "0"
    assert unit["LimitCORE"] == "0" and unit["MemorySwapMax"] == "0"


@units("pamit-lane", "pamit-sync", "pamit-console")
def test_a_kiosks_process_that_hangs_is_ended_at_once(unit):
    """The registry's loop serves nobody: its watchdog would prove nothing."""
    assert 10 <= int(unit["WatchdogSec"]) <= 60 and unit["WatchdogSignal"] == "SIGKILL"


@units("pamit-lane")
def test_lamps_are_put_out_after_each_end_of_a_lane(unit):
    program, *words = unit["ExecStart"].split()
    assert unit["ExecStopPost"].split() == [program, "--dark", *words]


@units("pamit-lane", "pamit-sync")
def test_a_disk_of_its_own_is_waited_for(unit):
    kept = [path for path in unit.words("ReadWritePaths") if not path.startswith("/run/")]
    assert kept and all(within(path, unit.words("RequiresMountsFor")) for path in kept)


# ---- users and folders --------------------------------------------------------------------------

def lines_of(root, kind):
    text = "".join(path.read_text(encoding="utf-8")
                   for path in sorted((root / PREFIX / f"lib/{kind}.d").iterdir()))
    return [line.split() for line in text.splitlines() if line and line[0] != "#"]


def folders(root):
    """Each with its mode and owner."""
    return {line[1]: tuple(line[2:5]) for line in lines_of(root, "tmpfiles")}


def within(path, parents):
    return any(pathlib.PurePath(path).is_relative_to(parent) for parent in parents)


@units(*UNITS)
def test_a_unit_names_users_and_folders_that_are_made(root, unit):
    users = {line[1] for line in lines_of(root, "sysusers") if line[0] == "u"}
    groups = users | {line[1] for line in lines_of(root, "sysusers")} | {"dialout"}  # Debian's own
    assert unit["User"] in users and {unit["Group"], *unit.words("SupplementaryGroups")} <= groups
    named = {*unit.words("ReadWritePaths"), *unit.words("InaccessiblePaths")}
    assert named <= set(folders(root))
    assert all(folders(root)[path][1] == unit["User"] for path in unit.words("ReadWritePaths"))


def test_systemd_makes_the_users(root):
    done = subprocess.run(["systemd-sysusers", f"--root={root}", "--dry-run", "pamit-kiosk.conf", "pamit-registry.conf"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "ignoring" not in done.stderr, done.stderr
    assert all(f"'{user}'" in done.stderr for user in ("pamit", "pamit-console", "pamit-registry", "gpio"))


def configuration(root):
    text = (root / PREFIX / "share/pamit/pamit.conf").read_text(encoding="utf-8")
    return text, dict(re.findall(r"^(\w+) = (.*)$", text, re.M))


def test_each_process_reaches_its_files_and_no_others(root):
    _, keys = configuration(root)
    lane, sync, console = (Unit(root, name) for name in UNITS[:3])
    writes = {"pamit-lane": {"journal", "lane_socket"}, "pamit-console": set(),
              "pamit-sync": {"cache", "sync_db", "tls_cert", "tls_key"}}
    never = {"pamit-lane": {"tls_key"}, "pamit-sync": {"entry_key", "lane_socket"},
             "pamit-console": {"storage_key", "entry_key", "tls_key", "journal", "cache", "sync_db"}}
    paths = {name: value for name, value in keys.items() if value.startswith(("/var/lib/pamit", "/run", "/etc"))}
    for unit in (lane, sync, console):
        assert unit["ProtectSystem"] == "strict"
        written = {name for name in paths if within(paths[name], unit.words("ReadWritePaths"))}
        assert written == writes[unit.name]
        assert all(within(paths[name], unit.words("InaccessiblePaths")) for name in never[unit.name])
    trust = {folders(root)[str(pathlib.PurePath(paths[name]).parent)]
             for name in ("policy_key", "receipt_key", "ca_cert", "endpoint")}
    assert trust == {("0755", "root", "root")}


@pytest.mark.parametrize("board", ["raspberry-pi-4", "raspberry-pi-5"])
def test_the_configuration_that_is_installed_is_one(root, tmp_path, board):
    """The lane gets as far as its keys, which enrolling brings."""
    text, keys = configuration(root)
    panel = root / pathlib.PurePath(keys["board"]).relative_to("/").with_name(f"{board}.conf")
    (tmp_path / "pamit.conf").write_text(text.replace(keys["board"], str(panel)), encoding="utf-8")
    done = subprocess.run([BIN / "pamit-lane", "--config", tmp_path / "pamit.conf"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 1 and "START_FAILED" in done.stderr and "entry.key" in done.stderr


def test_a_kiosk_gets_no_registry_and_no_desk(tmp_path):
    programs = {path.name for path in (install(tmp_path, "kiosk") / "bin").iterdir()}
    assert programs == {"pamit", "pamit-lane", "pamit-sync", "pamit-console"}
