"""What `pamit status` makes of a contact: exit code 1 for what somebody has to see to, and only for that.

Real pamit-sync against a real pamit-registry.
"""

import json
import socket
from pathlib import Path

import pytest

import pki
from front_kit import Front
from registry_kit import Registry, Reply
from store_kit import pamit
from sync_kit import SyncKiosk

CONTRACT = Path(__file__).parents[1] / "data" / "contract"


@pytest.fixture(name="registry", scope="module")
def make_registry(tmp_path_factory):
    with Registry(tmp_path_factory.mktemp("registry")) as registry:
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
