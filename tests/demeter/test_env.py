import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from demeter import env
from demeter.env import read_bool, read_list, read_positive, read_str, read_time_zone, read_url

NAME = "DEMETER_TEST_SETTING"
WEB = ("http", "https")


@pytest.fixture
def put(monkeypatch):
    return lambda value: monkeypatch.setenv(NAME, value)


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("ON", True), ("1", True), (" no ", False), ("0", False)])
def test_read_bool(put, raw, value):
    put(raw)
    assert read_bool(NAME, default=not value) is value


def test_read_bool_unset_or_empty_is_the_default(put):
    assert read_bool(NAME, default=True) is True
    put("")
    assert read_bool(NAME, default=True) is True


@pytest.mark.parametrize("raw", ["ture", "2", "none"])
def test_read_bool_bad_value_names_the_variable(put, raw):
    put(raw)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}='{raw}'"):
        read_bool(NAME, default=False)


def test_read_positive(put):
    put(" 12.5 ")
    assert read_positive(NAME, default=8) == 12.5
    put("")
    assert read_positive(NAME, default=8) == 8


@pytest.mark.parametrize("raw", ["0", "-3", "nan", "inf", "8 m", "12,5"])
def test_read_positive_bad_value_names_the_variable(put, raw):
    put(raw)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}='{raw}'"):
        read_positive(NAME, default=8)


def test_read_str_is_taken_as_it_stands(put):
    put("  $HOME#1 ")
    assert read_str(NAME, default="x") == "$HOME#1"


def test_secret_comes_from_the_file_that_is_named(put, monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cr3t\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(secret))
    put("in the open")
    assert read_str(NAME, default="x") == "s3cr3t"
    secret.write_text("\n")
    assert read_str(NAME, default="x") == "x", "an empty file is unset"
    monkeypatch.setenv(f"{NAME}_FILE", "")
    assert read_str(NAME) == "in the open"


def test_secret_file_that_cannot_be_read_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}_FILE"):
        read_str(NAME)


def test_read_list(put):
    assert read_list(NAME, default=("a", "b")) == ["a", "b"]
    put("x, y,,")
    assert read_list(NAME) == ["x", "y"]


@pytest.mark.parametrize("raw", ["http://localhost", "https://s3.example.org:8333/path", "http://[::1]:9000"])
def test_read_url(put, raw):
    put(raw)
    assert read_url(NAME, schemes=WEB) == raw


def test_read_url_knows_sockets_and_unset(put):
    assert read_url(NAME, schemes=WEB) == ""
    put("postgresql:///demeter")
    assert read_url(NAME, schemes=("postgres", "postgresql")) == "postgresql:///demeter"


@pytest.mark.parametrize("raw", ["localhost:9000", "ftp://host", "http:/host", "http://host:port", "http://[::1"])
def test_read_url_bad_value_names_the_variable(put, raw):
    put(raw)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        read_url(NAME, schemes=WEB)


def test_read_url_does_not_tell_the_password(put):
    put("redis://:hunter2@host:port")
    with pytest.raises(ImproperlyConfigured) as caught:
        read_url(NAME, schemes=("redis",))
    assert "hunter2" not in str(caught.value)


def start(tmp_path, expression, **variables):
    """What a fresh process prints that has only these variables set."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"from demeter import settings; print({expression})"],
        env={**known, "DEMETER_DATA_DIR": str(tmp_path), **variables},
        cwd=env.PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_need_no_variable(tmp_path):
    assert start(tmp_path, "settings.DEBUG, settings.S3_BUCKET").stdout == "False demeter-photos\n"


def test_file_of_bin_up_is_read_and_the_environment_wins(tmp_path):
    (tmp_path / "demeter.env").write_text("S3_BUCKET=from-file\nS3_REGION=file-region\n")
    result = start(tmp_path, "settings.S3_BUCKET, settings.S3_REGION", S3_BUCKET="from-environment")
    assert result.stdout == "from-environment file-region\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("HTTPS", "sure"),
        ("DATABASE_URL", "mysql://host/db"),
        ("REDIS_URL", "host:6379"),
        ("S3_ENDPOINT_URL", "host:8333"),
        ("S3_PUBLIC_ENDPOINT_URL", "s3://bucket"),
    ],
)
def test_bad_setting_stops_the_start_and_is_named(tmp_path, name, value):
    result = start(tmp_path, "'started'", **{name: value})
    assert result.returncode != 0
    assert result.stdout == ""
    assert f"ImproperlyConfigured: {name}" in result.stderr


def test_time_zone_is_the_one_that_is_set(put):
    put("America/Mexico_City")
    assert read_time_zone(NAME) == "America/Mexico_City"


@pytest.mark.parametrize(("machine", "zone"), [("Europe/Madrid", "Europe/Madrid"), ("Mars/Base", "UTC"), (None, "UTC")])
def test_time_zone_of_the_machine_stands_in(put, monkeypatch, machine, zone):
    put("")
    monkeypatch.setattr(env.tzlocal, "get_localzone_name", lambda: machine)
    assert read_time_zone(NAME) == zone


def test_time_zone_that_there_is_not_stops_the_start(put):
    put("Mexiko")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}='Mexiko'"):
        read_time_zone(NAME)
