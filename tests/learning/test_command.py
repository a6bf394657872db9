"""`manage.py data_set`: the same as on the page."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from learning.models import DataSet
from tests.learning.factories import correct_photo
from tests.locations.factories import LocationConfigFactory

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    output = StringIO()
    call_command("data_set", *words, stdout=output)
    return output.getvalue()


def test_data_sets_are_made_listed_exported_and_imported(tmp_path):
    config = LocationConfigFactory()
    for days_ago in (5, 3):
        correct_photo(config, days_ago=days_ago)
    line = run("make")
    assert "nursery 1, 2 photos (1 held out), 8 plants, 1 products, 1 places" in line
    assert run("list") == line
    number = str(DataSet.objects.get().pk)
    file = tmp_path / "set.zip"
    run("export", number, "coco", str(file))
    assert [path.name for path in tmp_path.iterdir()] == ["set.zip"]
    assert "copy 1, 2 photos (1 held out), 8 plants, 0 products, 0 places" in run("import", str(file), "--name", "copy")


def test_faults_are_said(tmp_path):
    with pytest.raises(CommandError, match="No photo is corrected"):
        run("make")
    with pytest.raises(CommandError, match="no data set with this number"):
        run("export", "12", "coco", str(tmp_path / "x.zip"))
    with pytest.raises(CommandError, match="No such file"):
        run("import", str(tmp_path / "none.zip"), "--name", "x")
    (tmp_path / "bad.zip").write_bytes(b"x")
    with pytest.raises(CommandError, match="not a ZIP file"):
        run("import", str(tmp_path / "bad.zip"), "--name", "x")
