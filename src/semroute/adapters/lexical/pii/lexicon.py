"""The words that say what a number beside them is, in the languages people mix with English."""

from enum import IntEnum, auto
from typing import Final, TypeAlias


class Topic(IntEnum):
    """What a word announces. An integer, since other enumerations are hashed five times slower."""

    PHONE = auto()
    PHONE_AFTER = auto()  # a label that follows the number: "office", "(home)"
    OTHER = auto()  # a number of some other sort: an order, a page, a price
    CARD = auto()
    SSN = auto()
    PASSPORT = auto()
    LICENCE = auto()
    ADDRESS = auto()  # of a machine: IP, host, server
    VERSION = auto()
    SITE = auto()
    CLOUD = auto()
    TAX_ID = auto()
    NATIONAL_ID = auto()  # of any country
    UK_NINO = auto()
    UK_NHS = auto()
    CA_SIN = auto()
    AU_TFN = auto()
    IN_AADHAAR = auto()
    NL_BSN = auto()
    BR_CPF = auto()
    WALLET = auto()


Topics: TypeAlias = tuple[Topic, ...]
"""Several, of which each will do."""

_WORDS: Final[dict[Topic, str]] = {
    Topic.PHONE: (
        "phone|phones|telephone|telephones|tel|cell|cellphone|mobile|mob|fax|landline|hotline|"
        "call|calls|calling|called|dial|dialling|dialing|ring|whatsapp|sms|text me|texted|"
        "reach me|reach us|reach him|reach her|reach them|messages to|message to|contact|"
        "contact number|voicemail|pager|office number|office phone|work number|home number|"
        "answering|answer at|callback|helpline|ph|handset|sim|registered|viber|signal|telegram|"
        "telefon|handy|rufnummer|mobil|téléphone|telefono|teléfono|móvil|celular|cellulare|"
        "telefone|telemóvel|telefoon|mobiel|puhelin|telefonnummer|meine nummer|"
        "numéro de portable|portable|tél"
    ),
    Topic.PHONE_AFTER: "office|home|work|fax|cell|mobile",
    Topic.OTHER: (
        "order|orders|invoice|account|card|isbn|issn|version|passport|license|licence|ssn|zip|"
        "postcode|postal code|code|pin|id|identifier|ticket|tracking|serial|model|year|years|page|"
        "pages|room|price|reference|ref|iban|amount|total|score|equation|security number|"
        "population|value|date|born|dob|between|from|since|section|chapter|article|bsn|cpf|nhs|"
        "employee|customer|policy|case|batch|routing|sort code|swift|vin|imei|usd|eur|dollars|euros"
    ),
    Topic.CARD: (
        "card|cards|credit|debit|visa|mastercard|maestro|amex|american express|discover|diners|"
        "jcb|unionpay|pan|cc|cvv|cvc|creditcard|karte|karten|kartennummer|"
        "kreditkarte|kreditkarten|kreditkartennummer|carte|tarjeta|carta|cartão|charge|payment"
    ),
    Topic.SSN: "ssn|ssns|social security|social sec|soc sec|itin|taxpayer|tax id|tin",
    Topic.PASSPORT: (
        "passport|passports|reisepass|passeport|pasaporte|passaporto|passaporte|paspoort|"
        "passnummer|travel document"
    ),
    Topic.LICENCE: (
        "driver's license|driver's licence|drivers license|drivers licence|driver license|"
        "driver licence|driving license|driving licence|driver\u2019s license|"
        "driver\u2019s licence|"
        "driver's lic|driver lic|drivers lic|dl number|dl no|dl|dlno|dmv|dvla|führerschein|"
        "führerscheinnummer|permis de conduire|licencia de conducir|permiso de conducir|patente|"
        "carta de condução|rijbewijs|license number|licence number|license no|license is|"
        "licence is|driver_license"
    ),
    Topic.ADDRESS: (
        "ip|ips|ipv|address|addresses|host|hosts|hostname|server|servers|dns|gateway|subnet|"
        "localhost|ping|router|client|network|ssh|port|proxy|firewall|login|logged|browse|mac"
    ),
    Topic.VERSION: (
        "version|versions|ver|release|releases|section|sections|chapter|build|firmware|upgrade|"
        "upgraded|update|updated|chrome|clause|paragraph|figure|table|theorem|tls|exercise"
    ),
    Topic.SITE: "website|websites|site|sites|web|domain|domains|url|urls|visit|homepage|page|link",
    Topic.CLOUD: (
        "aws|amazon|azure|secret|secrets|gcp|google|cloud|storage|blob|credentials|credential|key"
    ),
    Topic.TAX_ID: (
        "tax|steuer|steuernummer|steueridentifikationsnummer|steuerid|idnr|nif|contribuinte|oib|"
        "fiscal|tin|vergi|afm|rfc|inn|pan"
    ),
    Topic.NATIONAL_ID: (
        "national id|national identity|national identification|national insurance|identity number|"
        "identity card|identification number|id number|id card|id no|personal number|"
        "personal id|personal code|citizen number|citizen id|social security|social insurance|"
        "social number|pesel|personnummer|fødselsnummer|fodselsnummer|cpr|rijksregisternummer|"
        "registre national|national register|numéro national|nir|insee|sécurité sociale|dni|nie|"
        "documento|codice fiscale|cnp|egn|isikukood|asmens kodas|tc kimlik|kimlik|tckn|rodné číslo|"
        "ahv|avs|teudat zehut|personalausweis|ausweis|svnr|sozialversicherungsnummer|henkilötunnus|"
        "kennitala|rut|curp|pps|ppsn|nric|fin|hetu"
    ),
    Topic.UK_NINO: "nino|national insurance|ni number|ni no|insurance number",
    Topic.UK_NHS: "nhs|health service|patient number",
    Topic.CA_SIN: "sin|social insurance|assurance sociale|nas",
    Topic.AU_TFN: "tfn|tax file",
    Topic.IN_AADHAAR: "aadhaar|aadhar|adhaar|adhar|uidai|uid",
    Topic.NL_BSN: "bsn|burgerservicenummer|burger service|sofinummer|sofi|citizen service",
    Topic.BR_CPF: "cpf|cadastro de pessoas|cadastro de pessoa",
    Topic.WALLET: "wallet|wallets|solana|monero|xmr|sol|crypto|deposit address",
}


def _by_first_word() -> dict[Topic, dict[str, tuple[str, ...]]]:
    phrases: dict[Topic, dict[str, tuple[str, ...]]] = {}
    for topic, words in _WORDS.items():
        rests: dict[str, list[str]] = {}
        for phrase in words.split("|"):
            letters = 0
            while letters < len(phrase) and phrase[letters].isalpha():
                letters += 1
            rests.setdefault(phrase[:letters], []).append(phrase[letters:])
        # A word that announces the topic by itself comes before what it does with others.
        phrases[topic] = {first: tuple(sorted(some, key=bool)) for first, some in rests.items()}
    return phrases


PHRASES: Final = _by_first_word()
"""For each topic the first words of what announces it, and what may follow each of them."""
