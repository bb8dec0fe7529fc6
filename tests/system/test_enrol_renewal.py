"""A certificate's life: renewed at half of it, over the session there is; when it ended, enrolling
again is all that helps. The registry's clock moves; a kiosk goes by that, whatever its own says."""
import json
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import pki
from clock_kit import UNKNOWN, Clock
from enrol_kit import KEYS, EnrolRegistry, NewKiosk, certificate_request
from front_kit import Front
from registry_kit import Kiosk, cose_payload
from renewal_scene import DAY_MS, DAYS, make_clock, make_registry  # noqa: F401

NAME = "CGK-03-0412"


@pytest.fixture(name="kiosk")
def make_kiosk(registry, tmp_path):
    kiosk = NewKiosk(registry, tmp_path / "kiosk", NAME)
    assert kiosk.enrol(registry.code(NAME)).returncode == 0
    kiosk.append(3)
    assert "RENEW" not in kiosk.contact()
    return kiosk


def test_a_certificate_is_renewed_at_half_of_its_life(registry, clock, kiosk):
    before, keys = kiosk.certificate(), kiosk.digest(*KEYS)
    clock.set(int((DAYS / 2 - 0.5) * DAY_MS))
    assert "RENEW" not in kiosk.contact()
    clock.set(int((DAYS / 2 + 0.5) * DAY_MS))
    assert "CERTIFICATE_RENEWED" in kiosk.contact()
    after = kiosk.certificate()
    assert after.serial_number != before.serial_number
    assert (after.not_valid_after - before.not_valid_after).days >= DAYS // 2
    assert after.public_key().public_numbers() == before.public_key().public_numbers()
    assert kiosk.digest(*KEYS) == keys
    assert "RENEW" not in kiosk.contact()
    assert registry.await_log("REGISTRY_RENEWED").endswith(f"kiosk={NAME}")
    clock.set(int((DAYS + 1) * DAY_MS))  # the old one has ended
    assert "CERTIFICATE_RENEWED" in kiosk.contact()


@pytest.mark.parametrize("enrols_meanwhile", [False, True])
def test_a_registry_whose_clock_was_ahead_locks_nobody_out(
        registry, clock, kiosk, enrols_meanwhile):
    """A certificate that is made meanwhile is good, too, once the clock is put right."""
    clock.set(int((DAYS - 1) * DAY_MS))
    if enrols_meanwhile:
        with clock.kiosk():
            code = registry.code(NAME)
        assert kiosk.enrol(code).returncode == 0
    else:
        assert "CERTIFICATE_RENEWED" in kiosk.contact()
    clock.set(0)
    _, last, _ = kiosk.append(1)
    assert "RENEW" not in kiosk.contact()
    assert registry.head(NAME)[1] == last + 1


def test_a_registry_whose_clock_was_ahead_of_its_own_certificate_is_reached_again(
        registry, clock, kiosk):
    """What it said of the time meanwhile does not end its certificate for us: our own clock was right."""
    assert registry.stop() == 0
    pki.issue(registry.ca, "localhost", registry.folder, "registry", server=True,
              sans=["localhost"], not_after=pki.days(3))
    with clock.kiosk():
        registry.start()
    (kiosk.folder / "endpoint").write_text(f"https://localhost:{registry.port}\n")
    clock.set(5 * DAY_MS)
    kiosk.contact()
    clock.set(0)
    _, last, _ = kiosk.append(1)
    kiosk.contact()
    assert registry.head(NAME)[1] == last + 1


def test_a_kiosk_does_not_renew_by_a_clock_that_it_does_not_believe(clock, kiosk, tmp_path):
    """No more than it believes a feed that is from then."""
    before = kiosk.digest("tls.pem")
    clock.set(12 * DAY_MS)
    own = tmp_path / "own"
    own.mkdir()
    own = Clock(own)
    own.set(-20 * DAY_MS, quality=UNKNOWN)
    kiosk.configure(assume_synced=False)
    with own.kiosk():
        said = kiosk.once().stderr
    assert "RENEWAL_FAILED" in said and "ahead of ours" in said, said
    assert kiosk.digest("tls.pem") == before


def test_a_new_certificate_that_is_refused_leaves_the_old_one(kiosk, tmp_path):
    """One of another CA lies there to be tried, as if the registry had made a mistake."""
    before = (kiosk.folder / "tls.pem").read_bytes()
    other = pki.make_ca(tmp_path / "other", cn="Another CA")
    wrong = pki.certify(other, NAME, kiosk.certificate().public_key())
    (kiosk.folder / "tls.pem.next").write_bytes(wrong)
    done = kiosk.once()
    assert done.returncode == 1 and "RENEWAL_FAILED" in done.stderr, done.stderr
    assert "tls.pem.next" not in kiosk.present()
    assert (kiosk.folder / "tls.pem").read_bytes() == before
    kiosk.contact()


