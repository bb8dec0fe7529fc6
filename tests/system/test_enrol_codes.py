"""Codes that are not good, and ids and keys that are not for a kiosk to have: what enrolment refuses."""
import http.client
import ssl

import pytest

from clock_kit import Clock
from enrol_kit import EnrolRegistry, NewKiosk, code_read, code_write
from enrol_scene import AGAIN, NAME, REFUSED, USAGE, assert_nothing_came, assert_works, make_kiosk, make_registry, make_running  # pylint: disable=unused-import

HOUR_MS = 3600 * 1000


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


# ---- revoked ----------------------------------------------------------------------------------------


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
        "localhost", registry.port, timeout=60, context=client(registry, kiosk))
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
    first = http.client.HTTPSConnection("localhost", registry.port, timeout=60, context=context)
    assert get(first) == 200
    session = first.sock.session
    first.close()
    registry.command("kiosk", "revoke", kiosk.name)
    second = http.client.HTTPSConnection("localhost", registry.port, timeout=60, context=context)
    http.client.HTTPConnection.connect(second)
    second.sock = context.wrap_socket(second.sock, server_hostname="localhost", session=session)
    assert get(second) == 403
    second.close()
