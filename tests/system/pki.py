"""Keys and certificates for tests: a CA of our own, what it issues, and every way to get it wrong.

Made with python3-cryptography, so that what mbedTLS and GnuTLS are asked to accept or refuse was made
by neither. Keys are P-256, PKCS #8 PEM, 0600. Nothing here is kept: each test makes its own.

    ca = make_ca(tmp_path)
    server = issue(ca, "localhost", tmp_path, "registry", server=True, sans=["localhost"])
    client = issue(ca, "CGK-03-0412", tmp_path, "kiosk")
    server.cert, server.key, ca.cert       # paths of PEM files
"""

import datetime
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Identity:
    """A key and its certificate as PEM files, and as objects for whoever builds on them."""

    cert: Path
    key: Path
    certificate: x509.Certificate
    private_key: ec.EllipticCurvePrivateKey


def write_private(path, content):
    """Writes a file that only its owner may read, whatever the umask and whatever was there."""
    path = Path(path)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path


def storage_key(path):
    """A kiosk's storage key: 32 random bytes."""
    return write_private(path, os.urandom(32))


def ec_key(path, public_path=None):
    """A P-256 private key at `path`; its public half as PEM at `public_path`, if given."""
    key = ec.generate_private_key(ec.SECP256R1())
    write_private(path, _private_pem(key))
    if public_path is not None:
        public_pem(key, public_path)
    return key


def public_pem(key, path):
    """The public half of `key` as SubjectPublicKeyInfo."""
    path = Path(path)
    path.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return path


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def days(count):
    """`count` days from now; negative for the past."""
    return now() + datetime.timedelta(days=count)


def make_ca(directory, name="ca", cn="Pamit test CA"):
    """A self-signed CA: DIR/NAME.pem and DIR/NAME.key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(cn)
    builder = _builder(subject, subject, key.public_key(), None, None)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(ca=True), critical=True)
    return _write(builder.sign(key, hashes.SHA256()), key, directory, name)


def issue(
    ca, cn, directory, name, *, server=False, client=None, sans=(), not_before=None, not_after=None
):
    """A certificate by `ca` for `cn`: DIR/NAME.pem and DIR/NAME.key.

    `server`, `client`: which of the two it may be used as; client alone unless asked otherwise.
    `sans`: names or addresses the certificate is for. The dates default to a validity that has
    begun a day ago and ends in 30 days.
    """
    if client is None:
        client = not server
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(
        _name(cn), ca.certificate.subject, key.public_key(), not_before, not_after
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(ca=False), critical=True)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH] * server + [ExtendedKeyUsageOID.CLIENT_AUTH] * client
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if sans:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(san) for san in sans]), critical=False
        )
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.private_key.public_key()),
        critical=False,
    )
    return _write(builder.sign(ca.private_key, hashes.SHA256()), key, directory, name)


def certify(ca, cn, public_key):
    """A client's certificate by `ca` (PEM) for somebody else's key."""
    builder = _builder(_name(cn), ca.certificate.subject, public_key, None, None)
    builder = builder.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return builder.sign(ca.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _name(cn):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def _general_name(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _key_usage(ca):
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(subject, issuer, public_key, not_before, not_after):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before or days(-1))
        .not_valid_after(not_after or days(30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _write(certificate, key, directory, name):
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    cert_path = directory / f"{name}.pem"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path = write_private(directory / f"{name}.key", _private_pem(key))
    return Identity(cert_path, key_path, certificate, key)
