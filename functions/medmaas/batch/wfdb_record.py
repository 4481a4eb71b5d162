"""A WFDB record of this machine, header and signals, as one JSON text: https://wfdb.io.

By the library wfdb, which is for laptops: it brings pandas, and no function on Lambda has it.
"""

import base64
import json
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import numpy as np

from medmaas.model.inputs.reading import InvalidValueError

SUFFIX = ".hea"
_COUNTS = range(-(2**15), 2**15)


def read_record(header: Path, at_most: int) -> bytes:
    """The recording as `{"sampling_rate", "unit", "leads"}`, its counts as they are stored.

    Args:
        header: path of the .hea, the signals beside it.
        at_most: bytes that its signals may have.

    Raises:
        InvalidValueError: wfdb is not installed, or the record is damaged, too large, or has gaps.
    """
    name = str(header.with_suffix(""))
    try:
        with catch_warnings(action="ignore"):  # it warns of what pandas will take no longer
            import wfdb  # noqa: PLC0415 - only records need it

            told = wfdb.rdheader(name)
            samples = int(told.sig_len or 0) * int(told.n_sig)
            record = None if 2 * samples > at_most else wfdb.rdrecord(name, physical=False)
    except ModuleNotFoundError:
        raise InvalidValueError("wfdb_not_installed") from None
    except Exception:  # noqa: BLE001 - wfdb raises anything on a damaged record
        raise InvalidValueError("wfdb_damaged") from None
    if record is None:
        raise InvalidValueError("recording_too_large", megabytes=at_most // 10**6)
    counts = record.d_signal
    if counts is None or not len(counts) or len({*record.units}) != 1:
        raise InvalidValueError("wfdb_damaged")
    leads = {lead: _write_lead(counts[:, i], record, i) for i, lead in enumerate(record.sig_name)}
    written = {"sampling_rate": float(record.fs), "unit": record.units[0], "leads": leads}
    return json.dumps(written).encode()


def _write_lead(counts: Any, record: Any, place: int) -> dict[str, Any]:  # noqa: ANN401 - of wfdb
    low, high = int(counts.min()), int(counts.max())
    if low == _COUNTS[0] and record.fmt[place] in {"16", "61", "160"}:
        raise InvalidValueError("samples_lost")  # what marks a sample that is not there
    if low not in _COUNTS or high not in _COUNTS:
        raise InvalidValueError("wfdb_damaged")
    gain = 1 / float(record.adc_gain[place])
    content = base64.b64encode(np.asarray(counts).astype("<i2").tobytes()).decode()
    return {"int16": content, "gain": gain, "offset": -float(record.baseline[place]) * gain}
