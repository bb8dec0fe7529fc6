"""Every way in which a TLS connection between kiosk and registry must not come about.

Real pamit-sync against real pamit-registry. Each refusal says why on the side that refuses, the other
side notices, the registry stores nothing, and no entry is lost: a right connection afterwards brings
all of them.
"""

import contextlib
import socket
import ssl
import subprocess

import pytest

import pki
from registry_kit import Registry
from sync_kit import PROGRAM, SyncKiosk
from sync_scene import NAME, make_registry  # noqa: F401
from tls_kit import Dripper, OneShotServer, serving

ENTRIES = 4  # 3 appended, and EPOCH


@pytest.fixture
def kiosk(registry, tmp_path):
    kiosk = SyncKiosk(registry, tmp_path / "kiosk", NAME)
    assert kiosk.append(ENTRIES - 1)[1] == ENTRIES
    return kiosk


@pytest.fixture
def other_ca(tmp_path):
    return pki.make_ca(tmp_path, "other", cn="Another CA")


# Who keeps a kiosk waiting: with TLS or before it, what he says at first, and then time and again.
RECORD = bytes.fromhex("1603034000" "02003ffc")  # of 16 KB, with a ServerHello
WAITS = {
    "says nothing": (False, b"", b"", "the TLS handshake took too long"),
    "drips a handshake": (False, RECORD, b"\0", "the TLS handshake took too long"),
    "drips an answer": (True, b"HTTP/1.1 200 OK\r\nX-Drip: ", b"a", "waiting for the registry's answer took too long"),
}


@contextlib.contextmanager
def kept_waiting(folder, with_tls, first, drip):
    with Registry(folder / "registry") as registry, \
            Dripper(registry.tls if with_tls else None, first, drip) as server:
        kiosk = SyncKiosk(registry, folder / "kiosk", NAME)
        kiosk.append(ENTRIES - 1)
        config = kiosk.configure(port=server.port)
        with subprocess.Popen([PROGRAM, "--once", "--config", config], stderr=subprocess.PIPE, text=True) as process:
            yield registry, kiosk, process
            process.kill()


@pytest.fixture(scope="module", autouse=True)
def waiting(tmp_path_factory):
    """For LINK_HANDSHAKE_TIMEOUT_S and LINK_PACE_FREE_S: they wait while the other tests run."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(kept_waiting(tmp_path_factory.mktemp("waiting"), *how[:3]))
               for name, how in WAITS.items()}


def arrived(registry):
    """How many entries of the kiosk the registry has."""
    return registry.head(NAME)[1] - 1


def assert_works(registry, kiosk):
    """The right connection brings everything."""
    done = kiosk.once()
    assert done.returncode == 0, done.stderr
    assert arrived(registry) == ENTRIES


def assert_refused(registry, kiosk, done, why):
    """`done` failed, said why, and told sync.db so; the registry has nothing."""
    assert done.returncode == 1
    assert why in done.stderr, done.stderr
    state = kiosk.state()
    assert not state["online"] and why in state["refusal"]
    assert arrived(registry) == 0


def test_the_right_connection_brings_everything(registry, kiosk):
    assert_works(registry, kiosk)
    state = kiosk.state()
    assert state["online"] and state["refusal"] == "" and state["next"] == ENTRIES + 1


# ---- the kiosk refuses the registry --------------------------------------------------------------


def test_a_registry_of_another_ca_is_refused(registry, kiosk, other_ca):
    done = kiosk.once(ca=other_ca)
    assert_refused(registry, kiosk, done, "not correctly signed by the trusted CA")
    assert_works(registry, kiosk)


def test_a_registry_under_another_name_is_refused(registry, kiosk):
    certificate = pki.issue(
        registry.ca, "registry.example", registry.folder, "named", server=True,
        sans=["registry.example"],
    )
    with serving(registry, certificate):
        done = kiosk.once()
        assert_refused(registry, kiosk, done, "does not match with the expected CN")
    with registry:
        assert_works(registry, kiosk)


def test_an_expired_registry_is_refused(registry, kiosk):
    certificate = pki.issue(
        registry.ca, "localhost", registry.folder, "expired", server=True, sans=["localhost"],
        not_before=pki.days(-10), not_after=pki.days(-1),
    )
    with serving(registry, certificate):
        assert_refused(registry, kiosk, kiosk.once(), "validity has expired")
    with registry:
        assert_works(registry, kiosk)


def test_a_registry_that_is_not_valid_yet_is_refused(registry, kiosk):
    certificate = pki.issue(
        registry.ca, "localhost", registry.folder, "early", server=True, sans=["localhost"],
        not_before=pki.days(1), not_after=pki.days(10),
    )
    with serving(registry, certificate):
        assert_refused(registry, kiosk, kiosk.once(), "validity starts in the future")


def test_a_kiosk_that_plays_registry_is_refused(registry, kiosk):
    certificate = pki.issue(
        registry.ca, "localhost", registry.folder, "client", sans=["localhost"]
    )
    with serving(registry, certificate):
        assert_refused(registry, kiosk, kiosk.once(), "extendedKeyUsage")


def test_a_server_that_speaks_only_tls_1_1_is_refused(registry, kiosk, tmp_path):
    """Python's TLS with the registry's own certificate, so that nothing else is wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(registry.tls.cert, registry.tls.key)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with OneShotServer(context) as server:
        done = kiosk.once(port=server.port)
    assert done.returncode == 1 and server.failed, server.failed
    assert_works(registry, kiosk)


