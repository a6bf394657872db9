"""Jobs (one run of a photo), sessions (its result) with segments, detections and estimations, people's corrections,
proposals and blind recounts; evidence packs; trained and promoted models; and Celery's results."""

from processing.models.background_tasks import BackgroundTask
from processing.models.blind_counts import BlindCount
from processing.models.corrections import Correction
from processing.models.estimations import Estimation
from processing.models.evidence import EvidencePack
from processing.models.promotions import ModelFault, Promotion
from processing.models.proposals import Proposal
from processing.models.results import Detection, ProcessingSession, Segment
from processing.models.runs import Job, JobQuerySet
from processing.models.trained import TrainedModels

__all__ = [
    "BackgroundTask",
    "BlindCount",
    "Correction",
    "Detection",
    "Estimation",
    "EvidencePack",
    "Job",
    "JobQuerySet",
    "ModelFault",
    "ProcessingSession",
    "Promotion",
    "Proposal",
    "Segment",
    "TrainedModels",
]
