"""`sayso adjudicate`: the conversation, what it writes, and what follows."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from invented import number
from sayso.adjudicate import Unit, parse_decision
from sayso.adjudication import Adjudication, Dialogue
from sayso.adjudication_view import summary, terminal_dialogue
from sayso.cases import open_cases, read_decisions, read_judged, unmentioned
from sayso.cli import main
from sayso.errors import InputError
from sayso.layers import Annotation, Entity, FormError, dump, read_layers
from sayso.project import Project
from sayso.storage import exclusive
from sayso.validation import validate


class Script:
    """An adjudicator who types prepared lines; a callable among them is the next edit."""

    def __init__(self, *lines: str | Callable[[str], str | None]) -> None:
        self.lines = list(lines)
        self.console = Console(record=True, width=200, file=io.StringIO())
        self.prompts: list[str] = []

    def ask(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise EOFError
        line = self.lines.pop(0)
        assert isinstance(line, str), f"asked {prompt!r}, not to edit"
        return line

    def edit(self, text: str) -> str | None:
        line = self.lines.pop(0)
        assert callable(line)
        return line(text)

    @property
    def dialogue(self) -> Dialogue:
        return Dialogue(self.console.print, self.ask, self.edit)

    @property
    def said(self) -> str:
        return self.console.export_text(clear=False)


def change(corpus: Path, annotator: str, doc: str, edit: Callable[[Annotation], Annotation | None]) -> None:
    """Let an annotator think again."""
    path = corpus / "annotations" / "annotators" / annotator / f"{doc}.jsonl"
    kept = [changed for a in read_layers(path) if (changed := edit(a)) is not None]
    path.write_bytes(dump(number(kept)))


def relabel(quoted: str, label: str) -> Callable[[Annotation], Annotation]:
    return lambda a: replace(a, label=label) if isinstance(a, Entity) and a.text == quoted else a


def without(quoted: str) -> Callable[[Annotation], Annotation | None]:
    return lambda a: None if isinstance(a, Entity) and a.text == quoted else a


@pytest.fixture
def undecided(corpus: Path) -> Path:
    """The invented corpus without its decision, and with one more disagreement."""
    (corpus / "annotations" / "adjudication.jsonl").unlink()
    change(corpus, "bo", "ferry", relabel("2019", "NUM"))
    return corpus


def adjudicate(
    corpus: Path, *lines: str | Callable[[str], str | None], name: str | None = None
) -> tuple[Script, Adjudication]:
    script, work = Script(*lines), Adjudication(Project.read(corpus), name)
    work.converse(script.dialogue)
    return script, work


def decided(corpus: Path) -> dict[Unit, tuple]:
    decisions = read_decisions(corpus / "annotations" / "adjudication.jsonl")
    return {unit: (decision.gold, decision.reason) for unit, (decision, _) in decisions.items()}


def gold(corpus: Path, doc: str) -> dict[str, Annotation]:
    return {a.text: a for a in read_layers(corpus / "annotations" / "gold" / f"{doc}.jsonl") if isinstance(a, Entity)}


def test_a_version_by_number_and_none(undecided: Path) -> None:
    before = {a.id: a for a in read_layers(undecided / "annotations" / "gold" / "harbour.jsonl")}
    _, work = adjudicate(undecided, "2", "A year is a number here.", "0", "No date.", name="cy")
    assert work.decided == 2
    assert work.cases() == []
    assert [(gold and gold["label"], reason) for gold, reason in decided(undecided).values()] == [
        ("NUM", "A year is a number here."), (None, "No date."),
    ]  # fmt: skip
    lines = (undecided / "annotations" / "adjudication.jsonl").read_text().splitlines()
    assert [json.loads(line)["adjudicator"] for line in lines] == ["cy", "cy"]
    outcome = work.finish()
    assert (outcome.left, outcome.unmentioned, outcome.settled, outcome.stale) == ({}, (), True, True)
    assert [path.name for path in outcome.written] == ["ferry.jsonl", "harbour.jsonl"]
    assert isinstance(gold(undecided, "ferry")["2019"], Entity)
    assert gold(undecided, "ferry")["2019"].label == "NUM"
    assert "Monday" not in gold(undecided, "harbour")
    after = {a.id: a for a in read_layers(undecided / "annotations" / "gold" / "harbour.jsonl")}
    assert {id: a for id, a in before.items() if a.text != "Monday"} == after
    assert outcome.difference is not None
    assert outcome.difference.bump == "MAJOR"
    said = "\n".join(line.plain for line in summary(work.project, work.decided, outcome))
    assert "the gold is a change of MAJOR: at least 0.2.0, and pyproject.toml has 0.1.0: raise it" in said
    assert "run `sayso build`" in said


def test_what_is_shown(undecided: Path) -> None:
    script, _ = adjudicate(undecided, "q")
    assert (
        script.said
        == """\

