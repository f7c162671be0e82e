"""Tokens and keys in texts of others are replaced, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fair4ml.read.secrets import MARK, MARK_IN_ADDRESS, masked, masked_values
from fair4ml.read.web_addresses import canonical

LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
BODY = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"] * 4)


def key(kind: str, inside: str = BODY, end: bool = True) -> str:
    return f"-----BEGIN {kind}-----\n{inside}\n" + (f"-----END {kind}-----" if end else "")


@pytest.mark.parametrize(
    "token",
    [
        "hf_" + LETTERS[:34],
        "ghp_" + LETTERS[:36],
        "github_pat_" + LETTERS[:22] + "_" + LETTERS + LETTERS[:7],
        "glpat-" + LETTERS[:20],
        "sk-" + LETTERS[:48],
        "sk-proj-" + LETTERS + "_-" + LETTERS,
        "sk-ant-api03-" + LETTERS + LETTERS[:40],
        "AKIA" + "A1B2C3D4E5F6G7H8",
        "AIza" + LETTERS[:35],
        "xoxb-1234567890-" + LETTERS[:24],
        "npm_" + LETTERS[:36],
        "eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:30] + "." + LETTERS[:43],
        key("PRIVATE KEY"),
        key("RSA PRIVATE KEY", f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n{BODY}"),
        key("OPENSSH PRIVATE KEY"),
        key("PGP PRIVATE KEY BLOCK", f"Version: made up - 1\n\n{BODY}"),
        key("EC PRIVATE KEY", end=False).rstrip(),
    ],
    ids=lambda token: token[:24],
)
def test_tokens_and_keys_are_replaced(token: str) -> None:
    assert masked(f"Set it: '{token}', then go on.") == f"Set it: '{MARK}', then go on."
    assert masked(f"{token}\n{token}") == f"{MARK}\n{MARK}"


@pytest.mark.parametrize(
    "text",
    [
        "hf_hub_download and hf_transfer, sk-learn-like-pipelines-for-everybody-who-has-a-lot-of-time",
        "a commit 0123456789abcdef0123456789abcdef01234567 and a hash of 64 digits " + "0f" * 32,
        "ghp_short, AKIA, hf_" + "a" * 20 + " and xhf_" + "a" * 34,
        "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "https://huggingface.co/example-lab/merged-7b",
        "",
    ],
)
def test_words_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("before", ["AWS_SECRET_ACCESS_KEY=", 'aws_secret_access_key = "', '"SecretAccessKey": "'])
def test_a_key_that_only_its_name_gives_away_is_replaced(before: str) -> None:
    key = f"{LETTERS[:38]}/+"
    assert masked(f"{before}{key}\nand on") == f"{before}{MARK}\nand on"
    assert masked(f"{before}{key}{key}") == f"{before}{key}{key}"


def test_values_are_masked_wherever_they_are() -> None:
    token = f"hf_{LETTERS[:34]}"
    page = f"https://a.example/p?token={token}"
    told = {"a": [token, 1, None, {token: f"It is {page}"}], "b": page, "c": "words"}
    before = str(told)
    assert masked_values(told) == {
        "a": [MARK, 1, None, {MARK: f"It is https://a.example/p?token={MARK}"}],
        "b": f"https://a.example/p?token={MARK_IN_ADDRESS}",
        "c": "words",
    }
    assert str(told) == before


def test_the_identity_of_a_page_has_no_key_to_it() -> None:
    assert canonical(f"https://a.example/p?token=hf_{LETTERS[:34]}&page=2") == "https://a.example/p?page=2"


def test_what_follows_a_key_without_an_end_stays() -> None:
    assert masked(f"{key('PRIVATE KEY', end=False)}\nNever publish it.") == f"{MARK}\n\nNever publish it."


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_around_a_token_stays(before: str, after: str) -> None:
    told = masked(f"{before} hf_{LETTERS[:34]} {after}")
    assert LETTERS[:34] not in told
    assert told == masked(f"{masked(before)} {MARK} {masked(after)}")
