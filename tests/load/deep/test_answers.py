"""What a target may do wrong while Locust runs: each fault is named, and no redirect is followed."""

import datetime as dt
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from load.engine.judge import ExitCode
from load.engine.plan import LIST
from load.target import LOCUST_REPORT
from tests.load.measurements import reasons
from tests.load.runs import drive, only, plan, run_against, serving, step


def test_target_that_is_not_there_gives_no_verdict_on_it(tmp_path):
    code, verdict = drive(
        run_against("http://127.0.0.1:9", tmp_path, plan=plan(step("hold", 1, 20)))
    )

    assert code == ExitCode.INVALID
    assert reasons(verdict) == (
        "no request was answered as the contract says, so nothing is known of the target",
    )


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        (["--stranger"], "wrong user_id"),
        (["--spoil=total"], "contract: /"),
        (["--status=302"], "HTTP 302"),
        (["--status=409"], "HTTP 409"),
    ],
)
def test_answer_that_is_not_right_is_a_failure(option, kind, tmp_path):
    with serving(*option) as target:
        _, verdict = drive(
            run_against(target.url, tmp_path, plan=plan(step("hold", 1, 20, only())))
        )
        seen = target.seen()

    assert verdict.measurement.steps.by_detail(0, LIST, "failed") == {kind: 20}
    assert f'"error": "{kind}", ' in (tmp_path / LOCUST_REPORT).read_text()
    assert "GET /elsewhere" not in seen, "a redirect was followed"


@pytest.fixture
def certificate(tmp_path):
    """Sign a certificate of 127.0.0.1 by itself, as nobody should trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    own = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(own, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path / "self-signed.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_certificate_that_nobody_vouches_for_is_not_accepted(certificate, tmp_path):
    short = plan(step("hold", 1, 20, only()))
    with serving(f"--certificate={certificate}", scheme="https") as target:
        _, verdict = drive(run_against(target.url, tmp_path / "out", plan=short))

    failed = verdict.measurement.steps.by_detail(0, LIST, "failed")
    assert failed == {"network: SSLCertVerificationError": 20}
