"""The kinds of input that may stand alone, or be a part of another input."""

from medmaas.model.manifest.inputs.image import ImageInput
from medmaas.model.manifest.inputs.series import SeriesInput
from medmaas.model.manifest.inputs.tabular import TabularInput
from medmaas.model.manifest.inputs.text import TextInput
from medmaas.model.manifest.inputs.waveform import WaveformInput

Single = TabularInput | SeriesInput | ImageInput | TextInput | WaveformInput
