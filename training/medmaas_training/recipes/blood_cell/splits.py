"""The pictures that the network is fitted to and measured on, and those it should not answer."""

from medmaas.model.manifest import ImageInput
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.image.data import ImageSet, Part
from medmaas_training.image.out_of_distribution import make_pictures


def split_pictures(images: ImageSet, spec: ImageInput, seed: int) -> Splits:
    """Pictures by class; the calibration split also set the network's temperature."""

    def take(part: Part) -> Cases:
        rows = part.images if spec.layout == "NHWC" else part.images.transpose(0, 3, 1, 2)
        groups = {name: part.labels == i for i, name in enumerate(images.labels)}
        return Cases(rows, part.labels, groups)

    pictures = make_pictures(spec, seed)
    remark = "which also set one number of the network, its temperature"
    return Splits(take(images.train), take(images.val), take(images.test), pictures, remark)
