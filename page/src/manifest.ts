// What the page calls the parts of a manifest; contract.ts, which is generated, says what they are.
import type {
  Manifest,
  ManifestBoolean,
  ManifestCalibrationCurve,
  ManifestChoice,
  ManifestMetric,
  ManifestNumber,
} from "./contract";

export type {
  Entry,
  Instance,
  Manifest,
  ManifestCalibrationCurve as CalibrationCurve,
  ManifestCalibrationPoint as CalibrationPoint,
  ManifestCoverageCurve as CoverageCurve,
  ManifestCoveragePoint as CoveragePoint,
  ManifestEstimate as Estimate,
  ManifestExplanation as Explanation,
  ManifestMetric as Metric,
  ManifestNumber as NumberFeature,
  ManifestRange as Range,
} from "./contract";

export type Cohort = ManifestMetric["cohort"];
export type CurveTarget = ManifestCalibrationCurve["target"];
export type Feature = ManifestNumber | ManifestChoice | ManifestBoolean;
export type Translations = Manifest["translations"];
