import pytest

from semroute.adapters.lexical.pii import PatternFinder
from semroute.domain.pii import PiiKind
from tests.adapters.lexical.pii.marked import marked, unmarked


def check(kind: PiiKind, text: str) -> None:
    assert marked(unmarked(text), kind) == text


@pytest.mark.parametrize(
    "text",
    [
        "write to ⟦jane.doe+spam@mail.example.co.uk⟧.",
        'mailto:⟦jane@example.com⟧, or "⟦o\'neil@example.org⟧"',
        "⟦JANE@EXAMPLE.COM⟧ and ⟦jürgen@bücher.example⟧",
        "the decorator @app.route and the handle @jane",
        "react@18.2.0 costs $5@market",
        "git clone git@example.com:team/project",
        "a@b@c",
    ],
)
def test_addresses_of_people_are_found_and_handles_are_not(text: str) -> None:
    check(PiiKind.EMAIL, text)


@pytest.mark.parametrize(
    "text",
    [
        "pay with ⟦4111 1111 1111 1111⟧ please",
        "⟦4111-1111-1111-1111⟧, exp 12 2027 ⟦4111 1111 1111 1111⟧",
        "amex ⟦378282246310005⟧ or ⟦3782 822463 10005⟧",
        "diners ⟦30569309025904⟧, jcb ⟦3530111333300000⟧, maestro card ⟦6759649826438453⟧",
        "a short maestro card: ⟦501800000009⟧",
        "7,⟦4111111111111111⟧,12/27,3\n8,⟦5500005555555559⟧,⟦4111 1111 1111 1111⟧,01/28,4",
        "one digit off: 4111 1111 1111 1112",
        "of no issuer: 9999999999999995",
        "a measurement of 0.4111111111111111 units",
        "inside of something longer: 41111111111111110000, x4111111111111111",
        "card⟦4111111111111111⟧, Kreditkarte⟦4111111111111111⟧, Kreditkarte:⟦4111111111111111⟧",
        "x⟦4111 1111 1111 1111⟧ and AB⟦4111-1111-1111-1111⟧, no⟦3782 822463 10005⟧",
        "my card is x⟦4111111111111111⟧",
        "INV4111111111111111, order4111111111111111, user4111111111111111, ref5500005555555559",
        "EAN4012888888881881",
        "a digest a3f24111111111111111 and a key 7fZ4111 1111 1111 1111, SE501800000009",
        "信用卡号码⟦4111111111111111⟧吗?卡是⟦4111 1111 1111 1111⟧。カード⟦378282246310005⟧です",
        "카드는 ⟦4111111111111111⟧이고, né⟦5500005555555559⟧é",
        "4111111111111111e-16 and 4111111111111111ml",
    ],
)
def test_cards_are_found_and_other_long_numbers_are_not(text: str) -> None:
    check(PiiKind.CREDIT_CARD, text)


@pytest.mark.parametrize(
    "text",
    [
        "to ⟦GB82WEST12345698765432⟧ today",
        "to ⟦DE89 3704 0044 0532 0130 00⟧ and ⟦gb82-west-1234-5698-7654-32⟧",
        "transposed: GB82WEST12345698765423",
        "a length that Germany does not have: DE8937040044053201300",
        "a country that has none: ZZ82WEST12345698765432",
    ],
)
def test_accounts_are_found_and_mistyped_ones_are_not(text: str) -> None:
    check(PiiKind.IBAN, text)


@pytest.mark.parametrize(
    "text",
    [
        "her number is ⟦219-09-9999⟧",
        "ssn ⟦219099999⟧, social security number ⟦219 09 9999⟧",
        "never issued: 000-12-3456, 666-12-3456, 900-12-3456, 219-00-9999, 219-09-0000",
        "nine digits alone: 219099999",
        "part of something longer: 12-219-09-9999-1",
    ],
)
def test_social_security_numbers_follow_the_rules_of_issue(text: str) -> None:
    check(PiiKind.US_SSN, text)


