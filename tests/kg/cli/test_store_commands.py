"""The commands that maintain a store: what they print, that they change nothing by mistake, and what stops them."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg import cli
from kg.errors import ConfigurationError, StoreDamagedError
from kg.settings import Settings
from kg.store import snapshot
from kg.store.backup import archive
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.written import logged
from kg.workers.workers import Workers
from kg.write.log import Author
from kg.write.writer import Writer
from tests.conftest import Once, RunKg, run_here
from tests.kg.store.published import FIRST, SECOND, THIRD, flip, publish, with_two


@pytest.fixture
def store(once: Once, tmp_path: Path) -> Store:
    return with_two(once, tmp_path / "store")


def kg(store: Store, *arguments: str) -> Result:
    return CliRunner().invoke(cli.main, [*arguments, "--store", str(store)], prog_name="kg", catch_exceptions=False)


def test_verify_reports_each_damage_with_a_remedy(store: Store) -> None:
    done = kg(store, "verify")
    assert (done.exit_code, done.output.count("\n")) == (0, 1)
    flip(store.current())
    assert kg(store, "verify", "--quick").exit_code == 0
    done = kg(store, "verify", "--full")
    assert done.exit_code == 1
    assert re.match(
        r"damaged: snapshots: \S+\.sst has other bytes than were written: go back with kg rollback", done.output
    )


def test_a_store_of_a_later_format_is_refused_and_not_called_damaged(store: Store) -> None:
    file = snapshot.manifest_file(store.current().folder)
    said = {**signed.checked(file.read_text(encoding="utf-8")), "format": 9}
    said.pop(signed.CHECKSUM)
    file.write_text(signed.written(said, indent=1))
    refused = kg(store, "verify")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "has the format 9" in refused.stderr
    told = kg(store, "doctor")
    assert (told.exit_code, told.output.count("->")) == (1, 1)
    assert "use the version that wrote it" in told.output


def test_snapshots_lists_all_and_marks_the_current_one(store: Store) -> None:
    next(snapshot.read(store.snapshots()[0]).database.glob("*.sst")).unlink()
    first, second = kg(store, "snapshots").output.splitlines()
    assert first.startswith(f"  {FIRST}  damaged: ")
    assert re.match(rf"\* {SECOND}  2011-11-09T06:00:00Z  build +10,000 triples", second)


def test_rollback_goes_to_the_newest_whole_snapshot_or_the_one_that_is_named(store: Store) -> None:
    publish(store, THIRD)
    flip(snapshot.read(store.snapshots()[1]))
    assert kg(store, "rollback", SECOND).exit_code == 2
    assert kg(store, "rollback").output == f"snapshot {FIRST} is current\n"
    assert store.current().id == FIRST
    assert kg(store, "rollback", THIRD[:8]).exit_code == 0
    assert store.current().id == THIRD


def test_rollback_from_a_damaged_manifest_works_and_says_when_there_is_nothing_to_go_to(store: Store) -> None:
    snapshot.manifest_file(store.current().folder).write_text("{}")
    assert kg(store, "rollback").exit_code == 0
    assert store.current().id == FIRST
    done = kg(store, "rollback")
    assert done.exit_code == 2
    assert "kg restore" in done.stderr


def test_prune_always_keeps_the_current_snapshot(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, THIRD)
    kg(store, "rollback", FIRST)
    monkeypatch.chdir(store.path.parent)
    done = kg(Store(Path("store")), "prune", "--keep-snapshots", "1")
    assert done.exit_code == 0
    assert [folder.name for folder in store.snapshots()] == [FIRST]
    assert store.removed() == [SECOND, THIRD]


def test_doctor_names_the_snapshot_to_go_back_to(store: Store) -> None:
    assert kg(store, "doctor").exit_code == 0
    next(store.current().database.glob("*.sst")).unlink()
    done = kg(store, "doctor")
    assert done.exit_code == 1
    assert f"-> kg rollback {FIRST} --store {store}" in done.output
    assert "-> kg build" in kg(Store(store.path / "elsewhere"), "doctor").output
    (store.path / "building-x").mkdir()
    assert "a build that was killed" in kg(store, "doctor").output


def test_info_says_what_a_store_is(store: Store) -> None:
    said = kg(store, "info").output
    assert SECOND in said
    assert re.search(r"size of other snapshots +[1-9.]+", said)
    assert "no store" in kg(Store(store.path / "elsewhere"), "info").stderr


def writer_of(store: Store, settings: Settings, stack: ExitStack) -> Writer:
    own = replace(settings, store=str(store))
    return stack.enter_context(Writer(store, own, stack.enter_context(Workers(store, own))))


def update(writer: Writer, number: int) -> None:
    author = Author("someone", "POST /sparql", f"urn:uuid:{number}")
    writer.update(f"INSERT DATA {{ <urn:n> <urn:p> {number} }}".encode(), author)


def test_rollback_sets_later_writes_aside(store: Store, settings: Settings) -> None:
    with ExitStack() as stack:
        writer = writer_of(store, settings, stack)
        update(writer, 1)
        kept = store.current().id
        update(writer, 2)
        done = kg(store, "rollback", kept)
        assert re.search(r"undone, and kept as \S+/00000002\.\S+\.undone\n", done.output)
        update(writer, 3)
    values = [quad.object.value for quad in store.current().open() if quad.subject.value == "urn:n"]
    assert sorted(values) == ["1", "3"]
    assert [file.stem for file in logged(store)] == ["00000001", "00000002"]


def test_a_backup_during_a_write_is_complete_and_of_one_moment(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            update(writer, number := number + 1)

    with ExitStack() as stack:
        writer = writer_of(store, settings, stack)
        update(writer, 0)
        thread = threading.Thread(target=write)
        thread.start()
        try:
            for name in ("one.tar", "two.tar.gz"):
                archive.write(store, tmp_path / name)
        finally:
            stop.set()
            thread.join()
    for name in ("one.tar", "two.tar.gz"):
        other = Store(tmp_path / f"restored from {name}")
        identifier = archive.restore(tmp_path / name, other)
        assert other.current().id == identifier
        other.current().verify()
        found = [quad for quad in other.current().open() if quad.subject.value == "urn:n"]
        assert len(found) == other.current().manifest.writes
        assert len(logged(other)) == other.current().manifest.writes


def test_a_backup_and_a_restore_overwrite_nothing(store: Store, tmp_path: Path) -> None:
    made = tmp_path / "backup.tar"
    assert kg(store, "backup", str(made)).exit_code == 0
    with pytest.raises(ConfigurationError, match="exists already"):
        archive.write(store, made)
    done = kg(store, "restore", str(made))
    assert done.exit_code == 2
    assert "not empty" in done.stderr
    assert kg(Store(tmp_path / "new"), "restore", str(made)).exit_code == 0


def test_what_is_pinned_is_listed_backed_up_restored_and_missed(store: Store, tmp_path: Path) -> None:
    store.pin(FIRST, "an answer")
    assert [line.endswith("  pinned") for line in kg(store, "snapshots").output.splitlines()] == [True, False]
    assert kg(store, "backup", str(tmp_path / "backup.tar")).exit_code == 0
    restored = Store(tmp_path / "new")
    archive.restore(tmp_path / "backup.tar", restored)
    assert restored.pinned() == {FIRST: "an answer"}
    restored.named(FIRST).verify()
    shutil.rmtree(restored.snapshot(FIRST))
    done = kg(restored, "verify")
    assert done.exit_code == 1
    assert f"pinned snapshots: {restored.pins} keeps '{FIRST}', but there is no such snapshot" in done.output


def test_a_damaged_snapshot_is_not_backed_up(store: Store, tmp_path: Path) -> None:
    flip(store.current())
    with pytest.raises(StoreDamagedError):
        archive.write(store, tmp_path / "backup.tar")
    assert list(tmp_path.glob("*backup*")) == []


@pytest.mark.parametrize("kept", [0, 100, 5_000, 0.5, 0.9])
def test_a_backup_that_is_cut_off_makes_no_store(store: Store, tmp_path: Path, kept: float) -> None:
    made = tmp_path / "backup.tar"
    archive.write(store, made)
    content = made.read_bytes()
    made.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    with pytest.raises(StoreDamagedError):
        archive.restore(made, Store(tmp_path / "new"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backup.tar", "store"]


@pytest.mark.parametrize("name", ["../elsewhere", "/elsewhere", "snapshots/x/link", "unlisted"])
def test_a_backup_with_anything_that_it_does_not_list_makes_no_store(store: Store, tmp_path: Path, name: str) -> None:
    made = tmp_path / "backup.tar"
    archive.write(store, made)
    with tarfile.open(made, "a") as more:
        info = tarfile.TarInfo(name)
        if name.endswith("link"):
            info.type, info.linkname = tarfile.SYMTYPE, "/etc"
        info.size = 0 if name.endswith("link") else 4
        more.addfile(info, io.BytesIO(b"some"))
    with pytest.raises(StoreDamagedError, match="does not list"):
        archive.restore(made, Store(tmp_path / "new"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backup.tar", "store"]


def test_errors_of_commands_say_what_to_do(store: Store, run_kg: RunKg, tmp_path: Path) -> None:
    first = Store(tmp_path / "first")
    publish(first, FIRST, 10)
    assert "after the next build" in kg(first, "diff", "previous", "current").stderr
    assert kg(store, "query", "@nofile.rq").stderr == "kg: the query nofile.rq cannot be read: " + (
        "No such file or directory\n"
    )
    done = run_kg("serve", "--store", store, "--host", "no.such.host.invalid", "--port", "0")
    assert done.stderr == b"kg: 'no.such.host.invalid' is not an address of this machine: name another --host\n"


def test_a_resource_can_be_named_without_the_identity_base(sample_store: Path) -> None:
    short = run_here("describe", "entity/en/Homs", "--store", sample_store)
    whole = run_here("describe", "http://127.0.0.1:8000/entity/en/Homs", "--store", sample_store)
    assert short.stdout == whole.stdout != b""


def test_help_texts_are_not_truncated() -> None:
    listed = CliRunner().invoke(cli.main, ["--help"], terminal_width=60).output
    assert "..." not in listed.partition("Commands:")[2]
    assert set(re.findall(r"^  (\w+)  ", listed, re.MULTILINE)) >= set(cli.main.commands)


# ---- Limits of memory and time.

PROGRAM = "import sys; from kg import cli; cli.main.commands['check'].callback = lambda **_: %s; cli.run()"


def confined(code: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM % code, "check"]
    with subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True) as process:
        yield process


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
@pytest.mark.parametrize("code", ["bytearray(10**9)", "__import__('os').abort()"])
def test_a_command_that_needs_too_much_memory_ends_and_says_so(code: str) -> None:
    for process in confined(code, KG_COMMAND_MEMORY="300000000"):
        told = process.communicate(timeout=60)[1]
        assert process.returncode == 2
        assert "more" in told
        assert "KG_COMMAND_MEMORY" in told.splitlines()[-1]
        assert "Traceback" not in told


def test_a_command_that_takes_too_long_is_stopped() -> None:
    for process in confined("__import__('time').sleep(60)", KG_COMMAND_SECONDS="0.5"):
        told = process.communicate(timeout=60)[1]
        assert (process.returncode, told) == (2, "kg: the command was stopped after 0.5 seconds (KG_COMMAND_SECONDS)\n")


def test_a_command_that_is_told_to_end_ends_with_its_process() -> None:
    code = "[print('begun', file=sys.stderr, flush=True), __import__('time').sleep(60)]"
    for process in confined(code):
        assert process.stderr
        assert process.stderr.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143


@pytest.mark.parametrize("command", [("check",), ("dump",)])
def test_commands_that_read_a_whole_damaged_snapshot_are_refused_first(store: Store, command: tuple[str, ...]) -> None:
    flip(store.current())
    done = kg(store, *command)
    assert done.exit_code == 2
    assert re.fullmatch(r"kg: snapshot \S+ is damaged: [^\n]+ kg rollback[^\n]+\n", done.stderr)


def test_a_damaged_block_is_told_in_one_line(store: Store) -> None:
    flip(store.current())
    done = kg(store, "query", "SELECT * { ?s ?p ?o }")
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
