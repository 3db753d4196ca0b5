"""What in a path or a campaign value looks like a secret or a person, and what stands in its place.

The goal: a reset link, a share link or a customer number in a URL must not become a row that a dashboard shows, and
a slug that a person wrote must come through unharmed. docs/pages.md is the table of rules; they work on *atoms* (runs
of ASCII letters and digits) and *chunks* (runs of atoms, "-" and "_"), because that is how tokens differ from words:
in a token the kinds of characters change at every second or third place, in words they seldom do.

Every pattern is a single run or of bounded length and can start once in a run, so the time is linear in the text.
What is not caught: codes of fewer characters with no word before them that gives them away, and names of people.
"""

import re
import unicodedata

UUID, EMAIL, NUMBER, HEX, TOKEN = ":uuid", ":email", ":number", ":hex", ":token"
PLACEHOLDERS = (UUID, EMAIL, NUMBER, HEX, TOKEN)

# An atom of this many characters can be a token; shorter ones are words, model numbers and video ids.
TOKEN_MIN = 20
# An atom this short is one only if it mixes upper case, lower case and digits as densely as base64 does.
DENSE_TOKEN_MIN = 16
# The longest compound that a site could be about has 65 letters (a German law on beef labels); what is much longer is no word.
WORD_MAX = 100
# Average length of a run of one kind of character: 5 in camelCase, under 2.2 in base64, under 2.7 in lower case and digits.
_MIXED_RUN = 2.7
_DENSE_RUN = 2.2
# For each letter the letters that follow it in at least 4 of 1,000 words: counted over 139,000 distinct words of 15 European
# languages (message catalogues and documentation of a Debian system, accents taken off).
_FOLLOWERS = """
    aabcdfghijklmnoprstuvwyz baeiloru cacehiklortuz daeinorsuz eabcdefghijklmnprstuvxyz faefilortu gaegilnorsu haeilortu
    iabcdefgijklmnoprstvz jaeiou kaeiklnorstu ladegiklmnostuy mabeimopsu nacdefgiklnostuvy oabcdefghiklmnoprstuvwz paeiloprstu qu
    rabcdegiklmnorstuvyz sacefhiklmnopstuyz taehiklnorstuy uabcdefgijklmnprstuvz vaeioy waeioy x yacemnopst zaeinouy
"""
_USUAL = frozenset(letters[0] + follower for letters in _FOLLOWERS.split() for follower in letters[1:])
# Of 5,627 words of 16 letters and more three reach this share of unusual pairs; of random letters 96 in 100 do (20 letters).
_STRANGE_SHARE = 0.3
_STRANGE_PAIRS_MIN = 5

# A word in a path or a parameter's name after which a short code is a secret too.
SENSITIVE = frozenset(
    (  # noqa: SIM905  (60 quoted words on a line each say no more)
        "access accesskey activate activation api apikey auth authorization code confirm confirmation credential csrf e-mail "
        "email hash invitation invite jsessionid jwt key login magic magic-link mail nonce oauth optout otp pass passcode "
        "passwd password password-reset phpsessid pin pwd recover recovery refresh reset reset-password resetpassword secret "
        "session sessionid sid sig signature signin signup sso ticket token unlock unsubscribe verification verify"
    ).split()
)
_SHORT_CODE_MIN = 6

_DROPPED = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# Accents that make no letter of their own with what they stand on; beside a placeholder they would change its last letter.
_ACCENTS = re.compile("[\u0300-\u036f]")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPED_PERCENT = re.compile(r"%(?:25)+")
_DECODE_ROUNDS = 8

_UNHARMED = re.compile(r"(?:[A-Za-z]{0,19}[-_. ])*[A-Za-z]{0,19}", re.ASCII)
_MAIL_RUN = re.compile(r"[^\s/;,=&:<>\"'()|]+")
_CHUNK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_ATOM = re.compile(r"[A-Za-z0-9]+")
_LETTERS = re.compile(r"[a-z]{2,}")
_RUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_DIGITS = re.compile(r"\d{7,}")

# Shapes with a fixed form, tried first and in this order; all of bounded length, or one run with one place to start.
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])"), UUID),
    # JSON Web Token: three base64url parts, the first of which is an object.
    (re.compile(r"(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{5,}[A-Za-z0-9_.-]*"), TOKEN),
    # Keys whose makers mark them with a prefix.
    (
        re.compile(
            r"(?<![A-Za-z0-9_-])(?:AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[sprw]k_(?:live|test)_|sk-(?:proj|ant)-|SG\.|ya29\.|hf_|npm_)"
            r"[A-Za-z0-9_.-]{12,}"
        ),
        TOKEN,
    ),
    # Network and hardware addresses.
    (re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), NUMBER),
    (re.compile(r"(?<![0-9A-Fa-f:])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){4,7}(?![0-9A-Fa-f:])"), NUMBER),
    # Coordinates: four decimals are a house.
    (re.compile(r"(?<![\d.])-?\d{1,3}\.\d{4,12}(?![\d.])"), NUMBER),
    # Phone, card, social security and Finnish identity numbers, as people write them.
    (re.compile(r"\+\d(?:[ .-]?\d){6,14}"), NUMBER),
    (re.compile(r"(?<![\d-])0\d{1,3}[ -]\d{3,4}[ -]?\d{2,4}(?![\d-])"), NUMBER),
    (re.compile(r"(?<![\d-])\d{3}[ .-]\d{3}[ .-]\d{4}(?![\d-])"), NUMBER),
    (re.compile(r"(?<![\d-])\d{4}(?:[ -]\d{4}){3}(?![\d-])"), NUMBER),
    (re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"), NUMBER),
    (re.compile(r"(?<![\dA-Za-z])\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z](?![\dA-Za-z])"), NUMBER),
)


