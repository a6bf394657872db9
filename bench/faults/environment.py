"""Import this before anything of Django: the campaign's folder, its servers' addresses, the settings that read them."""

import os
from pathlib import Path

import django

from demeter.local.programs import PROJECT_DIR
from demeter.local.servers import plan_servers
from demeter.local.state import LocalState

FOLDER = Path(os.environ.get("DEMETER_DATA_DIR") or PROJECT_DIR / "var" / "faults").resolve()
FOLDER.mkdir(parents=True, exist_ok=True)
STATE = LocalState.load(FOLDER)
_plans = plan_servers(FOLDER, STATE, {})
SERVERS = [program for program, _settings in _plans]
WEB_PORT = STATE.port("web")
for _program, _settings in _plans:
    os.environ.update(_settings)
os.environ.update(
    DEMETER_DATA_DIR=str(FOLDER),
    DJANGO_SETTINGS_MODULE="bench.faults.settings",
    SECRET_KEY=STATE.secret("secret_key"),
    LOG_LEVEL="INFO",
)
STATE.save()
django.setup()
