"""Enrolment from a code alone, by the real programs over real TLS: what works."""
import hashlib
import os
import re
import subprocess

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import BasicConstraints, ExtendedKeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from desk_kit import PROGRAMS, desk, scan, wait_for_data
from desk_setup import run
from enrol_kit import FILES, KEYS, PAMIT, EnrolRegistry, code_read
from enrol_scene import AGAIN, NAME, REFUSED, USAGE, assert_works, ca_der, make_kiosk, make_registry, make_running  # pylint: disable=unused-import


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
