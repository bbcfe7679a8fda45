import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii.entropy import entropy, is_mixed, looks_random
from semroute.adapters.lexical.pii.passwords import is_placeholder
from semroute.domain.pii import PiiKind
from tests.adapters.lexical.pii.marked import FINDER, marked, unmarked

# Put together here, so that nobody's scanner takes this file for a leak.
RANDOM = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + RANDOM,
        "github_pat_" + RANDOM,
        "glpat-" + RANDOM[:20],
        "xoxb-123456789012-" + RANDOM[:24],
        "sk_live_" + RANDOM[:24],
        "sk-" + RANDOM,
        "sk-proj-" + RANDOM,
        "sk-ant-api03-" + RANDOM,
        "hf_" + RANDOM[:34],
        "npm_" + RANDOM,
        "pypi-AgE" + RANDOM * 2,
        "SG." + RANDOM[:22] + "." + RANDOM,
        "123456789:AA" + RANDOM[:33],
    ],
)
def test_tokens_are_known_by_their_prefix_and_length(token: str) -> None:
    assert marked(f"use {token}, please", PiiKind.TOKEN) == f"use ⟦{token}⟧, please"
    assert "⟦" not in marked(f"use {token[:12]}, please", PiiKind.TOKEN)
    assert "⟦" not in marked(f"usex{token}, please", PiiKind.TOKEN)


@pytest.mark.parametrize("often", ["sk-", "ghp_", "ghp_ sk- hf_ npm_ SK AC EAA shp key- "])
@pytest.mark.parametrize("token", ["ghp_" + RANDOM, "sk-" + RANDOM, "hf_" + RANDOM[:34]])
def test_a_token_is_found_behind_many_beginnings_of_tokens(often: str, token: str) -> None:
    text = f"{often * (200_000 // len(often))}, {token}"
    (span,) = FINDER.find(text)
    assert text[span.start : span.end] == token


@pytest.mark.parametrize(
    "text",
    [
        "⟦AKIA" + "ABCDEFGH23456777⟧ is an id",
        "key ⟦AIza" + RANDOM[:35] + "⟧",
        "aws_secret_access_key=⟦" + (RANDOM + "/+aB") + "⟧",
        "AKIA" + "abcdefgh23456777 is none, nor is AIza",
        "the word " + RANDOM + "/+aB alone",
    ],
)
def test_cloud_keys_are_known_by_their_form_or_a_word(text: str) -> None:
    assert marked(unmarked(text), PiiKind.CLOUD_KEY) == text


def test_a_json_web_token_is_found_whole() -> None:
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJleGFtcGxlIn0." + RANDOM
    assert marked(f"Bearer {token}.", PiiKind.JWT) == f"Bearer ⟦{token}⟧."
    assert "⟦" not in marked("eyJhbGciOiJub25lIn0 alone", PiiKind.JWT)
    assert marked(f"eyJ.{token}", PiiKind.JWT) == f"eyJ.⟦{token}⟧"
    assert marked(f"a_{token} {token}", PiiKind.JWT) == f"a_⟦{token}⟧ ⟦{token}⟧"
    assert "⟦" not in marked(f"{'eyJ' * 2000}.{RANDOM}.{RANDOM}", PiiKind.JWT)


def test_a_private_key_reaches_to_its_end_or_as_far_as_keys_do() -> None:
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    whole = f"{begin}\n{RANDOM}\n{end}"
    assert marked(f"here: {whole} thanks", PiiKind.PRIVATE_KEY) == f"here: ⟦{whole}⟧ thanks"
    assert marked(f"{begin}\n{RANDOM}", PiiKind.PRIVATE_KEY) == f"⟦{begin}\n{RANDOM}⟧"
    assert "⟦" not in marked("-----BEGIN PUBLIC KEY-----", PiiKind.PRIVATE_KEY)


@pytest.mark.parametrize(
    "text",
    [
        "password: ⟦hunter2⟧",
        'password = "⟦correcthorse⟧"',
        "my password is ⟦Tr0ub4dor&3⟧.",
        "DB_PASS=⟦Hunter2!x⟧",
        "пароль: ⟦Zima2024!⟧",
        "hasło: ⟦Zima2024!⟧",
        "密码\uff1a⟦Zima2024!⟧",
        f"SECRET_KEY_BASE=⟦{HEX}⟧",
        f"API_KEY_PROD=⟦{HEX}⟧",
        "API_KEY='⟦" + HEX[:32] + "⟧'",
        "client_secret: ⟦" + RANDOM + "⟧",
        "⟦postgres://admin:s3cretpw@db.example.com/app⟧",
    ],
)
def test_what_is_assigned_to_a_name_of_a_secret_is_found(text: str) -> None:
    assert marked(unmarked(text), PiiKind.PASSWORD) == text


@pytest.mark.parametrize(
    "text",
    [
        "password = changeme",
        'password: "<your password>"',
        "password=${DB_PASSWORD}",
        "password = os.environ['X']",
        "password: ********",
        "the password is required and the password was too weak",
        "token = get_token()",
        'api_key: "your-api-key-here"',
        "The key: practice every day.",
        "pass: 12 of 12, test2 passed",
        "https://user:password@example.com/",
    ],
)
def test_placeholders_references_and_sentences_are_no_passwords(text: str) -> None:
    assert marked(text, PiiKind.PASSWORD) == text


def test_placeholders_are_known() -> None:
    assert all(map(is_placeholder, ["changeme", "xxxxxxxx", "${A}", "{{ a }}", "your-token"]))
    assert not any(map(is_placeholder, ["hunter2", "s3cretpw", "Tr0ub4dor&3"]))


@given(st.text("abcdefgh01234567", max_size=60))
def test_a_string_looks_random_if_it_is_mixed_and_its_entropy_is_that_of_keys(text: str) -> None:
    least = 3.3 if len(text) >= 20 else 3.0
    assert looks_random(text) == (is_mixed(text) and entropy(text) >= least)