def decoded(text: str) -> str:
    """Percent-decoded until nothing changes, control characters and halves of surrogates dropped, in normal form NFC.

    "?" and "#" stay encoded and bytes that are no UTF-8 too, so that decoding twice is decoding once.
    """
    if text.isascii() and text.isprintable() and "%" not in text:
        return text
    for _ in range(_DECODE_ROUNDS):
        before = text
        text = _DROPPED.sub("", _ESCAPES.sub(_decode, _ESCAPED_PERCENT.sub("%", text)))
        if text == before:
            break
    else:
        text = text.replace("%", "")
    return _ACCENTS.sub("", unicodedata.normalize("NFC", text))


def _decode(match: re.Match[str]) -> str:
    raw = bytes.fromhex(match[0].replace("%", ""))
    text = raw.decode("utf-8", "surrogateescape")
    return "".join(_kept(character) for character in text)


def _kept(character: str) -> str:
    if character in "?#":
        return f"%{ord(character):02X}"
    return f"%{ord(character) - 0xDC00:02X}" if "\udc80" <= character <= "\udcff" else character


def redact(text: str) -> str:
    """The (decoded) text with everything that looks like a secret replaced by one of `PLACEHOLDERS`."""
    if _UNHARMED.fullmatch(text):
        return text
    if "@" in text or "＠" in text:
        text = _MAIL_RUN.sub(_mail, text)
    for pattern, placeholder in _SHAPES:
        text = pattern.sub(placeholder, text)
    return _DIGITS.sub(NUMBER, _CHUNK.sub(_chunk, text))


def redact_named(name: str, value: str) -> str:
    """A parameter's value: all of it goes where the name says that it is a secret, else what looks like one."""
    return TOKEN if value and name.lower() in SENSITIVE and value not in PLACEHOLDERS else redact(value)


def redact_segments(segments: list[str]) -> list[str]:
    """A path's segments, each with its `;name=value` parameters, short codes after a sensitive word included."""
    done: list[str] = []
    for segment in segments:
        after_word = bool(done) and done[-1].lower() in SENSITIVE
        parts = segment.split(";")
        cleaned = TOKEN if after_word and _is_short_code(parts[0]) else redact(parts[0])
        done.append(";".join([cleaned, *map(_matrix, parts[1:])]))
    return done


def _matrix(part: str) -> str:
    name, equals, value = part.partition("=")
    return f"{redact(name)}={redact_named(name, value)}" if equals else redact(part)


def _mail(match: re.Match[str]) -> str:
    """A handle such as "@name" is public; with something before the "@" it is an address."""
    run = match[0]
    return EMAIL if max(run.rfind("@"), run.rfind("＠")) > 0 else run


def _is_short_code(text: str) -> bool:
    """Six characters or more with letters and digits, or upper and lower case, mixed within one atom."""
    if len(text) < _SHORT_CODE_MIN or text in PLACEHOLDERS:
        return False
    return text.isdigit() or any(len(_RUN.findall(atom)) > 1 for atom in _ATOM.findall(text) if len(atom) >= _SHORT_CODE_MIN)


def _chunk(match: re.Match[str]) -> str:
    chunk = match[0]
    if len(chunk) >= TOKEN_MIN and _is_split_token(chunk):
        return TOKEN
    return _ATOM.sub(_atom, chunk)


def _is_split_token(chunk: str) -> bool:
    """base64url has "-" and "_" in it: a token whose atoms may be too short to tell, but most of them are odd, and mixed."""
    atoms = _ATOM.findall(chunk)
    odd = "".join(atom for atom in atoms if _is_odd(atom))
    return len(odd) >= DENSE_TOKEN_MIN and 2 * len(odd) >= len(chunk) and _kinds(odd) == 3


def _is_odd(atom: str) -> bool:
    if len(atom) < 4:
        return False
    return _run_length(atom) < (_DENSE_RUN if len(atom) < 6 else _MIXED_RUN) or _is_strange(atom)


def _atom(match: re.Match[str]) -> str:
    atom = match[0]
    if len(atom) < DENSE_TOKEN_MIN or atom.isdigit():
        return atom
    if _HEX.fullmatch(atom):
        return HEX
    return TOKEN if _is_token(atom) else atom


def _is_token(atom: str) -> bool:
    if len(atom) < TOKEN_MIN:
        return _kinds(atom) == 3 and _run_length(atom) < _DENSE_RUN
    digit_runs = sum(run[0].isdigit() for run in _RUN.findall(atom))
    return len(atom) > WORD_MAX or _run_length(atom) < _MIXED_RUN or digit_runs >= 3 or _is_strange(atom)


def _is_strange(atom: str) -> bool:
    """Letters follow each other as in no language."""
    pairs = [run[at : at + 2] for run in _LETTERS.findall(atom.lower()) for at in range(len(run) - 1)]
    strange = sum(pair not in _USUAL for pair in pairs)
    return len(pairs) >= _STRANGE_PAIRS_MIN and strange >= _STRANGE_SHARE * len(pairs)


def _run_length(atom: str) -> float:
    return len(atom) / len(_RUN.findall(atom))


def _kinds(text: str) -> int:
    return (
        any(character.isupper() for character in text)
        + any(character.islower() for character in text)
        + any(character.isdigit() for character in text)
    )
