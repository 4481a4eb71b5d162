"""Recordings of leads over time: what files hold of them, and what is done to them.

- recording.py is what every file becomes: channels that read their samples when they are asked to.
- sent.py opens what was sent. files.py tells formats by their first bytes; numbers.py, csv_file.py,
  edf.py and dicom.py read one each.
- leads.py says which channel is which lead; resampling.py changes the rate, and signal.py says
  what is wrong with the samples.
"""

from medmaas.model.waveform.files import open_recording
from medmaas.model.waveform.leads import LeadNames
from medmaas.model.waveform.recording import Channel, Recording
from medmaas.model.waveform.resampling import find_ratio, resample
from medmaas.model.waveform.signal import Flaws, judge

__all__ = [
    "Channel",
    "Flaws",
    "LeadNames",
    "Recording",
    "find_ratio",
    "judge",
    "open_recording",
    "resample",
]
