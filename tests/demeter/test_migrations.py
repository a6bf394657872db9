"""Models and migrations say the same, and the migrations do not change with the code."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

MIGRATIONS = sorted(
    path
    for app in apps.get_app_configs()
    if Path(app.path).parent.is_relative_to(settings.BASE_DIR) and ".venv" not in app.path
    for path in Path(app.path, "migrations").glob("*.py")
)
FIRST_PARTY = {"demeter", "locations", "photos", "stock", "processing", "gallery"}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_migration_imports_no_application_code(path: Path) -> None:
    """It would change with the application; modules of migrations stay as they are."""
    imported = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported.append(node.module or "")
    assert [name for name in imported if name.split(".")[0] in FIRST_PARTY and ".migrations." not in name] == []
