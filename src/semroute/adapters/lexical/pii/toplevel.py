"""Top-level domains, by how surely a dot before them means a domain."""

from typing import Final

_SURE: Final = (
    "com org net edu gov mil info biz io dev app xyz online site website shop store tech cloud "
    "blog club pro mobi travel jobs museum aero coop eu uk de fr nl ru ch cz pl dk fi se jp cn "
    "kr tw hk sg br mx ar cl pe ve au nz ca us za ng ke eg il tr gr hu ro bg sk si hr rs ua by "
    "kz lt lv ee pt lu ie ir pk bd lk th vn ph co tv cc gg fm ly agency email systems solutions "
    "services network group company finance bank insurance health care academy media news world "
    "global digital design studio software"
)
_DOUBTFUL: Final = (
    "it is in at be es no me my ai so to as am an do id us py sh md ml rs pl ps cc name live "
    "life today run zip mov page link space zone art fun one top win work works build guide "
    "plus team tools video vote wiki support help center click codes chat cafe bar city fit "
    "land ma la li ms mu nu st ws sc tk ga cf gq re pm al ad ae af ag ba bo bs bz cr cy ec fo "
    "ge gh gi gl gt hn ht im iq je jm jo kg kh kw lb lc mc mg mk mn mt mw mz na ni np om pa pr "
    "qa sa sn sv sy tn tt tz ug uy uz va vc vu ye zm zw int"
)
_SECOND_LEVEL: Final = "com co org net edu gov ac gob ne or go gen ltd plc"

SURE: Final = frozenset(_SURE.split())
"""Nobody writes these after a dot for another reason."""

DOUBTFUL: Final = frozenset(_DOUBTFUL.split())
"""These are also words, endings of files' names or members of objects.

They need a word beside them, a `www.` before them or a second level such as `com`.
"""

SECOND_LEVEL: Final = frozenset(_SECOND_LEVEL.split())
"""Under these, countries register names: `example.co.uk`, `example.com.br`."""
