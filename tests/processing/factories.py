"""Jobs and their sessions in every state: `ProcessingSessionFactory(ready=True)` is a counted photo with its job."""

from datetime import timedelta

import factory
from django.utils import timezone

from demeter.common.i18n.messages import TEXT, Message
from locations.models import StorageLocation
from photos.models import S3Image
from processing.messages import NO_GPS
from processing.models import Correction, Detection, Job, ProcessingSession, Proposal, Segment
from processing.statuses import JobKind, Phase, RunStatus
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory


class JobFactory(factory.django.DjangoModelFactory):
    """A pending first run. Traits: processing, ready, needs_location, failed; the image follows."""

    class Meta:
        model = Job

    class Params:
        processing = factory.Trait(
            status=RunStatus.PROCESSING,
            phase=Phase.DETECT,
            started_at=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=40)),
            phase_started_at=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=20)),
            tiles_done=10,
            tiles_total=20,
            image__processing=True,
        )
        finished = factory.Trait(
            phase=Phase.DONE,
            started_at=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=320)),
            finished_at=factory.LazyFunction(lambda: timezone.now()),  # noqa: PLW0108  a test may stop the clock
        )
        ready = factory.Trait(finished=True, status=RunStatus.COMPLETED, image__ready=True)
        needs_location = factory.Trait(
            finished=True,
            status=RunStatus.COMPLETED,
            problem="needs_location",
            error=NO_GPS(),
            image__needs_location=True,
        )
        failed = factory.Trait(
            finished=True,
            status=RunStatus.FAILED,
            problem="detection_failed",
            error=TEXT(text="No container could be counted."),
            image__failed=True,
        )

    job_id = factory.Faker("uuid4", cast_to=None)
    image = factory.SubFactory(S3ImageFactory)
    upload = factory.SelfAttribute("image.upload")
    requested_by = factory.SelfAttribute("image.uploaded_by_user")
    kind = JobKind.FIRST


class ProcessingSessionFactory(factory.django.DjangoModelFactory):
    """The result of a job, in the job's state. Traits: processing, ready, needs_location, failed."""

    class Meta:
        model = ProcessingSession

    class Params:
        counted = factory.Trait(
            status=RunStatus.COMPLETED,
            total_detected=120,
            total_estimated=125,
            total_empty_containers=5,
            avg_confidence="0.9200",
            category_counts={"plant": 120, "empty": 5, "dead": 0},
            phase_seconds={"store": 8.0, "locate": 1.0, "segment": 6.0, "detect": 60.0, "aggregate": 10.0},
        )
        processing = factory.Trait(status=RunStatus.PROCESSING, job__processing=True)
        ready = factory.Trait(counted=True, job__ready=True)
        needs_location = factory.Trait(counted=True, job__needs_location=True)
        failed = factory.Trait(
            status=RunStatus.FAILED, error_message=TEXT(text="No container could be counted."), job__failed=True
        )

    session_id = factory.Faker("uuid4", cast_to=None)
    job = factory.SubFactory(JobFactory, image__storage_location=factory.SelfAttribute("...storage_location"))
    storage_location = None
    original_image = factory.SelfAttribute("job.image")


class SegmentFactory(factory.django.DjangoModelFactory):
    """A bed that waits for detection."""

    class Meta:
        model = Segment

    session = factory.SubFactory(ProcessingSessionFactory, processing=True)
    number = factory.Sequence(lambda n: n + 1)
    container_class = "segment"
    polygon = [[0, 0], [400, 0], [400, 300], [0, 300]]
    confidence = 0.9
    area_px = 120_000.0


class DetectionFactory(factory.django.DjangoModelFactory):
    """A plant of a counted bed, 40 px wide."""

    class Meta:
        model = Detection

    segment = factory.SubFactory(SegmentFactory, session__ready=True, session__processing=False, status="done")
    class_id = 0
    center_x_px = factory.Sequence(lambda n: 100.0 + 60 * (n % 50))
    center_y_px = 100.0
    width_px = height_px = 40.0
    confidence = 0.9


class CorrectionFactory(factory.django.DjangoModelFactory):
    """A plant that a person added in the middle of the photo."""

    class Meta:
        model = Correction

    image = factory.SubFactory(S3ImageFactory, ready=True)
    user = factory.SubFactory(UserFactory, supervisor=True)
    action = "add"
    class_id = 0
    x = y = 0.5


class ProposalFactory(factory.django.DjangoModelFactory):
    """A plant that a worker proposes to add in the middle of the photo."""

    class Meta:
        model = Proposal

    image = factory.SubFactory(S3ImageFactory, ready=True)
    user = factory.SubFactory(UserFactory)
    action = "add"
    class_id = 0
    x = y = 0.5


def make_bed(*classes: int, location: StorageLocation | None = None, estimated: int | None = None) -> ProcessingSession:
    """A counted photo of 1000 x 1000 px with one bed: things of these classes 60 px apart, from (100, 100) on."""
    plants = classes.count(0)
    session = ProcessingSessionFactory(
        ready=True,
        storage_location=location,
        total_detected=plants,
        total_estimated=plants if estimated is None else estimated,
        total_empty_containers=classes.count(1),
        category_counts={"plant": plants, "empty": classes.count(1), "dead": classes.count(2)},
        job__image__width_px=1000,
        job__image__height_px=1000,
    )
    segment = SegmentFactory(
        session=session,
        number=1,
        status="done",
        polygon=[[0, 0], [900, 0], [900, 900], [0, 900]],
        area_px=810_000.0,
        detected=plants,
        estimated=session.total_estimated,
        empty=classes.count(1),
        dead=classes.count(2),
    )
    for number, class_id in enumerate(classes):
        DetectionFactory(segment=segment, class_id=class_id, center_x_px=100 + 60 * number)
    return session


def refuse(session: ProcessingSession, problem: str = "too_dark", message: Message | None = None) -> ProcessingSession:
    """Let the run of a counted photo refuse its own count."""
    message = message or TEXT(text="hardly any light")
    ProcessingSession.objects.filter(pk=session.pk).update(refusal=problem, refusal_message=message)
    Job.objects.filter(pk=session.job_id).update(problem=problem, error=message)
    S3Image.objects.filter(pk=session.original_image_id).update(status="failed", problem=problem, error_details=message)
    session.refresh_from_db()
    return session
