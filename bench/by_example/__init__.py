"""Whether a photo is counted better after five of its plants were marked: `python -m bench.by_example --help`.

Three ways are compared with the plain count: the marks as a correction and nothing more; sizes and confidence taken
from the marks; and the resemblance of the detector's features to those of the marks. `pictures` has the photos and
marks, `views` what the detector sees in them, `methods` and `judging` the arithmetic.
"""
