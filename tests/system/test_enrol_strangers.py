"""Who else is there when a kiosk enrols: other servers in between, and other clients at the listener."""
import contextlib
import http.client
import http.server
import socket
import ssl
import subprocess
import threading

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import pki
from desk_kit import PROGRAMS
from enrol_kit import EnrolRegistry, NewKiosk, certificate_request, code_read
from enrol_scene import AGAIN, REFUSED, USAGE, assert_nothing_came, ca_der, make_kiosk, make_registry, make_running  # pylint: disable=unused-import
from registry_kit import cose_signature, key_id


# ---- who sits in between ----------------------------------------------------------------------------


class Stranger(http.server.ThreadingHTTPServer):
    """A TLS server with a certificate of a CA of its own; notes what it is asked."""

    def __init__(self, folder, shown_ca=None, handler=None):
        self.asked, self.ca = [], pki.make_ca(folder, cn="Pamit test CA")
        self.shown = shown_ca or self.ca.certificate.public_bytes(Encoding.DER)
        identity = pki.issue(self.ca, "localhost", folder, "server", server=True,
                             sans=["localhost"])
        super().__init__(("127.0.0.1", 0), handler or StrangerHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.cert, identity.key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A refused handshake is what is to happen."""


class StrangerHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.shown)))
        self.end_headers()
        self.wfile.write(self.server.shown)

    def do_POST(self):  # pylint: disable=invalid-name
        self.server.asked.append(self.path)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class MailHandler(StrangerHandler):
    def do_GET(self):
        self.wfile.write(b"220 mail.example ESMTP\r\n")


def test_an_address_that_is_no_registrys_to_enrol_at_is_said_to_be_so(registry, kiosk, tmp_path):
    """Rather than to try again: the kiosks' own port, which asks for a certificate, and a mail server."""
    mail = Stranger(tmp_path / "mail", handler=MailHandler)
    for port in (registry.port, mail.server_port):
        done = kiosk.enrol(registry.code(kiosk.name), url=f"https://localhost:{port}")
        assert done.returncode == REFUSED and "no address to enrol at" in done.stderr, done.stderr
    mail.shutdown()
    mail.server_close()


def test_a_kiosk_that_never_enrolled_says_so(kiosk):
    for done in (kiosk.once(), subprocess.run(
            [PROGRAMS / "pamit-lane", "--config", kiosk.folder / "pamit.conf"], text=True,
            capture_output=True, timeout=60, check=False)):
        assert done.returncode == 1 and "not enrolled (pamit enrol)" in done.stderr, done.stderr


def test_a_folder_that_is_missing_is_named(registry, kiosk):
    kiosk.configure(storage_key="none/storage.key")
    done = kiosk.enrol(registry.code(kiosk.name))
    assert done.returncode == REFUSED and "/none: No such file" in done.stderr, done.stderr


@pytest.mark.parametrize("shows_true_ca", [False, True], ids=["its own CA", "the true CA"])
def test_a_registry_of_another_ca_gets_nothing(registry, kiosk, tmp_path, shows_true_ca):
    stranger = Stranger(tmp_path / "stranger", ca_der(registry) if shows_true_ca else None)
    code = registry.code(kiosk.name)
    done = kiosk.enrol(code, url=f"https://localhost:{stranger.server_port}")
    stranger.shutdown()
    stranger.server_close()
    assert done.returncode == REFUSED
    why = "not correctly signed by the trusted CA" if shows_true_ca else "another fingerprint"
    assert why in done.stderr, done.stderr
    assert stranger.asked == ["/v1/ca"]
    assert_nothing_came(kiosk)
    assert kiosk.enrol(code).returncode == 0


def test_a_registry_that_is_not_there_is_asked_again_later(registry, kiosk):
    code = registry.code(kiosk.name)
    assert registry.stop() == 0
    done = kiosk.enrol(code)
    assert done.returncode == AGAIN and "run the same again" in done.stderr
    registry.start()
    assert kiosk.enrol(code).returncode == 0


@pytest.mark.parametrize("url", ["http://localhost", "localhost", "https://", "https://a:0",
                                 "https://a:65536", "https://127.0.0.1", "https://a/b"])
def test_a_url_that_is_none_is_refused(registry, kiosk, url):
    done = kiosk.enrol(registry.code(kiosk.name), url=url)
    assert done.returncode == USAGE and url in done.stderr
    assert kiosk.present() == {"pamit.conf"}


# ---- the listener -----------------------------------------------------------------------------------


def ask(registry, method, path, body=None):
    connection = http.client.HTTPSConnection(
        "localhost", registry.enrol_port, timeout=60,
        context=ssl.create_default_context(cafile=registry.ca.cert))
    try:
        connection.request(method, path, body=body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("method, path, body, status", [
    ("GET", "/v1/ca", None, 200), ("GET", "/v1/enrol", None, 405), ("POST", "/v1/ca", b"x", 405),
    ("GET", "/v1/policy", None, 404), ("POST", "/v1/entries", b"x", 404),
    ("POST", "/v1/enrol", b"", 400), ("POST", "/v1/enrol", bytes(2000), 400),
    ("POST", "/v1/enrol", b"\x04" + bytes(300), 400)])
def test_strangers_get_no_further_than_enrolment(registry, method, path, body, status):
    assert ask(registry, method, path, body)[0] == status


@pytest.mark.parametrize("addresses", [1, 8, 100])
def test_who_says_nothing_keeps_nobody_from_enrolling(tmp_path, addresses):
    """More than there is room for, and none is sent away for its silence; one more address is not among theirs."""
    with EnrolRegistry(tmp_path / "registry", timeout_s=3600) as registry, contextlib.ExitStack() as silent:
        for i in range(100):
            silent.enter_context(socket.create_connection(
                ("127.0.0.1", registry.enrol_port), 20, source_address=(f"127.0.1.{1 + i % addresses}", 0)))
        kiosk = NewKiosk(registry, tmp_path / "kiosk", "CGK-03-0412")
        assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0


def forged(request):
    return request[:-1] + bytes([request[-1] ^ 1])


def envelope(key, payload, shown=None):
    """What POST /v1/enrol takes: a point, and what its key signed."""
    point = (shown or key).public_key().public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint)
    header = cbor2.dumps({1: -7, 4: key_id(key)}, canonical=True)
    return point + cbor2.dumps(
        cbor2.CBORTag(18, [header, {}, payload, cose_signature(key, payload)]), canonical=True)


P256, P384 = ec.SECP256R1(), ec.SECP384R1()


@pytest.mark.parametrize("status, fields, names, change, curve", [
    (200, {}, 1, None, P256), (400, {1: 2}, 1, None, P256), (403, {2: "CGK-09-9999"}, 0, None, P256),
    (400, {2: "CGK-09-9999"}, 1, None, P256), (400, {2: "two words"}, 1, None, P256),
    (403, {3: bytes(10)}, 1, None, P256), (400, {3: bytes(9)}, 1, None, P256),
    (400, {}, 2, None, P256), (400, {}, 1, forged, P256), (400, {}, 1, bytes.upper, P256),
    (400, {}, 1, None, P384), (400, {4: b""}, 1, None, P256)], ids=[
    "as it should be", "another version", "another's id", "an id that is not the request's",
    "an id that is none", "another secret", "a short secret", "two names", "forged",
    "garbled", "another curve", "no request"])
def test_what_a_request_has_to_be(registry, kiosk, status, fields, names, change, curve):
    """By a client that shares no code with Pamit."""
    _, secret = code_read(registry.code(kiosk.name))
    name = fields.get(2, kiosk.name) if names == 0 else kiosk.name
    csr = certificate_request(ec.generate_private_key(curve), name, *["B"] * (names - 1))
    entry_key = ec.generate_private_key(P256)
    payload = {1: 1, 2: kiosk.name, 3: secret, 4: change(csr) if change else csr, **fields}
    body = envelope(entry_key, cbor2.dumps(payload, canonical=True))
    answer = ask(registry, "POST", "/v1/enrol", body)
    assert answer[0] == status, answer
    if status == 200:
        told = cbor2.loads(answer[1])
        assert told[2] == kiosk.name and told[4] == ca_der(registry)
        assert (told[7], told[8]) == ("localhost", registry.port)
    else:
        assert kiosk.name not in registry.command("kiosk", "list")


def test_a_request_proves_the_entry_key_that_it_names(registry, kiosk):
    _, secret = code_read(registry.code(kiosk.name))
    csr = certificate_request(ec.generate_private_key(P256), kiosk.name)
    payload = cbor2.dumps({1: 1, 2: kiosk.name, 3: secret, 4: csr}, canonical=True)
    own, others = ec.generate_private_key(P256), ec.generate_private_key(P256)
    assert ask(registry, "POST", "/v1/enrol", envelope(own, payload, shown=others))[0] == 400
    assert ask(registry, "POST", "/v1/enrol", envelope(own, payload))[0] == 200
