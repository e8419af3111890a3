from __future__ import annotations

import socket
from pathlib import Path

import pytest

from projector_cli.main import main


def test_a_missing_log_directory_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["serve", str(tmp_path / "nowhere"), "--home", str(tmp_path / "home")])

    assert code == 1
    assert f"LOGDIR {tmp_path / 'nowhere'} does not exist" in capsys.readouterr().err


def test_a_file_is_no_log_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vectors.tsv").write_text("1\t2\n")

    code = main(["serve", str(tmp_path / "vectors.tsv"), "--home", str(tmp_path / "home")])

    assert code == 1
    assert "is a file. Name the folder that it lies in." in capsys.readouterr().err


def test_an_occupied_port_is_named_before_anything_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]

        code = main(["serve", str(tmp_path), "--home", str(tmp_path / "home"), "--port", str(port)])

    assert code == 1
    assert f"Port {port} on 127.0.0.1 is occupied" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_a_redis_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:1/0")

    code = main(["serve", str(tmp_path), "--home", str(tmp_path / "home"), "--port", "0"])

    error = capsys.readouterr().err
    assert code == 1
    assert "REDIS_URL at 127.0.0.1:1 does not answer" in error
    assert "secret" not in error


def test_a_port_out_of_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", "70000"])

    assert ended.value.code == 2
    assert "'70000' is not a port from 0 to 65535" in capsys.readouterr().err