def test_a_server_without_tls_is_refused(registry, kiosk):
    with OneShotServer(None, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as server:
        done = kiosk.once(port=server.port)
    assert done.returncode == 1
    assert "TLS failed" in done.stderr, done.stderr


def test_an_end_before_an_answer_is_never_success(registry, kiosk):
    """The handshake succeeds, the request is taken, and nothing comes back."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(registry.tls.cert, registry.tls.key)
    with OneShotServer(context, b"") as server:
        done = kiosk.once(port=server.port)
    assert done.returncode == 1
    assert "without an answer" in done.stderr, done.stderr
    assert b"GET /v1/receipt" in server.received


# ---- the registry refuses the kiosk --------------------------------------------------------------


def refused_by_registry(registry, kiosk, identity, why, told):
    """The registry logs once `why`, and the kiosk says what it was `told` by the alert."""
    done = kiosk.once(identity=identity)
    assert_refused(registry, kiosk, done, f"the registry refused: our certificate {told}")
    registry.await_log("REGISTRY_CLIENT_REFUSED")
    assert_works(registry, kiosk)
    lines = [line for line in registry.log if "REFUSED" in line]
    assert len(lines) == 1 and why in lines[0], lines


def test_a_foreign_certificate_is_refused(registry, kiosk, other_ca, tmp_path):
    identity = pki.issue(other_ca, NAME, tmp_path, "foreign")
    refused_by_registry(registry, kiosk, identity, "foreign CA", "is of a CA it does not know")


def test_an_expired_certificate_is_refused(registry, kiosk, tmp_path):
    identity = pki.issue(
        registry.ca, NAME, tmp_path, "expired", not_before=pki.days(-10), not_after=pki.days(-1)
    )
    refused_by_registry(registry, kiosk, identity, "expired", "has expired")


def test_a_certificate_that_is_not_valid_yet_is_refused(registry, kiosk, tmp_path):
    identity = pki.issue(
        registry.ca, NAME, tmp_path, "early", not_before=pki.days(1), not_after=pki.days(10)
    )
    refused_by_registry(
        registry, kiosk, identity, "not yet valid", "has expired, or is not valid yet"
    )


def test_a_server_certificate_is_refused_as_a_kiosks(registry, kiosk, tmp_path):
    identity = pki.issue(registry.ca, NAME, tmp_path, "server", server=True)
    refused_by_registry(
        registry, kiosk, identity, "not for clients", "is of a kind it does not support"
    )


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_without_a_certificate_is_refused(registry, version):
    """pamit-sync always has one, so here Python's TLS is the client."""
    context = ssl.create_default_context(cafile=registry.ca.cert)
    context.minimum_version = context.maximum_version = version
    with pytest.raises(OSError):
        with socket.create_connection(("localhost", registry.port), timeout=60) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(b"GET /v1/policy HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if secure.recv(1) == b"":
                    raise ConnectionResetError("ended without an answer")
    assert "no certificate" in registry.await_log("REGISTRY_CLIENT_REFUSED")


def test_a_revoked_kiosk_is_refused_at_its_next_request(registry, kiosk):
    assert_works(registry, kiosk)
    kiosk.append(1)
    registry.command("kiosk", "revoke", NAME)
    done = kiosk.once()
    assert done.returncode == 1
    assert "HTTP 403" in done.stderr and "revoked" in done.stderr
    assert "revoked" in registry.await_log("REGISTRY_REQUEST_REFUSED")
    assert arrived(registry) == ENTRIES


def test_a_kiosk_the_registry_does_not_know_is_refused(registry, tmp_path):
    kiosk = SyncKiosk(registry, tmp_path / "stranger", "CGK-99-9999", register=False)
    kiosk.append(1)
    done = kiosk.once()
    assert done.returncode == 1
    assert "HTTP 403" in done.stderr, done.stderr
    assert "CGK-99-9999" in registry.await_log("REGISTRY_REQUEST_REFUSED")


# ---- files ---------------------------------------------------------------------------------------


def replace(path, content):
    pki.write_private(path, content)


def assert_does_not_start(done, *words):
    assert done.returncode == 1
    assert "START_FAILED" in done.stderr and "READY" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


@pytest.mark.parametrize(
    "name", ["tls.pem", "tls.key", "storage.key", "receipt.pub", "policy.pub", "ca.pem"]
)
@pytest.mark.parametrize("fault", ["missing", "garbage"])
def test_a_bad_key_file_is_named_and_nothing_starts(registry, kiosk, name, fault):
    config = {}
    if name == "ca.pem":
        config["ca"] = pki.make_ca(kiosk.folder)
    path = kiosk.folder / name
    path.unlink()
    if fault == "garbage":
        replace(path, b"garbage")
    assert_does_not_start(kiosk.once(**config), str(path))


@pytest.mark.parametrize("name", ["tls.key", "storage.key"])
def test_a_key_that_others_may_read_is_refused(kiosk, name):
    path = kiosk.folder / name
    path.chmod(0o640)
    assert_does_not_start(kiosk.once(), str(path), "0640")


def test_a_key_of_another_certificate_is_refused(registry, kiosk, tmp_path):
    other = pki.issue(registry.ca, NAME, tmp_path, "other-kiosk")
    replace(kiosk.identity.key, other.key.read_bytes())
    assert_does_not_start(kiosk.once(), "tls.key", "is not the key of")


def test_another_kiosks_certificate_is_refused(registry, kiosk, tmp_path):
    other = pki.issue(registry.ca, "CGK-03-0413", tmp_path, "other-kiosk")
    done = kiosk.once(identity=other)
    assert_does_not_start(done, str(other.cert), "CGK-03-0413", NAME)


@pytest.mark.parametrize("how", WAITS)
def test_a_server_that_keeps_a_kiosk_waiting_is_given_up(waiting, how):
    """Of one that drips each byte is progress, and no deadline for silence ever comes."""
    registry, kiosk, process = waiting[how]
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and WAITS[how][3] in said, said
    assert_works(registry, kiosk)
