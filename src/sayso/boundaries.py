"""Sentence boundaries of English running text, in one pass and with exact offsets.

One bounded regular expression finds the places where a sentence could end; short table look-ups decide each. Nothing
is normalised, so offsets are those of the text itself. Time is linear: every look-behind and look-ahead is bounded.

The rules come from reading the errors made on UD English EWT and GUM, train; they hold no learned weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["sentences"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Abbreviations that a name or a number follows.
_TITLES = _words(
    "mr mrs ms messrs mmes dr drs prof profs sen sens rep reps gov govs gen gens lt col cols capt cpt cmdr cdr sgt maj"
    " adm rev revs hon fr pres supt insp det pvt pfc cpl spc amb atty st mt ft brig dist attn vs v viz cf e.g i.e esp"
    " approx p.s"
)
# Those among them that also end sentences: a word that can only open a sentence decides.
_TITLES_OR_WORDS = _words("st mt ft gen col maj rep hon adm det pres fr dist v")
_BEFORE_NUMBER = _words(
    "no nos p pp fig figs sec secs art arts vol vols ch chap chaps ver op c ca para pt pts ed eds ext tel ph mob fax b"
    " m d div r f est sc par eq rm apt"
)
_CALENDAR = _words("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun")
_MONTHS = _words(
    "jan feb mar apr jun jul aug sep sept oct nov dec january february march april may june july august september"
    " october november december"
)
_AFTER_NAME = _words(
    "inc corp co cos ltd llc llp plc bros dept depts univ assn assoc ave blvd rd hwy etc jr sr esq al intl int'l natl"
    " nat'l govt gov't mfg mgr conf u.s u.k u.n d.c a.m p.m ph.d"
)
_STATES = _words(
    "Ala Ariz Ark Calif Cal Colo Conn Del Fla Ga Ill Ind Kan Kans Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla"
    " Ont Ore Pa Penn Que Tenn Tex Va Vt Wash Wis Wyo Sask Alta Me"
)
# Capitalised words that open a sentence far more often than they go on with a name.
_OPENERS = _words(
    "The A An He She It They We I You This That These Those There Here In On At For From By With As If When While"
    " After Before Since Although Though But And Or So Yet However Meanwhile Moreover Also His Her Its Their Our My"
    " Your Some Many Most All No Not One Two Three Now Then Today Yesterday What Who Where Why How Which Both Each"
    " Another Other Others According Because During Despite Under Until Once Even Still Instead Perhaps Maybe Just"
    " Only Like Such Any Anyone Anything Nobody Nothing Everyone Every Several Few More Much Mr Mr. Mrs Mrs. Ms Ms."
    " Did Do Does Is Are Was Were Will Would Can Could Should Has Have Had Let Please To Of Over Through About Between"
    " Among Within Without Whether Earlier Later Next Finally Additionally Furthermore Nevertheless Nonetheless Unlike"
    " Given Following Thanks See"
)
# Words of two letters that are no abbreviations.
_SHORT = _words("it me us he we do be is go to of on up so")
_SPEECH = _words(
    "said says say asked asks ask cried told tells replied wrote writes added adds exclaimed shouted yelled whispered"
    " explained continued recalled demanded insisted declared answered called howled muttered murmured screamed"
    " sighed thought began"
)
# Names that end in an exclamation mark.
_CRIES = _words("Yahoo Jeopardy")
# What comes after the point in the name of a host or a file, whatever its case.
_SUFFIXES = _words("com net org edu gov int co io tv ai js py txt pdf doc docx xls csv htm html jpg png mp3")
# None of these, in lower case, ends a sentence without further evidence.
_ABBREVIATIONS = _TITLES | _AFTER_NAME | _BEFORE_NUMBER | _words("iii vii viii xii xiii xiv xvi xix xxi")
_OPENING = "\"'“‘([{«*_"
_CLOSING = "\"'”’)]}»*_"
_TERMINAL = ".!?…。！？"
_CONTINUING = "–—,;:/&%=+.?!…"
_SMILEY = r"['^-]?[()DPp]{1,3}"
# Where a sentence could end. The first character is one of a set, for which the engine can search; then, by that
# character, there must follow
# - after a terminator: up to six closing signs, footnote marks, a smiley, then white space or the end; or no white
#   space, but a capitalised word after one in lower case;
# - the rest of a page's address, then a capital or another address;
# - the rest of a date with the time of day, as mail and comments are stamped, then a capital;
# - the rest of a line drawn with five or more equal signs;
# - the rest of a smiley, then a capital;
# - after the words that close a letter: a name.
# Quantifiers before the white space are bounded, or start only where no match could have started before.
_CANDIDATE = re.compile(
    rf"""
    ([{_TERMINAL}/:;=*~+\#,-])
    (?:
        (?<=[{_TERMINAL}])
        (?:
            [{re.escape(_CLOSING)}]{{0,6}} (?:\s?\[\d{{1,3}}\]){{0,9}} (?:\s?[:;=]{_SMILEY}(?=\s|\Z))? (?:\s+|\Z)
        |   (?<=[a-z.][a-z.]\.) (?=[A-Z][a-z]{{0,20}}[\s,'’])
        )
    |   (?<=[a-z]:/) /\S{{1,500}}+ (?<=[\w/]) \s++ (?=[A-Z"(]|https?:)
    |   (?<=\d/) (?P<stamp>
            \d\d?/(?:\d\d){{1,2}},?[ ]\d\d?:\d\d(?::\d\d)?+ (?:[ ]?[AaPp]\.?[Mm]\b\.?)?+
            (?:[ ](?:[ECMP][SD]?T|GMT|UTC|BST)\b)?+ \s++ (?=[A-Z"<(])
        )
    |   (?<=[-=*~+\#]) (?<![-=*~+\#][-=*~+\#]) (?P<line> \1{{4,}}+ (?:\s+|\Z) )
    |   (?<=\s[:;=]) {_SMILEY} \s++ (?=["A-Z])
    |   (?<=[sty],) (?:(?<=Thanks,)|(?<=Regards,)|(?<=Best,)|(?<=Sincerely,)|(?<=Respectfully,)|(?<=Cheers,))
        \s++ (?=[A-Z])
    )
    """,
    re.VERBOSE,
)
_NEXT_WORD = re.compile(r"([" + re.escape(_OPENING) + r"]{0,6})([^\s,;:]{0,40})")
_ACRONYM = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_SPACE = re.compile(r"\s*")
_CONTRACTION = re.compile("(?:n['’]t|['’](?:d|ll|m|re|s|ve))$")
# 'a.' or 'ii.' before the first word of a block's sentence is the mark of a list item.
_MARKER = re.compile(r"[a-z]|[ivx]{2,4}")


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one block of running text.

    Args:
        text: any text; white space inside the block, line breaks too, is ordinary space.
        start: where the block starts, in code points of `text`.
        end: where it ends, exclusive; the end of the text if None.

    Yields:
        (start, end) in code points of `text`, without white space at the edges, in order, never empty.
    """
    # Cut out, so that nothing around the block has a say; a whole text is not copied.
    text = text[start:end]
    limit = len(text)
    begin = _SPACE.match(text).end()  # type: ignore[union-attr]
    for match in _CANDIDATE.finditer(text, begin):
        dot, following = match.span()
        if dot < begin:
            continue
        if text[dot] not in _TERMINAL:
            for close, then in _unpunctuated(text, begin, dot, following, match.lastgroup):
                yield start + begin, start + close
                begin = then
            continue
        if following >= limit:
            break
        if text[dot] == "." and following == dot + 2 and text[following].isupper():
            # The common case: a word in lower case that is no abbreviation, a full stop, a capital.
            before = text[max(begin, dot - 24) : dot].rpartition(" ")[2]
            if before.islower() and before.isalpha() and len(before) > 2 and before not in _ABBREVIATIONS:
                yield start + begin, start + dot + 1
                begin = following
                continue
        close = dot + len(match.group().rstrip())
        first = dot
        while first > begin and dot - first < 60 and text[first - 1] in _TERMINAL:
            first -= 1
        opening, word = _NEXT_WORD.match(text, following).groups()  # type: ignore[union-attr]
        if word:
            if not _ends(text, begin, first, close, following, opening, word):
                continue
        elif opening and opening[0] in "\"'" and text.count(opening[0], begin, dot) % 2:
            # A closing quotation mark set off by a space belongs to the sentence that it closes.
            close = following + len(opening)
            following = _SPACE.match(text, close).end()  # type: ignore[union-attr]
        yield start + begin, start + close
        begin = following
    last = len(text.rstrip()) if begin < limit else begin
    if last > begin:
        yield start + begin, start + last


def _unpunctuated(text: str, begin: int, mark: int, following: int, kind: str | None) -> Iterator[tuple[int, int]]:
    """Yield the ends that something other than a terminator makes, each with the start of what follows it.

    `mark` is the candidate's first character. A drawn line, or a stamp after a name, stands by itself.
    """
    if kind is not None:
        start = mark
        while kind == "stamp" and start > begin and text[start - 1].isdigit():
            start -= 1
        close = start
        while close > begin and text[close - 1].isspace():
            close -= 1
        if start > begin:
            if close == start:
                return
            low = max(begin, close - 60)
            name = text[text.rfind(" ", low, close) + 1 or low : close]
            if kind == "line" or "@" in name or not (name[0].islower() or name[-1] in ",:;(" or name in ("On", "At")):
                yield close, start
    elif text[mark] == "," and not text[max(begin, mark - 13) : mark].isalpha():
        # The words that close a letter are a sentence's first.
        return
    yield mark + len(text[mark:following].rstrip()), following


def _ends(text: str, begin: int, dot: int, close: int, following: int, opening: str, word: str) -> bool:
    """Whether a sentence from `begin` ends at `close`, its first terminator at `dot`, when `word` follows."""
    low = max(begin, dot - 24)
    space = text.rfind(" ", low, dot)
    low = space + 1 if space >= 0 else low
    before = text[low:dot]
    initial = word[0]
    if following == close:
        # No white space: a slip of the writer's, unless the point stands in a name.
        plain = before.isalpha() and before.islower() and before not in _ABBREVIATIONS
        return plain and word.lower() not in _SUFFIXES
    if initial.islower():
        return _ends_before_lower(text, dot, close, before, opening, word)
    if not initial.isalnum():
        if len(word) == 1:
            return initial not in "?!.…,;:" if initial not in "-–—" else False
        return initial not in _CONTINUING and (initial != "-" or word[1] == "-" or word[1].isupper())
    if before in _CRIES and text[dot] == "!":
        return word in _OPENERS
    if close - dot > 1:
        if text[dot] == "." and text[dot + 1] in "!?":
            return True
        dots = text[dot] == "." and text[dot + 1] == "."
        if dots or text[dot] != ".":
            after = following + len(opening) + len(word)
            if text[close - 1] in "\"”’'" and _speech_follows(text[after : after + 14]):
                return False
            return initial.isupper() and (not dots or dot > begin) if dots or text[dot] == "…" else True
    elif text[dot] != ".":
        return initial.isupper() or initial.isdigit() if text[dot] == "…" else True
    return _ends_after(text, begin, low, dot, close, before.lstrip(_OPENING), word)


def _speech_follows(text: str) -> bool:
    """Whether the next word is a verb of speech: '“Really?” Lund said.' is one sentence."""
    words = text.split(None, 1)
    return bool(words) and words[0].rstrip(".,") in _SPEECH


def _ends_before_lower(text: str, dot: int, close: int, before: str, opening: str, word: str) -> bool:
    if word.startswith(("http", "www.")) or (len(word) > 1 and word[1].isupper()):
        return True
    if text[dot] == "…" or text[close - 1] not in ".!?" or opening not in ("", "(") or word in _SPEECH:
        return False
    # Careless writing starts sentences in lower case, but only after an ordinary word.
    before = before.strip(_CLOSING + _OPENING)
    if not before:
        # A terminator set off by a space.
        return (close - dot == 1 or text[dot] != ".") and text[max(0, dot - 2) : dot - 1].isalnum()
    shouted = before.isupper() and len(before) > 2
    if not before.isalpha() or not (before.islower() or shouted):
        return False
    if text[dot] == ".":
        known = before in _ABBREVIATIONS or (len(before) < 3 and before not in _SHORT)
        return close - dot == 1 and not known
    return True


def _ends_after(text: str, begin: int, low: int, dot: int, close: int, before: str, word: str) -> bool:
    """Decide a full stop by the word before it and the capitalised or numeric word after it."""
    size = len(before)
    if size == 0:
        return dot > begin
    if low == begin and close - dot == 1 and _MARKER.fullmatch(before):
        return False
    if size > 7:
        return True
    opens = word in _OPENERS or _CONTRACTION.split(word)[0] in _OPENERS
    number_follows = word[0].isdigit()
    lower = before.lower()
    if before.isdigit() and size < 3:
        # After a colon or the end of a sentence, a small number is the mark of a list item; 'p. 17. The' has none.
        in_list = low == begin or text[low - 2] in ("!?:;)" if opens else ".!?:;)")
        return not in_list and (opens or size == 2)
    if size == 1:
        return _ends_after_letter(before, lower, word, opens=opens)
    if lower in _TITLES:
        return lower in _TITLES_OR_WORDS and opens
    if number_follows and lower in _BEFORE_NUMBER:
        return False
    if lower in _CALENDAR and before[0].isupper():
        return opens and not number_follows and word.lower().rstrip(".") not in _MONTHS
    if lower in _AFTER_NAME or before in _STATES or ("." in before and _ACRONYM.fullmatch(before)):
        return opens or (close - dot > 1 and text[close - 1] in '"”’')
    return True


def _ends_after_letter(before: str, lower: str, word: str, *, opens: bool) -> bool:
    if before == "I" or not before.isalpha():
        return True
    if before.isupper():
        return opens and word not in ("I", "A")
    if lower == "v":
        return False
    return lower not in _BEFORE_NUMBER or not (word[0].isdigit() or word.lower().rstrip(".") in _MONTHS)
