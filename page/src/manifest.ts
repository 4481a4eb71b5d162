// What the page calls the parts of a manifest; contract.ts, which is generated, says what they are.
import type { Manifest, ManifestTabularInput } from "./contract";

export type {
  Entry,
  Instance,
  Manifest,
  ManifestExplanation as Explanation,
  ManifestImageInput as ImageInput,
  ManifestMetric as Metric,
  ManifestNumber as NumberFeature,
  ManifestRange as Range,
  ManifestSeriesInput as SeriesInput,
  ManifestTabularInput as TabularInput,
  ManifestTextInput as TextInput,
} from "./contract";

export type Feature = ManifestTabularInput["features"][number];
export type Translations = Manifest["translations"];
