"""How the registry starts, or refuses to and says why; how it ends; and what its commands accept."""

import re
import subprocess

import pytest

import pki
from api_kit import SYNC
from registry_kit import PROGRAM, Registry


@pytest.fixture
def registry(tmp_path):
    with Registry(tmp_path) as registry:
        yield registry


WRITTEN = ["port", "store", "tls_cert", "tls_key", "client_ca", "receipt_key", "policy_key"]  # from line 2 on
BAD_VALUES = {
    "port": ("many", "-1", "65536", "8443x", ""),
    "enrol_port": ("65536",),
    "public_port": ("65536",),
    "enrol": ("perhaps", "1"),
    "certificate_days": ("0", "3651"),
    "max_body": ("1023", "65537"),
    "max_connections": ("0", "65537", "some"),
    "max_rate": ("0", "1001"),
    "timeout_s": ("0", "3601"),
    "keep_s": ("0", "86401"),
    "address": ("a" * 64,),
    "enrol_address": ("a" * 64,),
    "public_host": ("a" * 64,),
    **{key: ("a" * 256, "") for key in ("policy_pub", "ca_key", *WRITTEN[1:])},
}
BAD_CONFIGS = [
    ({"colour": "red"}, "bad.conf:9: "),
    # What a key must be: each says its line.
    *[({key: value}, f"bad.conf:{WRITTEN.index(key) + 2 if key in WRITTEN else 9}: ")
      for key, values in BAD_VALUES.items() for value in values],
    # And each that has no preset is missed.
    *[({key: None}, "bad.conf: ") for key in
      ("store", "tls_cert", "tls_key", "client_ca", "receipt_key")],
    ({"address": "registry.example"}, "registry.example: "),
    ({"store": "nothing.db"}, "nothing.db: "),
    ({"store": "ca.pem"}, "ca.pem: "),
    ({"receipt_key": "nothing.key"}, "nothing.key: "),
    ({"receipt_key": "open.receipt.key"}, "open.receipt.key: "),
    ({"tls_key": "open.registry.key"}, "open.registry.key: "),
    ({"tls_key": "receipt.key"}, "receipt.key: "),
    ({"tls_cert": "receipt.key"}, "receipt.key "),
    ({"client_ca": "registry.key"}, "registry.key: "),
]


def test_no_key_is_left_out_of_these():
    table = (SYNC / "registry" / "registry_config.c").read_text()
    assert set(re.findall(r"^    (?:TEXT|PATH|UINT|BOOL)\((\w+), ", table, re.MULTILINE)) == set(BAD_VALUES)


@pytest.mark.parametrize("changes,named", BAD_CONFIGS, ids=lambda value: str(value)[:40])
def test_it_refuses_to_start_and_names_file_and_reason(tmp_path, changes, named):
    registry = Registry(tmp_path)
    for name in ("receipt.key", "registry.key"):
        (tmp_path / f"open.{name}").write_bytes((tmp_path / name).read_bytes())
        (tmp_path / f"open.{name}").chmod(0o644)
    done = registry.run("serve", config=registry.write_config("bad.conf", **changes))
    assert done.returncode == 1
    assert named in done.stderr and len(done.stderr.splitlines()) == 1


def test_an_address_in_use_is_named(registry):
    config = registry.write_config("second.conf", port=registry.port)
    done = registry.run("serve", config=config)
    assert done.returncode == 1 and f"port {registry.port}" in done.stderr


def test_sigterm_ends_it_cleanly(registry):
    assert registry.stop() == 0
    assert "STOPPING" in registry.log[-1]


# ---- commands ----


def test_usage(tmp_path):
    def run(*words):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)

    told = run("--help")
    assert told.returncode == 0 and "import placements" in told.stdout
    assert "import lists" in told.stdout and "withdraw lists" in told.stdout
    assert told.stderr == ""
    columns = {line.rindex("  ") for line in told.stdout.splitlines() if line.startswith("  ")}
    assert len(columns) == 1
    for words, said in [([], "a command is needed"),
                        (["serve"], "--config is needed"),
                        (["kiosk"], "there is no command kiosk"),
                        (["kiosk", "move", "--config", "x"], "there is no command kiosk move"),
                        (["serve", "--colour"], "--colour is no option"),
                        (["serve", "-v"], "-v is no option"),
                        (["head", "CGK-03-0412", "--config"], "--config needs a value"),
                        (["head", "CGK-03-0412"], "--config is needed"),
                        (["head", "--config", "x"], "head takes ID"),
                        (["kiosk", "list", "all", "--config", "x"], "kiosk list takes no argument"),
                        (["kiosk", "list", "--hours", "3", "--config", "x"], "kiosk list has no --hours"),
                        (["import", "lists", "l", "--format", "csv", "--config", "x"], "import lists has no --format"),
                        (["enrol-code", "A", "--entry-key", "k", "--config", "x"], "enrol-code has no --entry-key"),
                        (["export", "events", "--format", "xml", "--config", "x"], "--format is jsonl or csv")]:
        wrong = run(*words)
        assert wrong.returncode == 2 and wrong.stdout == "" and "usage:" in wrong.stderr
        assert wrong.stderr.endswith(f"\n\npamit-registry: {said}\n"), wrong.stderr


def test_what_cannot_be_said_has_failed(tmp_path):
    """To a full disk: a code to enrol with would be lost, and a list of kiosks would seem to be empty."""
    registry = Registry(tmp_path, enrol="yes", ca_key="ca.key", policy_pub="policy.pub", public_host="localhost")
    registry.enrol("CGK-03-0412").fill(1)
    rows = tmp_path / "rows.jsonl"
    rows.write_text("")
    for words in (["--help"], ["kiosk", "list"], ["head", "CGK-03-0412"], ["import", "placements", rows],
                  ["enrol-code", "SUB-01-0001"], ["export", "events", "--format", "csv"]):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, *words, "--config", registry.config], stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False)
        assert done.returncode == 1, words
        assert "pamit-registry: standard output can't be written\n" in done.stderr


def test_kiosks_are_added_once_and_revoked_for_ever(tmp_path):
    registry = Registry(tmp_path)
    registry.enrol("CGK-03-0412")
    public = tmp_path / "CGK-03-0412.entry.pub"
    assert registry.run("kiosk", "add", "CGK-03-0412", "--entry-key", public).returncode == 0
    pki.ec_key(tmp_path / "other.key", tmp_path / "other.pub")
    for name, key in [("CGK-03-0412", "other.pub"), ("", "other.pub"), ("a b", "other.pub"),
                      ("SUB-01-0001", "nothing.pub"), ("SUB-01-0001", "ca.pem")]:
        refused = registry.run("kiosk", "add", name, "--entry-key", tmp_path / key)
        assert refused.returncode == 1 and refused.stderr, name
    registry.command("kiosk", "revoke", "CGK-03-0412")
    assert registry.run("kiosk", "revoke", "SUB-01-0001").returncode == 1
    assert registry.run("kiosk", "add", "CGK-03-0412", "--entry-key", public).returncode == 1
    assert registry.command("kiosk", "list") == (
        "CGK-03-0412 revoked epoch=0 next=1 quarantined=0\n"
    )


def test_init_never_overwrites(tmp_path):
    registry = Registry(tmp_path)
    registry.enrol("CGK-03-0412")
    again = registry.run("init")
    assert again.returncode == 1 and "registry.db" in again.stderr
    assert registry.head("CGK-03-0412") == (0, 1, bytes(32))
    assert (tmp_path / "registry.db").stat().st_mode & 0o777 == 0o600
