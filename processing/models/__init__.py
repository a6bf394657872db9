"""Jobs (one attempt at a photo), sessions (its result) with what was found, and what people corrected in it."""

from processing.models.corrections import Correction
from processing.models.results import Detection, Estimation, Segment, Session
from processing.models.runs import Job, JobQuerySet, Leased

__all__ = ["Correction", "Detection", "Estimation", "Job", "JobQuerySet", "Leased", "Segment", "Session"]
