"""What pamit-sync offers in a handshake, and whose certificates are worth nothing: the rest of the table of
TLS rules that must not be broken (test_sync_tls.py, test_registry.py have the others)."""

import http.client
import ssl
import subprocess

import pytest

import pki
from fault_proxy import FaultProxy
from sync_kit import PROGRAM
from sync_scene import NAME, make_kiosk_at_work, make_registry  # noqa: F401
from tls_kit import OneShotServer

TLS_1_2, TLS_1_3, SUPPORTED_VERSIONS = b"\x03\x03", b"\x03\x04", 43
MAX_FRAGMENT_LENGTH, SESSION_TICKET, EARLY_DATA, PRE_SHARED_KEY = 1, 35, 42, 41  # RFC 6066, 5077, 8446


class Hello:
    """A ClientHello (RFC 8446 4.1.2) of the first record of a connection."""

    def __init__(self, record):
        assert record[0] == 22 and record[5] == 1
        at = 9
        self.version = record[at : at + 2]
        at += 2 + 32
        self.session = record[at + 1 : at + 1 + record[at]]
        at += 1 + record[at]
        n = int.from_bytes(record[at : at + 2], "big")
        self.ciphers = {int.from_bytes(record[at + 2 + i : at + 4 + i], "big") for i in range(0, n, 2)}
        at += 2 + n
        at += 1 + record[at]
        end = at + 2 + int.from_bytes(record[at : at + 2], "big")
        at += 2
        self.extensions = {}
        while at < end:
            kind, size = (int.from_bytes(record[at + i : at + i + 2], "big") for i in (0, 2))
            self.extensions[kind] = record[at + 4 : at + 4 + size]
            at += 4 + size


def test_a_hello_names_the_registry_and_offers_nothing_to_resume(registry, kiosk):
    """Twice, since a session of the first would show in the second."""
    for _ in range(2):
        with FaultProxy(registry.port) as proxy:
            assert kiosk.once(port=proxy.port).returncode == 0
            hello = Hello(bytes(proxy.records[0]))
        assert b"localhost" in hello.extensions[0]
        for never in (MAX_FRAGMENT_LENGTH, EARLY_DATA, PRE_SHARED_KEY):
            assert never not in hello.extensions
        assert hello.extensions.get(SESSION_TICKET, b"") == b""
        assert SESSION_TICKET not in hello.extensions
        assert hello.session == b"" or 43 in hello.extensions  # TLS 1.3 sends a random one (RFC 8446, D.4)


def test_the_newest_version_that_the_library_has_is_used(registry, kiosk):
    """1.3 where it is offered (mbedTLS 3.6), else 1.2 (2.28); nothing older is."""
    with FaultProxy(registry.port) as proxy:
        done = kiosk.once(port=proxy.port)
        hello = Hello(bytes(proxy.records[0]))
    offered = hello.extensions.get(SUPPORTED_VERSIONS, b"\x02\x03\x03")[1:]
    offered = {offered[i : i + 2] for i in range(0, len(offered), 2)}
    assert hello.version == TLS_1_2 and offered <= {TLS_1_2, TLS_1_3}
    assert f"tls=TLSv1.{3 if TLS_1_3 in offered else 2}" in done.stderr, done.stderr


def test_nothing_is_left_where_a_program_was_started(registry, kiosk, tmp_path):
    """PSA can keep keys in files of the current directory, in plain: it is given none to keep."""
    where = tmp_path / "where"
    where.mkdir()
    done = subprocess.run([PROGRAM, "--once", "--config", kiosk.configure()], cwd=where, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert list(where.iterdir()) == []


def test_a_hello_offers_no_export_null_or_stream_cipher(registry, kiosk):
    with FaultProxy(registry.port) as proxy:
        assert kiosk.once(port=proxy.port).returncode == 0
        hello = Hello(bytes(proxy.records[0]))
    null, rc4, export, anonymous = {0, 1, 2, 0x3B}, {4, 5, 0xC007, 0xC011}, {3, 6, 8, 0x0B, 0x0E, 0x11, 0x14}, \
        {0x18, 0x1B, 0x34, 0x3A, 0x6C, 0x6D, 0xC015, 0xC016, 0xC017, 0xC018, 0xC019}
    assert not hello.ciphers & (null | rc4 | export | anonymous)


def chained(leaf, issuer, path):
    """The certificate followed by its issuer's, as a server or client would send them."""
    path.write_bytes(leaf.cert.read_bytes() + issuer.cert.read_bytes())
    return path


def served(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return OneShotServer(context)


def test_a_kiosk_can_issue_no_certificate_for_a_registry(registry, kiosk, tmp_path):
    leaf = pki.issue(kiosk.identity, "localhost", tmp_path, "forged", server=True, sans=["localhost"])
    with served(chained(leaf, kiosk.identity, tmp_path / "chain.pem"), leaf.key) as server:
        done = kiosk.once(port=server.port)
    assert done.returncode == 1 and "certificate is refused" in done.stderr, done.stderr
    assert registry.head(NAME)[1] == 1


def test_a_kiosk_can_issue_no_certificate_for_another(registry, tmp_path):
    thief, victim = registry.enrol("CGK-03-0999"), registry.enrol(NAME)
    leaf = pki.issue(thief.identity, NAME, tmp_path, "forged")
    context = ssl.create_default_context(cafile=registry.ca.cert)
    context.load_cert_chain(chained(leaf, thief.identity, tmp_path / "chain.pem"), leaf.key)
    connection = http.client.HTTPSConnection("localhost", registry.port, context=context, timeout=60)
    with pytest.raises((OSError, http.client.HTTPException)):
        connection.request("GET", "/v1/policy")
        connection.getresponse()
    assert "REGISTRY_CLIENT_REFUSED" in registry.await_log("REGISTRY_CLIENT_REFUSED")
    assert victim.request("GET", "/v1/policy").status == 404  # there is none yet: it is admitted


def test_a_registry_under_an_address_in_place_of_a_name_is_refused(registry, kiosk, tmp_path):
    """The kiosk asks for a name; a certificate that is good for the address alone is not enough."""
    address = pki.issue(registry.ca, "registry", tmp_path, "address", server=True, sans=["127.0.0.1"])
    with served(address.cert, address.key) as server:
        done = kiosk.once(port=server.port)
    assert done.returncode == 1 and "does not match with the expected CN" in done.stderr, done.stderr
