"""English, another language, or nobody can say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso import language as module
from sayso.language import LEAST_WORDS, SLICE, Language, language

ENGLISH = (
    "The harbour board of Example City met on Monday and put off the vote on the new pier. Ada Lindqvist told the"
    " meeting that the ferry would sail again before the winter, and that nobody had been asked about it."
)
OTHERS = {
    "de": "Der Hafenrat der Stadt ist am Montag zusammengekommen und hat die Abstimmung über die neue Brücke verschoben."
    " Die Fähre wird nach dem Winter wieder fahren, aber nicht mit den alten Leuten, die auch nicht gefragt wurden.",
    "fr": "Le conseil du port est venu lundi dans la ville et n'a pas voté sur le nouveau quai, qui est trop cher pour les"
    " habitants. Le bac sera de retour avant l'hiver, mais nous ne savons pas avec qui ni pour combien de temps.",
    "es": "El consejo del puerto se reunió el lunes y dejó para otro día la votación sobre el muelle nuevo, que no es barato."
    " El barco volverá antes del invierno, pero nadie sabe con qué dinero ni para quién, como dijo una vecina.",
    "it": "Il consiglio del porto si è riunito lunedì e non ha votato sul nuovo molo, che è troppo caro per gli abitanti"
    " della città. Il traghetto tornerà prima dell'inverno, ma nessuno sa con quali soldi, anche se sono tanti.",
    "nl": "De havenraad is op maandag bij elkaar gekomen en heeft niet gestemd over de nieuwe pier, die voor veel mensen"
    " te duur is. De veerboot vaart voor de winter weer uit, maar het is niet bekend wat dat aan geld kost.",
    "sv": "Hamnens styrelse möttes på måndagen och sköt upp frågan om den nya piren, som är för dyr för de flesta som bor"
    " här. Färjan går igen före vintern, men det är inte känt vad det kostar eller vem som har betalat till slut.",
    "pl": "Rada portu spotkała się w poniedziałek i nie głosowała na temat nowego mola, które jest za drogie dla wielu"
    " ludzi z miasta. Prom wróci przed zimą, ale nie jest jasne, za czyje pieniądze oraz przez kogo się to stanie.",
    "id": "Dewan pelabuhan bertemu pada hari Senin dan tidak memilih dermaga yang baru, yang terlalu mahal untuk orang di"
    " kota ini. Kapal akan kembali dari selatan dengan cepat, atau tidak sama sekali, kata seorang yang tinggal di sana.",
    "ru": "Совет порта собрался в понедельник и отложил голосование о новом причале. Паром вернётся до зимы.",
    "ar": "اجتمع مجلس الميناء يوم الاثنين وأجل التصويت على الرصيف الجديد. ستعود العبارة قبل الشتاء.",
    "zh": "港口委员会星期一开会，推迟了对新码头的投票。渡轮将在冬天之前再次航行，没有人知道费用是多少。",
}


def test_english() -> None:
    assert language(ENGLISH) is Language.ENGLISH
    assert language(ENGLISH.upper()) is Language.ENGLISH


@pytest.mark.parametrize("code", OTHERS)
def test_other_languages(code: str) -> None:
    assert language(OTHERS[code]) is Language.OTHER


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " \n",
            "Ferry sails",
            "The ferry will sail again before the winter",
            "Die Fähre ist weg",
            "Паром",
            "1 2 3 " * 99,
        ),
        "Monday 10:30 Pier Road Norvik\n" * 20,
        "Ada Lindqvist, Jo Sample, Max Muster, Eva Nowak, Ola Nordmann\n" * 9,
    ],
)
def test_what_is_too_short_or_a_list_is_not_guessed(text: str) -> None:
    assert language(text) is Language.UNKNOWN


@pytest.mark.parametrize("quoted", OTHERS.values(), ids=OTHERS)
def test_a_quotation_does_not_make_a_text_foreign(quoted: str) -> None:
    assert language(f"{ENGLISH}\n{ENGLISH}\n“{quoted[:120]}”, it said.\n{ENGLISH}") is Language.ENGLISH


def test_an_english_frame_around_another_text_does_not_make_it_english() -> None:
    body = "\n".join([OTHERS["de"]] * 40)
    assert language(f"Share this with your friends\n{body}\nRead more about it on our site") is Language.OTHER


def test_a_long_text_is_told_by_three_slices() -> None:
    def long(unit: str) -> str:
        return (unit * SLICE)[: 4 * SLICE]

    english, german = long(f"{ENGLISH} "), long(f"{OTHERS['de']} ")
    assert language(english + german + english) is not Language.OTHER
    assert language(german + english + german) is not Language.ENGLISH
    # What stands between the slices is not looked at.
    assert language(german[:SLICE] + english + german[:SLICE] + english + german[:SLICE]) is Language.OTHER


@given(st.lists(st.sampled_from([*ENGLISH.split(), *OTHERS["de"].split(), "1", "–"]), max_size=LEAST_WORDS - 1))
def test_of_few_words_nothing_is_said(words: list[str]) -> None:
    assert language(" ".join(words)) is Language.UNKNOWN


@given(st.text())
def test_anything_can_be_asked(text: str) -> None:
    assert language(text) in Language


def test_the_quick_way_reads_the_same_words() -> None:
    usual = [char for char in map(chr, range(0x110000)) if not module._UNUSUAL.match(char)]
    assert len(usual) > 128
    for char in usual:
        text = f"ab{char}c {char}"
        assert module._LATIN_WORD.findall(text.lower()) == module._WORD.findall(text.lower())
        assert not module._NOT_LATIN.search(char)
