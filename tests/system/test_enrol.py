"""Enrolment from a code alone, by the real programs over real TLS: what works, and what must not."""
import hashlib
import http.client
import http.server
import os
import re
import ssl
import subprocess
import threading

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import BasicConstraints, ExtendedKeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import pki
from clock_kit import Clock
from desk_kit import PROGRAMS, desk, scan, wait_for_data
from desk_setup import run
from enrol_kit import FILES, KEYS, PAMIT, EnrolRegistry, NewKiosk, code_read, code_write
from registry_kit import cose_signature, key_id

NAME = "CGK-09-0412"
REFUSED, USAGE, AGAIN = 1, 2, 3
HOUR_MS = 3600 * 1000


@pytest.fixture(name="running", scope="module")
def make_running(tmp_path_factory):
    with EnrolRegistry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(name="registry")
def make_registry(running):
    """Started anew where it has something to remember of wrong attempts."""
    if any("REGISTRY_ENROL_REFUSED" in line for line in running.log):
        assert running.stop() == 0
        running.start()
    running.log.clear()
    return running


@pytest.fixture(name="kiosk")
def make_kiosk(registry, tmp_path):
    registry.kiosks = getattr(registry, "kiosks", 0) + 1
    return NewKiosk(registry, tmp_path / "kiosk", f"CGK-03-{registry.kiosks:04}")


def assert_works(kiosk):
    """What enrolment left is enough for pamit-sync: all of a new journal arrives."""
    _, last, _ = kiosk.append(3)
    kiosk.contact()
    assert kiosk.registry.head(kiosk.name)[1] == last + 1


def assert_nothing_came(kiosk):
    """A kiosk that was refused has the keys it made, or none, and nothing of a registry."""
    assert kiosk.present() <= {"pamit.conf", *KEYS}


def ca_der(registry):
    return registry.ca.certificate.public_bytes(Encoding.DER)


# ---- what works ----------------------------------------------------------------------------------


def test_a_code_is_all_it_takes(registry, kiosk):
    done = kiosk.enrol(registry.code(kiosk.name))
    assert done.returncode == 0, done.stderr
    assert f"{kiosk.name} is enrolled at localhost:{registry.port}" in done.stdout
    assert kiosk.present() == {"pamit.conf", *KEYS, *FILES}
    assert all((kiosk.folder / name).stat().st_mode & 0o777 == 0o600 for name in KEYS)
    assert (kiosk.folder / "endpoint").read_text() == f"https://localhost:{registry.port}\n"
    assert_works(kiosk)
    assert registry.await_log("REGISTRY_ENROLLED").endswith(f"kiosk={kiosk.name}")


def test_the_certificate_is_for_this_kiosk_and_for_clients_alone(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    cert = kiosk.certificate()
    registry.ca.certificate.public_key().verify(
        cert.signature, cert.tbs_certificate_bytes, ec.ECDSA(cert.signature_hash_algorithm))
    assert [name.value for name in cert.subject] == [kiosk.name]
    assert cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert cert.issuer == registry.ca.certificate.subject
    assert isinstance(cert.public_key().curve, ec.SECP256R1)
    usages = cert.extensions.get_extension_for_class(ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not cert.extensions.get_extension_for_class(BasicConstraints).value.ca
    assert (cert.not_valid_after - cert.not_valid_before).days == 2 * 365


def test_a_code_says_who_the_ca_is_and_is_kept_as_a_hash_alone(registry):
    text = registry.code(NAME)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){8}[0-9A-HJKMNP-TV-Z]{5}", text)
    fingerprint, secret = code_read(text)
    assert fingerprint == hashlib.sha256(ca_der(registry)).digest()[:12]
    stored = b"".join(path.read_bytes() for path in registry.folder.glob("registry.db*"))
    assert hashlib.sha256(secret).digest() in stored
    assert secret not in stored and text.encode() not in stored


def test_a_code_may_be_typed_as_it_was_heard(registry, kiosk):
    typed = registry.code(kiosk.name).replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert kiosk.enrol(typed).returncode == 0


def plant(kiosk, uid):
    """An answer of somebody else's making where a kept one would be: other keys to trust."""
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint)
    kept = kiosk.folder / "tls.pem.enrolled"
    kept.write_bytes(cbor2.dumps({
        1: 1, 2: kiosk.name, 3: kiosk.certificate().public_bytes(Encoding.DER),
        4: kiosk.certificate("ca.pem").public_bytes(Encoding.DER), 5: stranger, 6: stranger,
        7: "localhost", 8: 9}, canonical=True))
    kept.chmod(0o600)
    os.chown(kept, uid, uid)


