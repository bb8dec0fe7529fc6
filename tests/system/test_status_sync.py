"""What `pamit status` makes of a contact: exit code 1 for what somebody has to see to, and only for that.

Real pamit-sync against a real pamit-registry.
"""

import json
import socket
import sqlite3
from pathlib import Path

import pytest

import pki
from clock_kit import Clock
from front_kit import Front
from registry_kit import Registry, Reply
from store_kit import pamit
from sync_kit import SyncKiosk

CONTRACT = Path(__file__).parents[1] / "data" / "contract"


@pytest.fixture(name="registry", scope="module")
def make_registry(tmp_path_factory):
    """Has a policy, and something in both feeds, but not yet all of it."""
    folder = tmp_path_factory.mktemp("registry")
    policy = json.loads((CONTRACT / "policy.example.json").read_text())
    (folder / "policy").write_text(json.dumps(policy | {"version": policy["version"] - 1}))
    for what in ("placements", "lists"):
        rows = (CONTRACT / f"{what}.example.jsonl").read_text().splitlines()
        (folder / what).write_text(rows[0] + "\n")
    with Registry(folder) as registry:
        for what in ("policy", "placements", "lists"):
            registry.command("import", what, folder / what)
        registry.kiosks = 0
        yield registry


@pytest.fixture(name="kiosk")
def make_kiosk(registry, tmp_path):
    registry.kiosks += 1
    kiosk = SyncKiosk(registry, tmp_path / "kiosk", f"CGK-03-{registry.kiosks:04}")
    kiosk.append(3)
    assert kiosk.once().returncode == 0
    assert_status(kiosk, 0)
    return kiosk


def assert_status(kiosk, code, *said, **fields):
    """The exit code, what is said on stderr (nothing, if nothing is named), and fields of the answer."""
    out, err = pamit("status", "--json", "--config", kiosk.folder / "pamit.conf", code=code)
    assert all(words in err for words in said) and bool(said) == bool(err), err
    told = json.loads(out)
    assert {name: told[name] for name in fields} == fields
    return told


def test_a_kiosk_with_which_all_is_well_says_so(kiosk):
    out, _ = pamit("status", "--config", kiosk.folder / "pamit.conf")
    assert out.endswith("\n\nnothing to see to\n")


def fails(kiosk, **config):
    done = kiosk.once(**config)
    assert done.returncode == 1, done.stderr


def front(registry, kiosk, path, reply):
    """A registry that answers to what begins with `path` by `reply(what the true one says)`."""
    return Front(registry, kiosk, lambda _, asked, __, ask: reply(ask()) if asked.startswith(path) else ask())


# ---- a contact that is refused -------------------------------------------------------------------


def test_a_revoked_kiosk_is_a_finding(registry, kiosk):
    registry.command("kiosk", "revoke", kiosk.name)
    fails(kiosk)
    told = assert_status(kiosk, 1, "HTTP 403: this kiosk is revoked", online=False)
    assert "revoked" in told["refusal"]
    fails(kiosk, port=1)
    with front(registry, kiosk, "/v1/receipt", lambda _: Reply(503, {"Retry-After": "1"}, b"")) as later:
        fails(kiosk, port=later.port)
    later = assert_status(kiosk, 1, "HTTP 403: this kiosk is revoked", refusal=told["refusal"])
    assert later["last_attempt"] >= told["last_attempt"]


@pytest.mark.parametrize("made", [
    {"ca": "other", "said": "(TLS alert 48)"},
    {"not_before": -10, "not_after": -1, "said": "(TLS alert 45)"},
    {"server": True, "said": "(TLS alert 43)"},
], ids=["another CA's", "expired", "a server's"])
def test_a_certificate_that_the_registry_refuses_is_a_finding(registry, kiosk, tmp_path, made):
    ca = pki.make_ca(tmp_path, "other", cn="Another CA") if "ca" in made else registry.ca
    dates = {name: pki.days(made[name]) for name in ("not_before", "not_after") if name in made}
    identity = pki.issue(ca, kiosk.name, tmp_path, "refused", server=made.get("server", False), **dates)
    fails(kiosk, identity=identity)
    assert_status(kiosk, 1, "the registry refused: our certificate", made["said"])
    assert kiosk.once().returncode == 0
    assert_status(kiosk, 0, refusal=None)