[1/2] ferry entity 131-135 “2019”
   1 According to Lindqvist, it will sail in 2019.
  0 nothing
  1 DATE  ann
  2 NUM  bo
quit: every decision so far is kept
"""
    )


def test_the_words_in_question_stand_out(undecided: Path) -> None:
    script = Script("s", "s")
    script.console = Console(record=True, width=200, force_terminal=True, file=io.StringIO())
    Adjudication(Project.read(undecided)).converse(script.dialogue)
    assert re.search(r"\x1b\[7;\d+m2019\x1b\[0m", script.console.export_text(styles=True))


def test_skipping_leaves_it_open_and_gold_as_it_was(undecided: Path) -> None:
    path = undecided / "annotations" / "gold" / "harbour.jsonl"
    before = path.read_bytes()
    _, work = adjudicate(undecided, "1", "E9.", "s")
    assert len(work.cases()) == 1
    outcome = work.finish()
    assert outcome.left == {"harbour": 1}
    assert not outcome.settled
    assert outcome.difference is None
    assert {incident.check for incident in outcome.incidents} == {"undecided"}
    assert path.read_bytes() == before
    assert "gold of harbour is as it was: 1 open" in "\n".join(x.plain for x in summary(work.project, 1, outcome))
    # Only what is open is asked again.
    script, work = adjudicate(undecided, "1", "E9.")
    assert "[1/1] harbour entity" in script.said
    assert work.finish().settled


def test_nonsense_is_asked_again(undecided: Path) -> None:
    script, work = adjudicate(undecided, "9", "x", "", "-1", "e7", "1", "  ", "1", "E9\x1b[2J", "1", "E9.", "q")
    assert work.decided == 1
    assert script.said.count("is none of these") == 4
    assert "there is no version 7" in script.said
    assert script.said.count("a decision needs a reason") == 2


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_the_end_of_input_quits(undecided: Path, end: type[BaseException]) -> None:
    def ask(prompt: str) -> str:
        raise end

    work = Adjudication(Project.read(undecided))
    work.converse(replace(Script().dialogue, ask=ask))
    assert work.decided == 0


def test_an_edited_version(undecided: Path) -> None:
    def edit(text: str) -> str:
        return text.replace('"NUM"', '"EVENT"').replace("null", '"the-year"')

    adjudicate(undecided, "e2", edit, "Both wrong.", "q")
    ((chosen, reason),) = decided(undecided).values()
    assert (chosen["label"], chosen["entity"], reason) == ("EVENT", "the-year", "Both wrong.")
    assert list(chosen) == ["layer", "start", "end", "text", "label", "entity"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"DATE"', '"DATE', "no JSON: "),
        ('"label"', '"lable"', "the entity lacks the key 'label'"),
        ('"DATE"', '"YEAR"', "label-unknown: e1: 'YEAR' is none of PER, "),
        ('"start": 131', '"start": 130', "this is not about the entity at 131-135 any more"),
        ('"entity",', '"verifiable",', "the verifiable has the unknown key 'entity'"),
        ('"text": "2019"', '"text": "2018"', "text-differs: e1: "),
        ('"DATE"', '"\\ud800"', "no JSON: "),
        ("{", "[{", "no JSON: "),
        ('"2019"', "NaN", "no JSON: "),
        ('"DATE"', "[" * 100_000, "no JSON: "),
    ],
)  # fmt: skip
def test_a_wrong_edit_is_told_and_opened_again(undecided: Path, old: str, new: str, problem: str) -> None:
    def spoil(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    def mend(text: str) -> str:
        assert new in text
        return text.replace(new, old, 1)

    script, work = adjudicate(undecided, "e", spoil, "e", {}.get, "e", spoil, "e", mend, "Mended.", "q")
    assert work.decided == 1
    assert problem in script.said
    assert "nothing was changed" in script.said
    assert next(iter(decided(undecided).values()))[0]["label"] == "DATE"


def test_an_edit_that_is_no_object(undecided: Path) -> None:
    script, _ = adjudicate(undecided, "e", lambda _: "[]", "q")
    assert "an annotation is a JSON object" in script.said


def test_a_stale_decision_is_asked_again_and_replaced(corpus: Path) -> None:
    change(corpus, "ann", "harbour", relabel("Monday", "NUM"))
    script, work = adjudicate(corpus, "0", "Not any more.")
    assert "decided earlier as DATE: E9: weekdays are dates." in script.said
    ((chosen, reason),) = decided(corpus).values()
    assert (chosen, reason) == (None, "Not any more.")
    assert work.finish().settled


def test_a_decision_is_asked_again_even_if_the_annotators_came_to_agree(corpus: Path) -> None:
    (monday,) = [a for a in read_layers(corpus / "annotations/gold/harbour.jsonl") if a.text == "Monday"]
    path = corpus / "annotations/annotators/bo/harbour.jsonl"
    path.write_bytes(dump(number([*read_layers(path), monday])))
    script, work = adjudicate(corpus, "1", "Both.")
    assert "DATE  ann, bo" in script.said
    assert work.finish().settled


def test_a_decision_on_what_nobody_mentions_is_reported(corpus: Path) -> None:
    change(corpus, "ann", "harbour", without("Monday"))
    script, work = adjudicate(corpus)
    assert script.prompts == []
    outcome = work.finish()
    assert [(unit.doc, unit.start, line) for unit, line in outcome.unmentioned] == [("harbour", 64, 1)]
    assert not outcome.settled
    said = "\n".join(line.plain for line in summary(work.project, 0, outcome))
    assert "annotations/adjudication.jsonl:1: no annotator mentions the entity at 64-70 of harbour any more" in said


def test_a_pair_that_gold_does_not_give_rise_to_is_said_to_be_none(corpus: Path) -> None:
    # Gold loses the target, so the stance towards it has lost its ground; entities are asked about first.
    for name in ("ann", "bo"):
        change(corpus, name, "ferry", relabel("Norvik Line", "LOC" if name == "bo" else "ORG"))
    change(
        corpus,
        "bo",
        "harbour",
        lambda a: replace(a, label="favor") if a.layer == "stance" and a.label == "against" else a,
    )
    script, _ = adjudicate(corpus, "0", "No name.", *["s"] * 9)
    assert script.said.index("ferry entity") < script.said.index("harbour stance")
    assert "do not give rise to this pair" not in script.said
    (corpus / "annotations/adjudication.jsonl").unlink()
    change(corpus, "bo", "harbour", without("Norvik Line"))
    lines = ["0", "No name."] * 5
    script, _ = adjudicate(corpus, *lines, *["s"] * 9)
    assert "do not give rise to this pair" in script.said


def test_decisions_that_others_write_meanwhile_are_kept(undecided: Path) -> None:
    script = Script("1", "E9.")

    def ask(prompt: str) -> str:
        if not script.prompts:
            adjudicate(undecided, "s", "1", "Decided elsewhere.")
        return script.ask(prompt)

    Adjudication(Project.read(undecided)).converse(replace(script.dialogue, ask=ask))
    assert script.lines == []
    assert sorted(reason for _, reason in decided(undecided).values()) == ["Decided elsewhere.", "E9."]


def test_a_lock_is_waited_for(undecided: Path) -> None:
    with exclusive(undecided):
        script, work = adjudicate(undecided, "1", "E9.", "", "q")
    assert work.decided == 0
    assert script.said.count("another sayso is at work") == 2
    assert not (undecided / "annotations" / "adjudication.jsonl").exists()


def test_gold_is_made_where_there_is_none(undecided: Path) -> None:
    for path in (undecided / "annotations" / "gold").iterdir():
        path.unlink()
    (undecided / "annotations" / "gold").rmdir()
    _, work = adjudicate(undecided, "1", "E9.", "1", "E9.")
    outcome = work.finish()
    assert outcome.settled
    assert len(outcome.written) == 2
    assert not [i for i in validate(undecided) if i.check not in ("not-rebuilt", "figures-stale")]


def test_without_a_built_corpus(undecided: Path) -> None:
    import shutil

    shutil.rmtree(undecided / "corpus")
    _, work = adjudicate(undecided, "1", "E9.", "1", "E9.")
    outcome = work.finish()
    assert (outcome.settled, outcome.difference, outcome.stale) == (True, None, True)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(("0", "1", "2", "s", "x", "")), min_size=2, max_size=8))
def test_the_file_is_canonical_whatever_is_answered(undecided: Path, answers: list[str]) -> None:
    path = undecided / "annotations" / "adjudication.jsonl"
    path.unlink(missing_ok=True)
    _, work = adjudicate(
        undecided,
        *(line for answer in answers for line in ((answer, "Why.") if answer in "012" and answer else (answer,))),
    )
    decisions = [parse_decision(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []
    assert len(decisions) == work.decided
    assert len(decisions) + len(work.cases()) == 2
    assert not {"canonical-form", "decision-malformed", "decision-stale"} & {i.check for i in validate(undecided)}


def test_parts_are_those_of_annotators_jsonl(undecided: Path) -> None:
    project = Project.read(undecided)
    (ferry, _) = read_judged(project)
    assert open_cases(ferry, {}, {"ann": ("entity",), "bo": ("claim",)}) == []
    assert unmentioned({}, {}, {}) == []


@pytest.mark.parametrize("name", ["Ann Example", "", "a/b"])
def test_an_adjudicators_name(corpus: Path, name: str) -> None:
    with pytest.raises(InputError, match="--adjudicator"):
        Adjudication(Project.read(corpus), name)


def test_a_decision_with_a_wrong_name_is_refused(corpus: Path) -> None:
    value = json.loads((corpus / "annotations/adjudication.jsonl").read_text())
    assert parse_decision({**value, "adjudicator": "cy"}).to_json() == {**value, "adjudicator": "cy"}
    for wrong in ("", None, 1):
        with pytest.raises(FormError):
            parse_decision({**value, "adjudicator": wrong})


# -- the command


def sayso(*arguments: str | Path, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sayso.cli import main; main()", "adjudicate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)


def test_without_a_terminal_it_lists_and_asks_nothing(undecided: Path) -> None:
    before = {path: path.read_bytes() for path in undecided.rglob("*") if path.is_file()}
    done = sayso("--root", undecided)
    assert done.returncode == 1
    assert (
        done.stdout
        == """\
