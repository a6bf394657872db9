"""Data sets, their photos, which photos are held out for good, and training runs."""

from learning.models.data_sets import DataSet, DataSetPhoto, HeldOutPhoto, Source, Split
from learning.models.runs import RunState, ShadowCount, TrainingRun

__all__ = ["DataSet", "DataSetPhoto", "HeldOutPhoto", "RunState", "ShadowCount", "Source", "Split", "TrainingRun"]