def test_a_registry_that_we_refuse_is_a_finding(kiosk, tmp_path):
    fails(kiosk, ca=pki.make_ca(tmp_path, "other", cn="Another CA"))
    assert_status(kiosk, 1, "not correctly signed by the trusted CA")


@pytest.mark.parametrize("status", [429, 503])
def test_a_registry_that_asks_to_come_later_is_none(registry, kiosk, status):
    with front(registry, kiosk, "/v1/receipt", lambda _: Reply(status, {"Retry-After": "1"}, b"")) as later:
        fails(kiosk, port=later.port)
    assert f"HTTP {status}" in assert_status(kiosk, 0, online=False)["refusal"]


def test_a_registry_that_is_not_there_is_none(kiosk):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    fails(kiosk, port=port)
    assert "can't connect" in assert_status(kiosk, 0, online=False)["refusal"]


def test_a_certificate_that_is_not_valid_yet_is_a_finding(registry, kiosk, tmp_path):
    identity = pki.issue(registry.ca, kiosk.name, tmp_path, "early", not_before=pki.days(2), not_after=pki.days(10))
    kiosk.configure(identity=identity)
    assert_status(kiosk, 1, "the certificate is not valid yet, or the clock is wrong")


def test_a_certificate_that_has_ended_is_a_finding(registry, kiosk, tmp_path):
    identity = pki.issue(registry.ca, kiosk.name, tmp_path, "ended", not_before=pki.days(-9), not_after=pki.days(-1))
    kiosk.configure(identity=identity)
    assert_status(kiosk, 1, "the certificate has ended: pamit enrol", certificate_days=0)


@pytest.mark.parametrize("days", [400, -400])
def test_a_wrong_clock_is_told_as_that_and_not_as_a_bad_certificate(kiosk, tmp_path, days):
    """The registry has said in this boot what time it is."""
    clock = Clock(tmp_path)
    clock.set(days * 86_400_000)
    with clock.kiosk():
        told = assert_status(kiosk, 1, "the clock", clock="UNKNOWN")
        _, err = pamit("status", "--config", kiosk.folder / "pamit.conf", code=1)
    assert told["certificate_days"] >= 29 and "certificate" not in err


# ---- what keeps pamit-sync from starting ---------------------------------------------------------


@pytest.mark.parametrize("name", ["tls.pem", "tls.key", "ca.pem"])
def test_what_sync_can_not_start_with_is_a_finding(registry, kiosk, tmp_path, name):
    """Though the last contact was good, and goes on looking so."""
    ca = pki.make_ca(tmp_path)
    ca.cert.write_bytes(registry.ca.cert.read_bytes())
    kiosk.configure(ca=ca)
    path = (tmp_path if name == "ca.pem" else kiosk.folder) / name
    good = path.read_bytes()
    for spoil, why in ((lambda: path.write_text("junk"), ""), (path.unlink, "No such file or directory")):
        spoil()
        fails(kiosk, ca=ca)
        assert_status(kiosk, 1, f"{path}: {why}", "pamit enrol", online=True)
    path.write_bytes(good)
    path.chmod(0o600)
    assert_status(kiosk, 0)


def test_a_key_and_a_certificate_of_two_kiosks_are_a_finding(registry, kiosk, tmp_path):
    """Each of them is good in itself, as after files of two backups were put back."""
    other = pki.issue(registry.ca, "CGK-03-9999", tmp_path, "other", client=True)
    for name, of_other, said in (("tls.key", other.key, "tls.pem: is the certificate of another key"),
                                 ("tls.pem", other.cert, 'tls.pem: is the certificate of "CGK-03-9999"')):
        (kiosk.folder / name).write_bytes(of_other.read_bytes())
        fails(kiosk)
        assert_status(kiosk, 1, said, "pamit-sync does not start: pamit enrol", online=True)


