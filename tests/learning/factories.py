"""Photos that were corrected mark by mark and signed off, with their originals in S3; data sets; training runs."""

import hashlib
import io
import zipfile
from datetime import timedelta

import factory
from django.utils import timezone

from demeter.common.i18n.messages import TEXT
from learning.models import DataSet, DataSetPhoto, HeldOutPhoto, TrainingRun
from learning.plan import make_job
from locations.models import LocationConfig
from photos.models import S3Image
from photos.storage import object_store
from processing.models import ProcessingSession, TrainedModels
from processing.review import corrections
from tests.factories import UserFactory
from tests.photos.files import make_picture
from tests.processing.factories import make_bed

PLANT, EMPTY, DEAD = range(3)


def correct_photo(
    config: LocationConfig | None, *, days_ago: float = 1, picture: bytes | None = None, x: float = 0.5
) -> ProcessingSession:
    """Three plants found, one added at (x, 0.5), an empty place, signed off."""
    session = make_bed(PLANT, PLANT, PLANT, EMPTY, location=config.location if config else None)
    data = picture or make_picture(size=(1000, 1000))
    S3Image.objects.filter(pk=session.original_image_id).update(
        sha256=hashlib.sha256(data).hexdigest(),
        taken_at=timezone.now() - timedelta(days=days_ago),
        storage_location=config.location if config else None,
    )
    ProcessingSession.objects.filter(pk=session.pk).update(
        predicted_error=1.0,
        container_kind="segment",
        model_versions={"detector": "d" * 64, "segmenter": "s" * 64},
        parameters_hash="p" * 16,
    )
    session.original_image.refresh_from_db()
    session.refresh_from_db()
    object_store.put_object(session.original_image.s3_key_original, data, content_type="image/jpeg")
    user = UserFactory(supervisor=True)
    corrections.correct(image=session.original_image, user=user, action="add", class_id=PLANT, x=x, y=0.5)
    session.refresh_from_db()
    corrections.sign_off(image=session.original_image, user=user, seen=session.total_estimated)
    session.refresh_from_db()
    return session


def judged_photo(set_name: str, name: str, truth: int, before: int, after: int, **columns: object) -> dict[str, object]:
    """A row of the figures of a training."""
    row = {"set_name": set_name, "name": name, "truth": truth, "before": before, "after": after}
    row |= {"refused_before": False, "refused_after": False, "seconds_before": 2.0, "seconds_after": 3.0}
    return row | columns


def make_zip(files: dict[str, bytes]) -> io.BytesIO:
    """A ZIP in memory."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


class DataSetFactory(factory.django.DjangoModelFactory):
    """A version with rows of photos for training and held out, which are nowhere in S3."""

    class Meta:
        model = DataSet
        skip_postgeneration_save = True

    name = "nursery"
    version = factory.Sequence(lambda n: n + 1)
    source = "photos"
    photo_count, held_out_count, plant_count, product_count, place_count = 8, 2, 400, 1, 2
    fingerprint = "f" * 64

    @factory.post_generation
    def photos(self, create: bool, extracted: object, **_options: object) -> None:
        for number in range(self.photo_count):
            split = "held_out" if number < self.held_out_count else "train"
            sha256 = hashlib.sha256(f"{self.pk} {number}".encode()).hexdigest()
            DataSetPhoto.objects.create(
                data_set=self,
                name=f"{number}.jpg",
                storage_key=f"data-sets/{sha256}.jpg",
                sha256=sha256,
                content_type="image/jpeg",
                width_px=640,
                height_px=480,
                split=split,
                labels={"plants": [[0, 10, 10, 30, 30]], "containers": []},
                plant_count=1,
            )
            if split == "held_out":
                HeldOutPhoto.objects.create(sha256=sha256, held_out_by=self)


class TrainedModelsFactory(factory.django.DjangoModelFactory):
    """A row of models that are nowhere in S3."""

    class Meta:
        model = TrainedModels

    detector_sha256 = factory.Sequence(lambda n: hashlib.sha256(f"detector {n}".encode()).hexdigest())
    segmenter_sha256 = factory.Sequence(lambda n: hashlib.sha256(f"segmenter {n}".encode()).hexdigest())
    description = factory.LazyFunction(dict)


JUDGED = [
    judged_photo("held_out", "a.jpg", 100, 76, 94),
    judged_photo("held_out", "b.jpg", 50, 60, 50),
    judged_photo("benchmark", "c.jpg", 90, 88, 88),
]


class TrainingRunFactory(factory.django.DjangoModelFactory):
    """A run that waits since now. Traits: untaken, running, trained_now, failed, cancelled."""

    class Meta:
        model = TrainingRun

    class Params:
        untaken = factory.Trait(waiting_since=factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=5)))
        running = factory.Trait(
            state="running",
            waiting_since=None,
            held_by="train@here/1",
            lease_until=factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=2)),
            stage="detector",
            done_units=40,
            all_units=100,
            seconds=1200,
        )
        over = factory.Trait(lease_until=None, waiting_since=None, finished_at=factory.LazyFunction(timezone.now))
        trained_now = factory.Trait(
            over=True,
            state="trained",
            seconds=1500,
            done_units=100,
            all_units=100,
            judged=JUDGED,
            trained=factory.SubFactory(TrainedModelsFactory),
        )
        failed = factory.Trait(over=True, state="failed", error=TEXT(text="No power."))
        cancelled = factory.Trait(over=True, state="cancelled")

    data_set = factory.SubFactory(DataSetFactory)
    job = factory.LazyFunction(lambda: make_job(plants=6, containers=6))
    base = {"detector": "d" * 64, "segmenter": "s" * 64}
    lease_until = waiting_since = factory.LazyFunction(lambda: timezone.now())  # noqa: PLW0108  a test may stop the clock
