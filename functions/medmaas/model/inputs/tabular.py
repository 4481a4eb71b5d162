"""One person, one object of named values: one row of float32."""

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np

from medmaas.model.inputs.features import describe_features, make_reader
from medmaas.model.inputs.reading import InvalidValueError, Notes, Reading, collect, read_object
from medmaas.model.manifest import TabularInput


class Tabular:
    """Named features to one row of float32 per instance: NaN if missing, positions for choices."""

    def __init__(self, spec: TabularInput) -> None:
        self._spec = spec
        self._readers = [make_reader(feature) for feature in spec.features]
        self._names = {reader.name: None for reader in self._readers}  # a set that keeps its order

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        notes = [Notes(index) for index in range(len(instances))]
        rows = [self._read_row(*pair) for pair in zip(instances, notes, strict=True)]
        tensor = np.array(rows, dtype=np.float32).reshape(len(rows), len(self._readers))
        return collect(self._spec.tensor, tensor, notes)

    def _read_row(self, instance: object, notes: Notes) -> list[float]:
        row = [nan] * len(self._readers)
        if not isinstance(instance, dict):
            read_object(instance, self._names, notes)
            return row
        for column, reader in enumerate(self._readers):
            value = instance.get(reader.name)
            if value is None:
                if reader.missing is None:
                    notes.refuse(reader.name, "is required")
                else:
                    notes.warn(reader.name, f"is missing: {reader.missing}")
                continue
            try:
                row[column] = number = reader.read(value)
            except InvalidValueError as error:
                notes.refuse(reader.name, str(error))
                continue
            low, high = reader.warn_outside
            if not low <= number <= high:
                notes.warn(reader.name, reader.warning)
        read_object(instance, self._names, notes)
        return row

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        return describe_features(self._spec.features)
