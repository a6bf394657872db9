"""`manage.py data_set`, `training` and `models`: the same as on the pages."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from learning.models import DataSet, TrainingRun
from processing.models import Promotion
from processing.runtime.registry import shipped_versions
from tests.learning.factories import DataSetFactory, TrainingRunFactory, correct_photo, judged_photo
from tests.locations.factories import LocationConfigFactory, ProductFactory

pytestmark = pytest.mark.django_db


def run(*words: str, command: str = "data_set") -> str:
    output = StringIO()
    call_command(command, *words, stdout=output)
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


def test_trainings_are_started_listed_and_cancelled(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("learning.management.commands.training.send_run", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        line = run("start", str(DataSetFactory().pk), command="training")
    training = TrainingRun.objects.get()
    assert sent == [training.pk]
    assert line == run("list", command="training")
    assert line.startswith(f"{training.pk}: nursery")
    assert "queued, 0 %" in line
    assert "cancelled" in run("cancel", str(training.pk), command="training")
    with pytest.raises(CommandError, match="over already"):
        run("cancel", str(training.pk), command="training")
    with pytest.raises(CommandError, match="no data set with this number"):
        run("start", "999999", command="training")


def test_models_are_promoted_listed_and_rolled_back():
    rival = shipped_versions()["detector"]
    rows = [judged_photo("held_out", name, 100, 80, 95, rival=rival) for name in "ab"]
    training = TrainingRunFactory(
        trained_now=True, judged=[*rows, judged_photo("benchmark", "c", 9, 9, 9, rival=rival)]
    )
    line = run("promote", str(training.pk), command="models")
    assert f"all products, {training.trained}" in line
    assert run("list", command="models") == line
    promotion = Promotion.objects.get()
    assert "rolled back" in run("roll-back", str(promotion.pk), command="models")
    assert run("list", command="models") == ""
    with pytest.raises(CommandError, match="There is no category Ferns"):
        run("promote", str(training.pk), "--category", "Ferns", command="models")
    with pytest.raises(CommandError, match="this group has 0"):
        run("promote", str(training.pk), "--category", ProductFactory().family.category.name, command="models")
