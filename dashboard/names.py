"""Names for the codes the store holds: countries (ISO 3166-1), regions, languages (ISO 639-1), hours. Short English names, no flags."""

import re

from collector.facts import HOUR
from dashboard.names_regions import REGIONS

_COUNTRIES = """
AD Andorra; AE United Arab Emirates; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL Albania; AM Armenia; AO Angola;
AQ Antarctica; AR Argentina; AS American Samoa; AT Austria; AU Australia; AW Aruba; AX Åland Islands; AZ Azerbaijan;
BA Bosnia and Herzegovina; BB Barbados; BD Bangladesh; BE Belgium; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi;
BJ Benin; BL Saint Barthélemy; BM Bermuda; BN Brunei; BO Bolivia; BQ Caribbean Netherlands; BR Brazil; BS Bahamas; BT Bhutan;
BV Bouvet Island; BW Botswana; BY Belarus; BZ Belize; CA Canada; CC Cocos (Keeling) Islands; CD Congo (Kinshasa);
CF Central African Republic; CG Congo (Brazzaville); CH Switzerland; CI Côte d’Ivoire; CK Cook Islands; CL Chile; CM Cameroon;
CN China; CO Colombia; CR Costa Rica; CU Cuba; CV Cape Verde; CW Curaçao; CX Christmas Island; CY Cyprus; CZ Czechia;
DE Germany; DJ Djibouti; DK Denmark; DM Dominica; DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia; EG Egypt;
EH Western Sahara; ER Eritrea; ES Spain; ET Ethiopia; FI Finland; FJ Fiji; FK Falkland Islands; FM Micronesia;
FO Faroe Islands; FR France; GA Gabon; GB United Kingdom; GD Grenada; GE Georgia; GF French Guiana; GG Guernsey; GH Ghana;
GI Gibraltar; GL Greenland; GM Gambia; GN Guinea; GP Guadeloupe; GQ Equatorial Guinea; GR Greece; GS South Georgia;
GT Guatemala; GU Guam; GW Guinea-Bissau; GY Guyana; HK Hong Kong; HM Heard and McDonald Islands; HN Honduras; HR Croatia;
HT Haiti; HU Hungary; ID Indonesia; IE Ireland; IL Israel; IM Isle of Man; IN India; IO British Indian Ocean Territory;
IQ Iraq; IR Iran; IS Iceland; IT Italy; JE Jersey; JM Jamaica; JO Jordan; JP Japan; KE Kenya; KG Kyrgyzstan; KH Cambodia;
KI Kiribati; KM Comoros; KN Saint Kitts and Nevis; KP North Korea; KR South Korea; KW Kuwait; KY Cayman Islands;
KZ Kazakhstan; LA Laos; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania;
LU Luxembourg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD Moldova; ME Montenegro; MF Saint Martin; MG Madagascar;
MH Marshall Islands; MK North Macedonia; ML Mali; MM Myanmar; MN Mongolia; MO Macao; MP Northern Mariana Islands;
MQ Martinique; MR Mauritania; MS Montserrat; MT Malta; MU Mauritius; MV Maldives; MW Malawi; MX Mexico; MY Malaysia;
MZ Mozambique; NA Namibia; NC New Caledonia; NE Niger; NF Norfolk Island; NG Nigeria; NI Nicaragua; NL Netherlands;
NO Norway; NP Nepal; NR Nauru; NU Niue; NZ New Zealand; OM Oman; PA Panama; PE Peru; PF French Polynesia;
PG Papua New Guinea; PH Philippines; PK Pakistan; PL Poland; PM Saint Pierre and Miquelon; PN Pitcairn; PR Puerto Rico;
PS Palestine; PT Portugal; PW Palau; PY Paraguay; QA Qatar; RE Réunion; RO Romania; RS Serbia; RU Russia; RW Rwanda;
SA Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan; SE Sweden; SG Singapore; SH Saint Helena; SI Slovenia;
SJ Svalbard and Jan Mayen; SK Slovakia; SL Sierra Leone; SM San Marino; SN Senegal; SO Somalia; SR Suriname; SS South Sudan;
ST São Tomé and Príncipe; SV El Salvador; SX Sint Maarten; SY Syria; SZ Eswatini; TC Turks and Caicos Islands; TD Chad;
TF French Southern Territories; TG Togo; TH Thailand; TJ Tajikistan; TK Tokelau; TL Timor-Leste; TM Turkmenistan; TN Tunisia;
TO Tonga; TR Türkiye; TT Trinidad and Tobago; TV Tuvalu; TW Taiwan; TZ Tanzania; UA Ukraine; UG Uganda;
UM U.S. Outlying Islands; US United States; UY Uruguay; UZ Uzbekistan; VA Vatican City; VC Saint Vincent and the Grenadines;
VE Venezuela; VG British Virgin Islands; VI U.S. Virgin Islands; VN Vietnam; VU Vanuatu; WF Wallis and Futuna; WS Samoa;
XK Kosovo; YE Yemen; YT Mayotte; ZA South Africa; ZM Zambia; ZW Zimbabwe
"""

