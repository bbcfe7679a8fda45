import pytest

from semroute.domain.pii import PiiKind
from tests.adapters.lexical.pii.marked import marked, unmarked


def check(kind: PiiKind, text: str) -> None:
    assert marked(unmarked(text), kind) == text


@pytest.mark.parametrize(
    "text",
    [
        "ping ⟦192.0.2.1⟧, then |⟦198.51.100.77⟧|",
        "⟦2001:db8::1⟧ and ⟦2001:db8:0:0:1:2:3:4⟧; the host ⟦::1⟧; ⟦::ffff:192.0.2.1⟧",
        "version 1.2.3.4 is out; 256.1.1.1, 1.2.3, 1.2.3.4.5 and 01.02.03.04 are none",
        "std::vector, a::b, 12:30:45, 1:2:3:4:5:6:7:8:9 and Ratio 3::4",
    ],
)
def test_ip_addresses_are_found_and_versions_and_times_are_not(text: str) -> None:
    check(PiiKind.IP_ADDRESS, text)


@pytest.mark.parametrize(
    "text",
    [
        "⟦00:00:5e:00:53:01⟧, ⟦00-00-5E-00-53-AF⟧ and ⟦0000.5e00.53af⟧",
        "00:00:5e:00:53 and 00:00:5e:00:53:01:02 and 12-34-56-78-90-12",
    ],
)
def test_mac_addresses_have_six_pairs(text: str) -> None:
    check(PiiKind.MAC_ADDRESS, text)


@pytest.mark.parametrize(
    "text",
    [
        "see ⟦https://example.com/a?b=(c)⟧ (or ⟦http://example.org/x⟧).",
        "[link](⟦https://example.com/x⟧) and ⟦www.example.com/y⟧, ⟦example.com/z⟧",
        "://nothing and http:// alone",
    ],
)
def test_urls_end_where_the_sentence_goes_on(text: str) -> None:
    check(PiiKind.URL, text)


@pytest.mark.parametrize(
    "text",
    [
        "⟦example.com⟧, ⟦shop.example.co.uk⟧ and the website ⟦example.ai⟧",
        "open main.py, README.md and node.js; e.g. foo.bar(), self.id, ASP.NET",
        "I like it.It was good. The end.Net profit rose",
    ],
)
def test_domains_are_found_and_files_and_sentences_are_not(text: str) -> None:
    check(PiiKind.DOMAIN, text)


@pytest.mark.parametrize(
    "text",
    [
        "⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧ got it",
        "⟦bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4⟧",
        "⟦0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed⟧",
        "in small letters: ⟦0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed⟧",
        "a capital too many: 0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "a letter off: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "and another: bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    ],
)
def test_wallets_are_proven_by_their_checksums(text: str) -> None:
    check(PiiKind.CRYPTO_ADDRESS, text)