ferry entity 131-135 “2019”
  ann: DATE
  bo: NUM
harbour entity 64-70 “Monday”
  ann: DATE
  bo: nothing
"""
    )
    assert done.stderr == "2 open: run `sayso adjudicate` on a terminal\n"
    assert before == {path: path.read_bytes() for path in undecided.rglob("*") if path.is_file()}


def test_without_a_terminal_gold_is_written_if_nothing_is_open(corpus: Path) -> None:
    path = corpus / "annotations" / "gold" / "harbour.jsonl"
    before = path.read_bytes()
    path.write_bytes(dump(a for a in read_layers(path) if a.text != "Monday"))
    done = sayso("--root", corpus)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == """\
0 decided
wrote annotations/gold/harbour.jsonl
against corpus/, the gold is a change of PATCH: at least 0.1.0
"""
    )
    assert path.read_bytes() == before
    assert "wrote" not in sayso("--root", corpus).stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("annotators/bo/ferry.jsonl", '"label"', '"lable"', "annotators/bo/ferry.jsonl:1: "),
        ("adjudication.jsonl", '"reason"', '"raison"', "adjudication.jsonl:1: a decision has the keys doc, "),
        ("gold/ferry.jsonl", "{", "", "gold/ferry.jsonl:1: no JSON"),
    ],
)
def test_malformed_files_are_named(corpus: Path, file: str, old: str, new: str, problem: str) -> None:
    path = corpus / "annotations" / file
    path.write_text(path.read_text().replace(old, new, 1))
    done = sayso("--root", corpus)
    assert done.returncode == 2
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


def test_two_decisions_on_one_unit(corpus: Path) -> None:
    path = corpus / "annotations/adjudication.jsonl"
    path.write_text(path.read_text() * 2)
    assert "adjudication.jsonl:2: this unit was decided on line 1" in sayso("--root", corpus).stderr


class Terminal:
    """`sayso adjudicate` on a pseudo-terminal."""

    def __init__(self, corpus: Path, **environment: str) -> None:
        self.own, other = pty.openpty()
        command = [sys.executable, "-c", "from sayso.cli import main; main()", "adjudicate", "--root", str(corpus)]
        env = os.environ | {"TERM": "xterm", "COLUMNS": "120"} | environment
        self.process = subprocess.Popen(
            command, stdin=other, stdout=other, stderr=other, env=env, start_new_session=True
        )
        os.close(other)
        self.shown = self.waiting = ""

    def until(self, words: str) -> str:
        """Read until some words come, colours left out, and return what came up to them."""
        deadline = time.monotonic() + 60
        while not (found := re.search(r"(?:\x1b\[[0-9;]*m)*".join(map(re.escape, words)), self.waiting)):
            assert time.monotonic() < deadline, self.waiting
            if select.select([self.own], [], [], 1)[0]:
                try:
                    self.waiting += os.read(self.own, 4096).decode(errors="replace")
                except OSError as error:  # the other end is closed
                    raise AssertionError(self.waiting) from error
        seen, self.waiting = self.waiting[: found.end()], self.waiting[found.end() :]
        self.shown += seen
        return seen

    def type(self, line: str) -> None:
        os.write(self.own, f"{line}\n".encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.own)


@pytest.fixture
def terminal(undecided: Path, tmp_path: Path) -> Iterator[Terminal]:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i.old \'s/"DATE"/"NUM"/\' "$1"\n')
    editor.chmod(0o755)
    opened = Terminal(undecided, EDITOR=str(editor))
    yield opened
    opened.close()


def test_a_whole_session_on_a_terminal(undecided: Path, terminal: Terminal) -> None:
    terminal.until("[1/2] ferry")
    assert "\x1b[7" in terminal.until("s skip, q quit: ")
    terminal.type("e")
    terminal.until("reason: ")
    terminal.type("Ein Jahr zählt.")
    terminal.until("[2/2] harbour")
    terminal.until("q quit: ")
    terminal.type("1")
    terminal.until("reason: ")
    terminal.type("E9.")
    terminal.until("run `sayso build`")
    assert terminal.process.wait(60) == 0
    assert "2 decided" in terminal.shown
    assert [(g["label"], reason) for g, reason in decided(undecided).values()] == [
        ("NUM", "Ein Jahr zählt."), ("DATE", "E9."),
    ]  # fmt: skip


def test_a_kill_loses_the_current_decision_only(undecided: Path, terminal: Terminal) -> None:
    terminal.until("q quit: ")
    terminal.type("1")
    terminal.until("reason: ")
    terminal.type("E9.")
    terminal.until("[2/2] harbour")
    terminal.until("q quit: ")
    terminal.type("1")
    terminal.until("reason: ")
    os.kill(terminal.process.pid, signal.SIGKILL)
    assert terminal.process.wait(60) == -signal.SIGKILL
    ((chosen, reason),) = decided(undecided).values()
    assert (chosen["text"], reason) == ("2019", "E9.")
    assert len(Adjudication(Project.read(undecided)).cases()) == 1


def test_an_editor_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    console = Console(record=True, width=200, file=io.StringIO())
    assert terminal_dialogue(console).edit("{}") in (None, "{}")


def test_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("agree", "adjudicate"):
        monkeypatch.setattr(sys, "argv", ["sayso", command, "--help"])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 0
        assert len(capsys.readouterr().out) > 300