@pytest.mark.parametrize(
    "text",
    [
        "⟦212-555-0123 #1⟧ ⟦516-466-6380⟧, a212-555-0123, $1 ⟦212-555-0123⟧",
        "call ⟦212-555-0123 x4587⟧ or ⟦(212) 555-0123 ext. 9⟧, fax ⟦1-212-555-0123⟧",
        "they answer at ⟦+1 212 555 0123⟧, ⟦+44 20 7946 0123⟧, ⟦0044 20 7946 0123⟧",
        "ring ⟦+44 20 7946 0123⟧ 5 times, ⟦+44 20 7946 0124⟧ 2x, ⟦0044 20 7946 0125⟧ 3 more times",
        "⟦+44 20 7946 0123⟧ (2nd floor), ⟦+44 20 7946 0124⟧ - 3rd floor, ⟦+49 30 901820⟧ 5b",
        "⟦+44 20 7946 0123x12⟧ and ⟦+1 (212) 555-0123 ext. 5⟧ 2nd desk",
        "⟦+46 (0)8 928 000 00⟧ mobile, ⟦+33 1 99 00 12 34⟧ home",
        "without a word beside: ⟦0199 00 12 34⟧; ⟦020 7946 0123⟧; ⟦07700 900123⟧",
        "my phone is ⟦(37) 788-063⟧ and before it was ⟦21 253 109 8211⟧",
        "text me at ⟦2125550123⟧",
        "⟦451 5986⟧ office",
        "⟦+61821851822⟧, whose digits are also a Norwegian identity number",
        "Telefon: ⟦06483/123456⟧",
        "1,⟦+44 20 7946 0123⟧,3\n2,⟦212-555-0123⟧,4\n3,⟦07700 900123⟧,5",
        "phones: ⟦2125550123⟧,⟦2125550124⟧,⟦2125550125⟧",
    ],
)
def test_phones_are_found_in_the_ways_countries_write_them(text: str) -> None:
    check(PiiKind.PHONE, text)


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-05-06, 06.05.2024 or 06/05/2024, between 1939-1945",
        "the phone costs 1000 dollars; call me in 20 minutes, on 2024-05-06",
        "order number 123456789, call it in",
        "3.14159265358979, 1,234,567.89 and 123456 + 654321 = 777777",
        "the phone costs 1234567,50 or 1 234 567,890",
        "from 0,00 12345678 to 1,05 123 4567 89",
        "version 10.15.7.1234, chapter 12.3.4",
        "the game Call of Towers sold 30000000 copies",
        "ids 1-1-1-1-1-1-1-1-1",
        "+5 -3 +1234567, rows +12345678901234567890123 and +44207946012a",
    ],
)
def test_ordinary_numbers_are_no_phones(text: str) -> None:
    check(PiiKind.PHONE, text)


def test_after_many_look_ups_a_number_is_believed_by_how_long_it_is() -> None:
    """There is no country 999, and each is looked up twice: with its last group and without."""
    impossible, endless = "+999 123 4567", "+49 1234567890 1234567890 1234567890"
    text = f"{impossible}; " * 140 + endless
    found = PatternFinder({PiiKind.PHONE}).find(text)
    assert {text[span.start : span.end] for span in found} == {impossible}
    assert len(found) == 140 - 128
    assert PatternFinder({PiiKind.PHONE}).find(f"{impossible}; {endless}") == ()


def test_a_number_that_a_country_has_is_looked_up_once() -> None:
    text = "".join(f"+49 30 1234 {number}; " for number in range(1000, 1256))
    scores = [span.score for span in PatternFinder({PiiKind.PHONE}).find(text)]
    assert scores == [0.9] * 256


@pytest.mark.parametrize(
    "text",
    [
        "my passport number is ⟦X12345678⟧; passport: ⟦123456789⟧",
        "item X12345678 is sold out",
        "the passport expires on 2027-05-06, after 10 years",
        # German, with and without the digits of old ones.
        "My German passport number is ⟦C01X00T47⟧",
        "Passport no. ⟦C4J4V8T2Y⟧; Reisepass ⟦L01X00T47⟧, gültig bis 2030",
        # Dutch, French, Italian.
        "passport ⟦NP12AB345⟧, paspoort ⟦NWZK8CBR2⟧",
        "passport ⟦09AB12345⟧ (French), passeport n° ⟦12AV34567⟧",
        "passport number ⟦YA1234567⟧",
        # Without the word, or what only looks like them.
        "the part numbers C01X00T47, NP12AB345 and 09AB12345",
        "PASSPORT and TRAVELLER, a passport of KNLMRTVWX and DIAGRAMS4, passport_C01X00T47",
        "passport of JANUARY26, passport number XXXXXXX12, passport C01X00T4, C01X00T47A",
        "passport c01x00t47, np12ab345, C01A00T47, NO12OB345, NP12AB34A",
    ],
)
def test_passports_need_the_word(text: str) -> None:
    check(PiiKind.PASSPORT, text)


@pytest.mark.parametrize(
    "text",
    [
        "driver's license ⟦D1234567⟧, DL: ⟦S123-4567-8901⟧",
        "UK driving licence ⟦MORGA657054SM9IJ⟧",
        "my driver's license number is ⟦2270-66-1551⟧",
        "the MIT license, part D1234567",
        "my driving licence is from 2012-03-04",
    ],
)
def test_driving_licences_need_the_words(text: str) -> None:
    check(PiiKind.DRIVER_LICENSE, text)