def test_what_others_left_to_be_trusted_is_not_installed(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    before = kiosk.digest(*FILES)
    plant(kiosk, os.geteuid())
    assert kiosk.enrol(registry.code(kiosk.name), url="https://localhost:1").returncode == AGAIN
    assert kiosk.digest(*FILES) == before
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    assert not (kiosk.folder / "tls.pem.enrolled").exists()
    assert_works(kiosk)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_pamit_sync_installs_what_is_its_own(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    before = kiosk.digest(*FILES)
    plant(kiosk, 65534)
    done = kiosk.once()
    assert done.returncode == 1 and "another user's" in done.stderr
    assert kiosk.digest(*FILES) == before


@pytest.mark.parametrize("typed,code", [("{}\n", 0), ("{}", 0), ("", USAGE), ("\n{}", USAGE)])
def test_a_code_may_come_where_no_list_of_processes_shows_it(registry, kiosk, typed, code):
    done = subprocess.run(
        [PAMIT, "enrol", registry.url, "-", "--config", kiosk.folder / "pamit.conf"], text=True,
        input=typed.format(registry.code(kiosk.name)), capture_output=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr


def test_a_host_that_the_certificate_does_not_name_is_refused_at_the_start(tmp_path):
    """Kiosks would enrol, and then never connect."""
    registry = EnrolRegistry(tmp_path)
    done = registry.run("serve", config=registry.write_config(
        "bad.conf", enrol="yes", enrol_port=0, public_host="registry.example"))
    assert done.returncode == 1 and "registry.example" in done.stderr


def test_enrolling_again_keeps_the_keys_and_the_journal(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    assert_works(kiosk)
    keys, before = kiosk.digest(*KEYS), kiosk.certificate()
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    assert kiosk.digest(*KEYS) == keys
    assert kiosk.certificate().serial_number != before.serial_number
    assert_works(kiosk)


def test_an_enrolled_kiosk_changes_its_registry_only_when_told_to(registry, kiosk, tmp_path):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    before = kiosk.digest(*FILES, *KEYS)
    with EnrolRegistry(tmp_path / "second") as second:
        code = second.code(kiosk.name)
        done = kiosk.enrol(code, url=second.url)
        assert done.returncode == REFUSED and "--another-registry" in done.stderr
        assert kiosk.digest(*FILES, *KEYS) == before
        assert_works(kiosk)
        assert kiosk.enrol(code, "--another-registry", url=second.url).returncode == 0
        kiosk.registry = second
        assert_works(kiosk)


def test_a_ca_in_another_shape_is_the_same_one(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    ca = (kiosk.folder / "ca.pem").read_text()
    (kiosk.folder / "ca.pem").write_text("The registry's\n\n" + ca.replace("\n", "\r\n"))
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0


SOMEBODY = 12345


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
@pytest.mark.parametrize("given,named", [
    ("tls", "tls"), ("storage/storage.key", "storage.key"), ("tls/tls.key", "tls.key")])
def test_keys_that_one_user_could_not_read_are_not_enrolled_with(
        registry, kiosk, given, named):
    """pamit-lane and pamit-sync run as one user, and both read the storage key."""
    kiosk.configure(storage_key="storage/storage.key", tls_key="tls/tls.key",
                    tls_cert="tls/tls.pem")
    for folder in ("storage", "tls"):
        (kiosk.folder / folder).mkdir()
    path = kiosk.folder / given
    if path.name.endswith(".key"):
        path.touch(mode=0o600)
    os.chown(path, SOMEBODY, SOMEBODY)
    code = registry.code(kiosk.name)
    done = kiosk.enrol(code)
    assert done.returncode == REFUSED and "two users" in done.stderr and named in done.stderr
    path.unlink() if path.is_file() else os.chown(path, 0, 0)
    assert kiosk.enrol(code).returncode == 0


def test_a_registry_in_the_configuration_goes_before_the_one_that_came_down(registry, kiosk):
    kiosk.configure(registry_host="localhost", registry_port=registry.port)
    done = kiosk.enrol(registry.code(kiosk.name))
    assert done.returncode == 0 and "registry_host = localhost" in done.stdout


def test_help_says_what_to_give_and_what_comes_of_it():
    said = run(PROGRAMS / "pamit", "enrol", "--help")
    assert all(word in said for word in ("URL", "CODE", "--config", "Exit: 0 enrolled"))
    assert "enrol" in run(PROGRAMS / "pamit", "--help")
    assert "enrol-code ID [--hours N]" in run(PROGRAMS / "pamit-registry", "--help")


# ---- codes that are not good ---------------------------------------------------------------------


def test_a_mistyped_code_names_the_group_and_asks_nobody(registry, kiosk):
    text = registry.code(kiosk.name)
    wrong = text[:18] + ("A" if text[18] != "A" else "B") + text[19:]
    done = kiosk.enrol(wrong)
    assert done.returncode == USAGE and "group 4" in done.stderr
    assert kiosk.present() == {"pamit.conf"}
    assert kiosk.enrol(text).returncode == 0


@pytest.mark.parametrize("arguments", [(), ("--hours", "0"), ("--hours", "721"), ("--hours", "x")])
def test_a_code_is_for_some_hours_of_a_sound_id(registry, arguments):
    done = registry.run("enrol-code", NAME if arguments else "two words", *arguments)
    assert done.returncode == 1 and done.stdout == "" and done.stderr


def test_a_code_that_was_never_given_is_refused(registry, kiosk):
    fingerprint, _ = code_read(registry.code(kiosk.name))
    done = kiosk.enrol(code_write(fingerprint, bytes(10)))
    assert done.returncode == REFUSED and "not known here" in done.stderr
    assert_nothing_came(kiosk)
    assert "not known" in registry.await_log("REGISTRY_ENROL_REFUSED")
    assert kiosk.name not in registry.command("kiosk", "list")


def test_a_code_is_good_for_one_device(registry, kiosk, tmp_path):
    code = registry.code(kiosk.name)
    assert kiosk.enrol(code).returncode == 0
    thief = NewKiosk(registry, tmp_path / "thief", kiosk.name)
    done = thief.enrol(code)
    assert done.returncode == REFUSED and "this code was used" in done.stderr
    assert_nothing_came(thief)
    assert_works(kiosk)


def test_a_code_is_good_for_one_id(registry, kiosk, tmp_path):
    other = NewKiosk(registry, tmp_path / "other", "CGK-04-0001")
    code = registry.code(kiosk.name)
    done = other.enrol(code)
    assert done.returncode == REFUSED and "another kiosk's" in done.stderr
    assert kiosk.enrol(code).returncode == 0


def test_a_new_code_takes_the_place_of_one_that_was_not_used(registry, kiosk):
    lost, code = registry.code(kiosk.name), registry.code(kiosk.name)
    done = kiosk.enrol(lost)
    assert done.returncode == REFUSED and "newer one" in done.stderr
    assert kiosk.enrol(code).returncode == 0


def test_a_code_expires(tmp_path):
    clock = Clock(tmp_path)
    with clock.kiosk():
        registry = EnrolRegistry(tmp_path / "registry")
        registry.start()
        code = registry.code(NAME, "--hours", "2")
    kiosk = NewKiosk(registry, tmp_path / "kiosk", NAME)
    clock.set(2 * HOUR_MS)
    done = kiosk.enrol(code)
    assert done.returncode == REFUSED and "has expired" in done.stderr
    assert_nothing_came(kiosk)
    clock.set(HOUR_MS)
    assert kiosk.enrol(code).returncode == 0
    assert registry.stop() == 0


def test_another_device_can_not_take_an_id(registry, kiosk, tmp_path):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    second = NewKiosk(registry, tmp_path / "second", kiosk.name)
    done = second.enrol(registry.code(kiosk.name))
    assert done.returncode == REFUSED and "gets a new id" in done.stderr
    assert_works(kiosk)


def test_who_is_wrong_too_often_has_to_wait(registry, kiosk):
    fingerprint, _ = code_read(registry.code(kiosk.name))
    wrong = [kiosk.enrol(code_write(fingerprint, bytes([i] * 10))) for i in range(10)]
    assert {done.returncode for done in wrong} == {REFUSED}
    done = kiosk.enrol(registry.code(kiosk.name))
    assert done.returncode == AGAIN and "HTTP 429" in done.stderr
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == AGAIN


# ---- who sits in between -------------------------------------------------------------------------


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


# ---- the listener --------------------------------------------------------------------------------


def ask(registry, method, path, body=None):
    connection = http.client.HTTPSConnection(
        "localhost", registry.enrol_port, timeout=20,
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


def certificate_request(key, *names):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return request.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


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


# ---- revoked -------------------------------------------------------------------------------------


def client(registry, kiosk):
    context = ssl.create_default_context(cafile=registry.ca.cert)
    context.load_cert_chain(kiosk.folder / "tls.pem", kiosk.folder / "tls.key")
    return context


def get(connection):
    connection.request("GET", "/v1/receipt?nonce=" + "0" * 32)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_revoking_takes_effect_on_the_next_request_of_an_open_connection(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    connection = http.client.HTTPSConnection(
        "localhost", registry.port, timeout=20, context=client(registry, kiosk))
    assert get(connection) == 200
    sock = connection.sock
    code = registry.code(kiosk.name)
    registry.command("kiosk", "revoke", kiosk.name)
    connection.auto_open = False
    assert get(connection) == 403 and connection.sock is not sock  # its last answer
    done = kiosk.enrol(code)
    assert done.returncode == REFUSED and "revoked" in done.stderr


def test_a_revoked_kiosk_does_not_come_back_under_another_id(registry, kiosk):
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    registry.command("kiosk", "revoke", kiosk.name)
    refused = registry.run("enrol-code", kiosk.name)
    assert refused.returncode == 1 and refused.stdout == "" and "revoked" in refused.stderr
    kiosk.name += "-B"
    kiosk.configure()
    done = kiosk.enrol(registry.code(kiosk.name))
    assert done.returncode == REFUSED and "another id's keys" in done.stderr
    (kiosk.folder / "entry.key").unlink()
    done = kiosk.enrol(registry.code(kiosk.name))
    assert done.returncode == REFUSED and "another id's keys" in done.stderr
    (kiosk.folder / "tls.key").unlink()
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_revoking_takes_effect_on_a_resumed_session(registry, kiosk, version):
    """Whether the registry lets a session be resumed or not."""
    assert kiosk.enrol(registry.code(kiosk.name)).returncode == 0
    context = client(registry, kiosk)
    context.minimum_version = context.maximum_version = version
    first = http.client.HTTPSConnection("localhost", registry.port, timeout=20, context=context)
    assert get(first) == 200
    session = first.sock.session
    first.close()
    registry.command("kiosk", "revoke", kiosk.name)
    second = http.client.HTTPSConnection("localhost", registry.port, timeout=20, context=context)
    http.client.HTTPConnection.connect(second)
    second.sock = context.wrap_socket(second.sock, server_hostname="localhost", session=session)
    assert get(second) == 403
    second.close()


def test_the_desks_kiosk_enrols_beside_a_counter_that_serves(tmp_path):
    """As README's reader tries it: the programs go on meanwhile, and after a restart as well."""
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        registry = ("--config", made.folder / "registry.conf")
        code = run(PROGRAMS / "pamit-registry", "enrol-code", "DESK-01", *registry).strip()
        said = run(PROGRAMS / "pamit", "enrol", f"https://localhost:{made.ports['enrol_port']}",
                   code, "--config", made.folder / "pamit.conf")
        assert said.startswith("DESK-01 is enrolled at localhost:"), said
        made.processes.stop("sync")
        made.start("sync")
        since = len(made.processes.events)
        scan(made, "siti")
        made.processes.wait("sync", "RECEIPT_STORED", since=since)
