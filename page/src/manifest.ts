// What the page calls the parts of a manifest; contract.ts, which is generated, says what they are.
import type {
  Manifest,
  ManifestCalibrationCurve,
  ManifestMetric,
  ManifestTabularInput,
} from "./contract";

export type {
  Entry,
  Instance,
  Manifest,
  ManifestCalibrationCurve as CalibrationCurve,
  ManifestCalibrationPoint as CalibrationPoint,
  ManifestEstimate as Estimate,
  ManifestExplanation as Explanation,
  ManifestImageInput as ImageInput,
  ManifestMetric as Metric,
  ManifestNumber as NumberFeature,
  ManifestRange as Range,
  ManifestSeriesInput as SeriesInput,
  ManifestTabularInput as TabularInput,
  ManifestTextInput as TextInput,
} from "./contract";

export type Cohort = ManifestMetric["cohort"];
export type CurveTarget = ManifestCalibrationCurve["target"];
export type Feature = ManifestTabularInput["features"][number];
export type Translations = Manifest["translations"];
