"""A text made to be slow takes each recogniser no longer than any other text of its length."""

from collections.abc import Callable

import pytest

from semroute.adapters.lexical.pii.crowds import Crowd, found_by
from semroute.adapters.lexical.pii.finder import RECOGNISERS
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import LIKELY
from semroute.domain.pii import PiiKind
from tests.costs import is_within, seconds_of

LENGTH = 1_000_000
# The aim is a tenth, and the worst piece takes 30 to 100 ms. The rest is for the clock.
SECONDS = 0.2
# A tenth of the length tells which pieces are bad for a recogniser, in a tenth of the time. It
# has no room for a crowd, so the very worst is among some of them.
SAMPLE = 100_000
WORST = 4
REPEATED = [
    "1234567890",
    "a@",
    "a@a.",
    "1-",
    "1 ",
    "1:",
    ".",
    "1.",
    "a.b",
    "http://",
    "://",
    "www.",
    " ",
    "\n",
    "(1",
    "0-",
    "4111-",
    "GB82WEST12345698765433 ",
    "DE12 1234 5678 9012 3456 78 ",
    "999.999.999.999 ",
    "00:11:22:33:44:5 ",
    "password=",
    "eyJ",
    "sk-",
    "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed ",
    "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ",
    "-----BEGIN PRIVATE KEY-----",
    "phone order ",
    "social security ",
    "(1)",
    "3782-822463-1000",
    "-----BEGIN",
    "bc1q",
    "+44 ",
    "字",
    # Nearly valid, up to the last test.
    "4111 ",
    "9792_",
    "424242424242424 ",
    "_eyJ",
    ".a---eyJeyJ.AAAAAAAAAA",
    "0:: ",
    "fe80::1:",
    "1@a.co",
    ".é@a.co_",
    "phone (1)",
    "phone 123 456 7890/1 ",
    " dl 12",
    "passport 12 ",
    "ip 1.2.3.999 ",
    "phone 123 456 7890/1",
    "#200000-.2)000020phone 123",
    "#20_00\n0 .2)00\n0 .2)000021phone 123#21:0_000-.2)0000.-.2)000020ph@ne23",
    "phone (1) 2020-01-01 ",
    "ip 3",
    "tax 12345678901 ",
    "bsn 123456789 ",
    " dl 8ssn:123456789\\123456",
    "a::-ip ",
    "a5:c62:9a5:303:ad:85:35a7,",
    "00:0:01:22:33:44:5 ",
    "secret=ab1secret",
    "secret=abcdefg1 ",
    "1:'1secret://:key@",
    " 字dl 1token=",
    "FR12RU12345678901FR-",
    "xoxb-",
    "pypi-AgE",
    "sntrys_",
    "sk-ant-",
    "#1.2",
    "a.x12*/",
    "350743915000\n",
    "zz ",
    "00",
    " phone 12345678901",
    "01010112345 ",
    "ONCRY2516A ",
    "license IA655819C 230.35.2\n",
    "fax a ssn 76.72.42 105.74.162.246 RP067955D ",
    "a.en=",
    "a.b-",
    ".aaaaa",
    "a.a.a=",
    "@b.co ",
    "git@b.co:",
    "ip 3a.co/ www.",
    "3503743915000\n",
    "411112341)114 //id no)4//0",
    "id 667389951\n",
    "secret=ab1secret1 sol11 sol1. sola-Aabcdfghijkmnopqrstwxyz21.wallet sol",
    # Words that say what a number is, far from each other.
    f"aws phone dl {'of ' * 60}",
    # Findings and nothing else.
    "a@b.co ",
    "a.co/ ",
    "https://a.co ",
    "212 555 1234 ",
    "10.1.2.3 ",
    "xoxb-1234567890 ",
    "GB82WEST12345698765432 ",
    "4111 1111 1111 1111 ",
    # Numbers, hosts and keys that take a test more than others.
    "411112341114 //id no)4//0",
    "09792+ 2 9792021201call 00110/0",
    " cé.it c.it",
    "htpwww.a.b.co/ cé.co/ ",
    ".eyJ---eyJeyJaaa.AAAAAAAAAA",
    "AWEST1xR\n (RU01000",
    "passport/992001\n",
    "\n/aws  abcdefghijklmnopqrstABCDEFGHIJ0123456789",
    "1 sol11 sol1. sola-Aabcdfghijkmnopqrstwxyz21.wallet sol",
    "Z字dl \n1tok4113atok4113atok4113a.co/41114ip/41114ip phon3",
    "ip 1.2.3.999 00:0:0,e80::1:1:22:33:44:5 10.1.3  dl ",
    "667389951\n951\nid 667389951\n6699\n",
    "6 1/3 45e 123 456 7890/56 7890/167389951\nid 667389951\n",
    "AB 12 34 56 C ",
    " 字dl 1token=(1",
    "(000020phne phone ",
]


@pytest.mark.parametrize("kind", sorted(RECOGNISERS))
def test_a_hostile_megabyte_is_read_in_a_fraction_of_a_second(kind: PiiKind) -> None:
    slow = sorted(REPEATED, key=lambda piece: seconds_of(_read(kind, _hostile(piece, SAMPLE))))
    worst = max(slow[-WORST:], key=lambda piece: seconds_of(_read(kind, _hostile(piece, LENGTH))))
    assert is_within(SECONDS, _read(kind, _hostile(worst, LENGTH))), worst


def test_behind_a_crowd_of_words_that_speak_against_it_a_number_is_found() -> None:
    number = "516 466 6380"
    text = f"{'order ' * 70_000}{number}"
    found = found_by(RECOGNISERS[PiiKind.PHONE], Reading(text))
    assert not isinstance(found, Crowd)
    spans = [each for each in found if each.score > LIKELY]
    assert {text[span.start : span.end] for span in spans} == {number}


def _hostile(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _read(kind: PiiKind, text: str) -> Callable[[], object]:
    return lambda: found_by(RECOGNISERS[kind], Reading(text))
