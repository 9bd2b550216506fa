"""The certificate that nginx reads: made for a trial, or an operator's own, which is checked first."""

import os
import ssl
import stat
import subprocess

import pytest
import trustme

from alumusic.environment import BASE_DIR


@pytest.fixture
def certificate(tmp_path):
    """Runs the script on a folder of its own."""

    def run(*arguments, hosts="feedback.example.com,.example.org,203.0.113.7", **env):
        return subprocess.run(
            [BASE_DIR / "nginx" / "certificate", *map(str, arguments)],
            env={"PATH": os.environ["PATH"], "TLS_DIR": str(tmp_path / "tls"), "ALLOWED_HOSTS": hosts, **env},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def own(tmp_path):
    """The files of an operator's own certificate: chain, key."""
    issued = trustme.CA().issue_cert("feedback.example.com")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(chain)
    issued.private_key_pem.write_to_path(key)
    return chain, key


def names_of(path):
    shown = subprocess.run(
        ["openssl", "x509", "-in", path, "-noout", "-ext", "subjectAltName"], capture_output=True, text=True, check=True
    )
    return {name.strip() for name in shown.stdout.splitlines()[1].split(",")}


def test_a_trial_gets_a_certificate_for_the_names_of_the_server(certificate, tmp_path):
    assert certificate().returncode == 0

    live = tmp_path / "tls" / "live"
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(live / "fullchain.pem", live / "privkey.pem")
    assert names_of(live / "fullchain.pem") == {
        "DNS:feedback.example.com", "DNS:*.example.org", "DNS:example.org", "IP Address:203.0.113.7", "DNS:localhost",
    }  # fmt: skip


def test_other_users_of_the_host_cannot_reach_the_key(certificate, tmp_path):
    certificate()

    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700


def test_what_is_there_already_is_kept(certificate, tmp_path):
    certificate()
    before = (tmp_path / "tls" / "live" / "privkey.pem").read_bytes()

    assert certificate("--if-missing").returncode == 0
    assert (tmp_path / "tls" / "live" / "privkey.pem").read_bytes() == before


def test_a_certificate_of_ones_own_is_taken(certificate, own, tmp_path):
    assert certificate("--install", *own).returncode == 0

    assert (tmp_path / "tls" / "live" / "fullchain.pem").read_bytes() == own[0].read_bytes()


def test_what_certbot_renewed_is_taken(certificate, own, tmp_path):
    for path, name in zip(own, ("fullchain.pem", "privkey.pem"), strict=True):
        path.rename(tmp_path / name)

    assert certificate(RENEWED_LINEAGE=str(tmp_path)).returncode == 0
    assert (tmp_path / "tls" / "live" / "privkey.pem").read_bytes() == (tmp_path / "privkey.pem").read_bytes()


def test_a_key_of_another_certificate_is_refused_and_nothing_changes(certificate, own, tmp_path):
    certificate()
    before = (tmp_path / "tls" / "live" / "fullchain.pem").read_bytes()
    other = tmp_path / "other.pem"
    trustme.CA().issue_cert("other.example.com").private_key_pem.write_to_path(other)

    refused = certificate("--install", own[0], other)

    assert (refused.returncode, "is not the key of" in refused.stderr) == (1, True)
    assert (tmp_path / "tls" / "live" / "fullchain.pem").read_bytes() == before