_LANGUAGES = """
af Afrikaans; am Amharic; ar Arabic; az Azerbaijani; be Belarusian; bg Bulgarian; bn Bengali; bs Bosnian; ca Catalan; cs Czech;
cy Welsh; da Danish; de German; el Greek; en English; eo Esperanto; es Spanish; et Estonian; eu Basque; fa Persian; fi Finnish;
fil Filipino; fo Faroese; fr French; fy Frisian; ga Irish; gd Scottish Gaelic; gl Galician; gu Gujarati; he Hebrew; hi Hindi;
hr Croatian; hu Hungarian; hy Armenian; id Indonesian; is Icelandic; it Italian; ja Japanese; ka Georgian; kk Kazakh; km Khmer;
kn Kannada; ko Korean; ku Kurdish; ky Kyrgyz; la Latin; lb Luxembourgish; lo Lao; lt Lithuanian; lv Latvian; mk Macedonian;
ml Malayalam; mn Mongolian; mr Marathi; ms Malay; mt Maltese; my Burmese; nb Norwegian Bokmål; ne Nepali; nl Dutch;
nn Norwegian Nynorsk; no Norwegian; pa Punjabi; pl Polish; ps Pashto; pt Portuguese; ro Romanian; ru Russian; se Northern Sami;
si Sinhala; sk Slovak; sl Slovenian; so Somali; sq Albanian; sr Serbian; sv Swedish; sw Swahili; ta Tamil; te Telugu;
tg Tajik; th Thai; tk Turkmen; tl Tagalog; tr Turkish; tt Tatar; ug Uyghur; uk Ukrainian; ur Urdu; uz Uzbek; vi Vietnamese;
yi Yiddish; zh Chinese; zu Zulu
"""


def _table(text: str) -> dict[str, str]:
    entries = (entry.split(maxsplit=1) for entry in text.split(";"))
    return {code: " ".join(name.split()) for code, name in entries}


COUNTRIES = _table(_COUNTRIES)
LANGUAGES = _table(_LANGUAGES)


def country(code: str) -> str:
    """A country's name, or the code itself where it is unknown."""
    return COUNTRIES.get(code, code)


def region(code: str) -> str:
    """`FI-18` as "Uusimaa, Finland"; one without a name here, such as `IN-KA`, as "Region KA, India"."""
    place, _, number = code.partition("-")
    if place not in COUNTRIES or not number:
        return code
    return f"{REGIONS.get(code, f'Region {number}')}, {COUNTRIES[place]}"


def language(tag: str) -> str:
    """`en` as "English", `pt-BR` as "Portuguese (Brazil)"; an unknown tag as it is."""
    head, _, tail = tag.partition("-")
    name = LANGUAGES.get(head.lower())
    if name is None:
        return tag
    place = COUNTRIES.get(tail.upper(), tail)
    return f"{name} ({place})" if tail else name


HOURS = {f"{start:02}": f"{start:02}:00–{(start + 1) % 24:02}:00" for start in range(24)}
_HOUR = re.compile(r"(\d{1,2})(?:[:.]00)?", re.ASCII)


def hour(code: str) -> str:
    """`13` as "13:00–14:00"."""
    return HOURS.get(code, code)


_TABLES = {"country": COUNTRIES, "region": REGIONS, "language": LANGUAGES, HOUR: HOURS}


def code(dimension: str, text: str) -> str:
    """The stored value that a person means by a text: "finland" is FI where countries are meant, "9:00" is 09 where hours are."""
    wanted = text.strip().casefold()
    if dimension == HOUR and (clock := _HOUR.fullmatch(wanted)):
        return clock[1].zfill(2)
    return next((code for code, name in _TABLES.get(dimension, {}).items() if name.casefold() == wanted), text)


_NAMERS = {"country": country, "region": region, "language": language, HOUR: hour}


def value_name(dimension: str, value: str) -> str:
    """What a person reads for one stored value of a dimension."""
    namer = _NAMERS.get(dimension)
    return namer(value) if namer else value


def codes_like(dimension: str, part: str) -> list[str]:
    """The codes whose name holds a text, in any case; [] for a dimension without codes."""
    wanted = part.strip().casefold()
    return [code for code in _TABLES.get(dimension, {}) if wanted in value_name(dimension, code).casefold()]
