"""The daily work, measured in Chromium: taps and seconds of journeys, correcting on a phone, review by keys, an upload
over a network that breaks, and how heavy pages are. `python -m bench.daily` has the commands.
"""
