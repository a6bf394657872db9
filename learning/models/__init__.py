"""Data sets, their photos, and which photos are held out for good."""

from learning.models.data_sets import DataSet, DataSetPhoto, HeldOutPhoto, Source, Split

__all__ = ["DataSet", "DataSetPhoto", "HeldOutPhoto", "Source", "Split"]
