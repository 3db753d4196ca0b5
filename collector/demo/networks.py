"""Where the generated visitors are: address ranges of large operators, as text only. No packet is ever sent to any of them.

Each range lies whole in one country and with one operator in the embedded data; a test looks all of them up.
"""

import random
from typing import NamedTuple


class Country(NamedTuple):
    """`weight` is its share of visits, `utc_offset_h` its clock (winter time), `languages` Accept-Language headers.

    `ranges` are an IPv4 /16 ("91.152") or an IPv6 /32 ("2001:999").
    """

    code: str
    weight: int
    utc_offset_h: int
    languages: tuple[str, ...]
    ranges: tuple[str, ...]


COUNTRIES: tuple[Country, ...] = (
    Country(
        "FI",
        240,
        2,
        ("fi-FI,fi;q=0.9,en;q=0.8", "fi", "fi-FI,fi;q=0.9,en-US;q=0.8,en;q=0.7", "sv-FI,sv;q=0.9,fi;q=0.8", "en-US,en;q=0.9"),
        ("91.152", "84.248", "85.76", "88.112", "80.221", "37.33", "188.238", "2001:999", "2001:14ba"),
    ),
    Country(
        "SE", 130, 1, ("sv-SE,sv;q=0.9,en;q=0.8", "sv", "en-GB,en;q=0.9"), ("78.72", "81.230", "90.224", "83.250", "213.112", "2001:2042")
    ),
    Country(
        "DE",
        140,
        1,
        ("de-DE,de;q=0.9,en;q=0.8", "de", "de-DE,de;q=0.9", "en-US,en;q=0.9"),
        ("87.160", "91.0", "79.192", "46.114", "88.64", "77.180", "2003:e0", "2a02:8108"),
    ),
    Country(
        "US",
        135,
        -6,
        ("en-US,en;q=0.9", "en-US", "en-US,en;q=0.5", "es-US,es;q=0.9,en;q=0.8"),
        ("71.192", "73.0", "108.0", "99.0", "172.56", "2601:600", "2600:1700", "2603:8000"),
    ),
    Country("GB", 80, 0, ("en-GB,en;q=0.9", "en-GB,en-US;q=0.9,en;q=0.8"), ("86.128", "81.128", "90.192", "82.0", "94.0", "2a00:23c5")),
    Country("NO", 45, 1, ("nb-NO,nb;q=0.9,no;q=0.8,en;q=0.7", "nb"), ("84.208", "88.88", "85.164")),
    Country("DK", 38, 1, ("da-DK,da;q=0.9,en;q=0.8", "da"), ("80.160", "87.48", "2.104")),
    Country("FR", 42, 1, ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("90.0", "82.64", "88.160", "176.128", "2a01:e0a", "2a01:cb04")),
    Country("NL", 32, 1, ("nl-NL,nl;q=0.9,en;q=0.8", "en-GB,en;q=0.9"), ("84.80", "77.160", "83.80", "2a02:a210")),
    Country("PL", 20, 1, ("pl-PL,pl;q=0.9,en;q=0.8",), ("83.0", "79.184", "89.64")),
    Country("ES", 18, 1, ("es-ES,es;q=0.9,en;q=0.8",), ("81.32", "2.136")),
    Country("IT", 18, 1, ("it-IT,it;q=0.9,en;q=0.8",), ("79.0", "93.32", "151.16")),
    Country("CA", 20, -5, ("en-CA,en;q=0.9", "fr-CA,fr;q=0.9,en;q=0.8"), ("70.48", "184.144", "99.224")),
    Country("EE", 14, 2, ("et-EE,et;q=0.9,en;q=0.8", "ru-EE,ru;q=0.9"), ("90.190", "84.50")),
    Country("CH", 12, 1, ("de-CH,de;q=0.9,en;q=0.8", "fr-CH,fr;q=0.9"), ("85.0", "178.192", "84.72")),
    Country("AT", 12, 1, ("de-AT,de;q=0.9,en;q=0.8",), ("84.112", "91.112")),
    Country("IN", 14, 5, ("en-IN,en;q=0.9,hi;q=0.8", "en-GB,en;q=0.9"), ("49.36", "157.32", "2409:4043")),
    Country("JP", 12, 9, ("ja-JP,ja;q=0.9,en;q=0.8", "ja"), ("126.0", "60.32", "240b:10")),
    Country("AU", 12, 10, ("en-AU,en;q=0.9",), ("1.128", "101.160", "124.168")),
    Country("LV", 6, 2, ("lv-LV,lv;q=0.9,en;q=0.8",), ("78.84",)),
    Country("LT", 6, 2, ("lt-LT,lt;q=0.9,en;q=0.8",), ("78.56",)),
    Country("BE", 7, 1, ("nl-BE,nl;q=0.9,en;q=0.8", "fr-BE,fr;q=0.9"), ("91.176", "81.240")),
    Country("IE", 6, 0, ("en-IE,en;q=0.9",), ("86.40",)),
    Country("CZ", 5, 1, ("cs-CZ,cs;q=0.9,en;q=0.8",), ("88.100", "46.13")),
    Country("PT", 5, 0, ("pt-PT,pt;q=0.9,en;q=0.8",), ("94.60",)),
    Country("BR", 8, -3, ("pt-BR,pt;q=0.9,en;q=0.8",), ("189.0", "191.32", "2804:14c")),
    Country("KR", 4, 9, ("ko-KR,ko;q=0.9,en;q=0.8",), ("175.192",)),
    Country("MX", 4, -6, ("es-MX,es;q=0.9,en;q=0.8",), ("189.128",)),
)

SUBNETS_MAX = 120  # of each range this many /24 or /48 are lived in, all within the operator's part of it


def address(picked: random.Random, prefix: str) -> str:
    """A random address in a range, as text."""
    if ":" in prefix:
        return f"{prefix}:{picked.randrange(1, SUBNETS_MAX):x}::{picked.randrange(1, 0xFFFF):x}"
    return f"{prefix}.{picked.randrange(SUBNETS_MAX)}.{picked.randrange(1, 255)}"