def test_who_enrols_meanwhile_keeps_what_enrolling_brought(registry, clock, kiosk):
    """The renewal is under way in a pamit-sync that runs; its receipt comes after the enrolment."""
    kiosk.identity = SimpleNamespace(cert=kiosk.folder / "tls.pem", key=kiosk.folder / "tls.key")
    clock.set(int((DAYS / 2 + 0.5) * DAY_MS))
    with clock.kiosk():
        code = registry.code(NAME)
    asked, brought = [], []

    def answer(_, path, __, ask):
        if path.startswith("/v1/receipt") and "/v1/certificate" in asked and not brought:
            assert kiosk.enrol(code).returncode == 0
            brought.append(kiosk.certificate().serial_number)
        asked.append(path)
        return ask()

    with Front(registry, kiosk, answer) as front:
        said = kiosk.once(registry_host="localhost", registry_port=front.port).stderr
    assert brought == [kiosk.certificate().serial_number], said
    assert "CERTIFICATE_RENEWED" not in said and "enrolled" in said, said
    assert "tls.pem.next" not in kiosk.present()
    kiosk.contact()


def test_what_is_no_certificate_of_ours_is_not_tried(kiosk):
    (kiosk.folder / "tls.pem.next").write_bytes(b"garbage")
    kiosk.contact()
    assert "tls.pem.next" not in kiosk.present()


def test_a_renewal_is_on_the_key_of_the_certificate_that_asks(registry, kiosk, tmp_path):
    """By a client that shares no code with Pamit, with a kiosk's certificate and key."""
    other = NewKiosk(registry, tmp_path / "other", "CGK-03-0413")
    assert other.enrol(registry.code(other.name)).returncode == 0
    own, others = (load_pem_private_key((one.folder / "tls.key").read_bytes(), None) for one in (kiosk, other))
    identity = SimpleNamespace(cert=kiosk.folder / "tls.pem", key=kiosk.folder / "tls.key")
    client = Kiosk(registry, NAME, identity, None)

    def ask(request):
        return client.request("POST", "/v1/certificate", body=request)

    good = certificate_request(own, NAME)
    issued = x509.load_der_x509_certificate(cose_payload(registry.receipt_key, ask(good).body, decode=bytes))
    assert issued.public_key().public_numbers() == own.public_key().public_numbers()
    for why, request in (
            ("not of the key", certificate_request(others, NAME)),
            ("not of the key", certificate_request(ec.generate_private_key(ec.SECP256R1()), NAME)),
            ("not signed by its key", good[:-1] + bytes([good[-1] ^ 1])),
            ("another kiosk", certificate_request(own, other.name))):
        reply = ask(request)
        assert reply.status == 400 and why in reply.body.decode(), (why, reply)
        assert why in registry.await_log("REGISTRY_REQUEST_REFUSED")
        registry.log.clear()


def test_a_registry_that_renews_nothing_stops_nothing(registry, clock, kiosk):
    assert registry.stop() == 0
    clock.set(int((DAYS / 2 + 0.5) * DAY_MS))
    with clock.kiosk():
        registry.config = registry.write_config("plain.conf", enrol="no")
        super(EnrolRegistry, registry).start()
    (kiosk.folder / "endpoint").write_text(f"https://localhost:{registry.port}\n")
    kiosk.append(2)
    log = kiosk.contact()
    assert "RENEWAL_FAILED" in log and "HTTP 404" in log
    assert registry.head(NAME)[1] == kiosk.state()["next"]


def test_an_expired_kiosk_may_only_enrol_again(registry, clock, kiosk):
    keys = kiosk.digest(*KEYS)
    clock.set((DAYS + 1) * DAY_MS)
    _, last, _ = kiosk.append(2)
    done = kiosk.once()
    assert done.returncode == 1 and "our certificate has expired" in done.stderr
    assert "pamit enrol" in done.stderr
    with clock.kiosk():
        status = kiosk.status()
        code = registry.code(NAME)
    told = json.loads(status.stdout)
    assert status.returncode == 1 and "pamit enrol" in status.stderr
    assert told["unsent"] > 0
    assert kiosk.enrol(code).returncode == 0
    kiosk.contact()
    assert registry.head(NAME)[1] == last + 1 and kiosk.digest(*KEYS) == keys
    with clock.kiosk():
        status = kiosk.status()
    assert "enrol" not in status.stderr and json.loads(status.stdout)["certificate_days"] >= DAYS - 1