def test_an_earlier_version_of_sync_db_is_a_finding_until_sync_starts(kiosk):
    """What a new program finds before its pamit-sync was ever started: nothing is known, not that nothing was sent."""
    with sqlite3.connect(kiosk.folder / "sync.db") as db:
        db.executescript("ALTER TABLE state DROP COLUMN refused; ALTER TABLE state DROP COLUMN feeds;"
                         "PRAGMA user_version = 2")
    db.close()
    assert_status(kiosk, 1, "sync.db: of an earlier version", "start pamit-sync",
                  unsent=None, acked_next=None, receipt="not known")
    assert kiosk.once().returncode == 0
    assert_status(kiosk, 0, unsent=0, receipt="agrees")


def test_a_kiosk_that_is_not_enrolled_is_told_to(kiosk):
    for name in ("tls.pem", "tls.key"):
        (kiosk.folder / name).unlink()
    assert_status(kiosk, 1, "this kiosk is not enrolled: pamit enrol", certificate_days=None)


# ---- what makes the lane refer everybody ---------------------------------------------------------


def spoil_cache(sql):
    def spoil(kiosk):
        with sqlite3.connect(kiosk.folder / "cache.db") as cache:
            cache.executescript(sql)
        cache.close()
    return spoil


def lose_cache(kiosk):
    for left in kiosk.folder.glob("cache.db*"):
        left.unlink()


def overwrite_cache(kiosk):
    lose_cache(kiosk)
    (kiosk.folder / "cache.db").write_bytes(b"x" * 8192)


@pytest.mark.parametrize("proves, spoil, said", [
    ("no cache", lose_cache, "cache.db: missing"),
    ("none that can be read", overwrite_cache, "cache.db: not a readable"),
    ("no policy", spoil_cache("DELETE FROM policy"), "no policy came yet"),
    ("none that is signed", spoil_cache("UPDATE policy SET envelope = zeroblob(200)"), "the policy does not verify"),
    ("nobody knows who signs it", lambda kiosk: (kiosk.folder / "policy.pub").unlink(), "policy.pub: No such file"),
    ("no placements", spoil_cache("DELETE FROM feed"), "no placements came yet"),
    ("no lists", spoil_cache("DELETE FROM list_feed"), "no lists came yet"),
])
def test_what_refers_everybody_is_a_finding(kiosk, proves, spoil, said):
    spoil(kiosk)
    told = assert_status(kiosk, 1, said, "all are referred", online=True, data_stale=False)
    assert told["clock"] == "SYNCED", proves


def test_a_clock_that_nobody_vouches_for_is_a_finding(kiosk, tmp_path):
    kiosk.configure(assume_synced=False)
    clock = Clock(tmp_path)
    with clock.kiosk():
        assert_status(kiosk, 1, "nobody vouches for the clock", "all are referred", clock="UNKNOWN")


# ---- a feed that is refused ----------------------------------------------------------------------


def publish(registry, what):
    """Something new in that feed, and where it is asked for."""
    name = "policy.example.json" if what == "policy" else f"{what}.example.jsonl"
    registry.command("import", what, CONTRACT / name)
    return "/v1/policy" if what == "policy" else f"/v1/feed/{what}"


def spoilt(reply):
    return Reply(reply.status, reply.headers, reply.body[:-1] + bytes([reply.body[-1] ^ 1]))


@pytest.mark.parametrize("what", ["policy", "lists", "placements"])
def test_a_feed_that_is_refused_is_a_finding_until_it_comes(registry, kiosk, what):
    path = publish(registry, what)
    for reply, why in ((spoilt, "not authentic"), (lambda _: Reply(404, {}, b""), "has no such feed")):
        kiosk.append(1)
        with front(registry, kiosk, path, reply) as altered:
            fails(kiosk, port=altered.port)
        told = assert_status(kiosk, 1, f"{what}: ", online=True, refusal=None, unsent=0)
        assert why in told["feed_refusal"]
    assert kiosk.once().returncode == 0
    assert_status(kiosk, 0, feed_refusal=None)
