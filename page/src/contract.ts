// Written by types.mjs of docs/openapi.json: run make openapi.

export interface Answer {
  request_id: string;
  model: Identity;
  predictions: Prediction[];
}
export interface Identity {
  id: string;
  version: string;
  sha256: string;
  /**
   * Of the whole model folder.
   */
  digest: string;
}
export interface Prediction {
  /**
   * abstained: there is no answer, or no recommendation. forced: there is one, though the model abstains.
   */
  status: "ok" | "abstained" | "forced";
  output: Classes | Value | Survival | Policy | Labels | Values | Mask | Annotations | null;
  warnings: AnswerWarning[];
  /**
   * Why the model abstains.
   */
  reason?: string;
  /**
   * Names the sentence, in every language.
   */
  code?: string;
  limits?: Limits;
  interval?:
    PredictionSet | Bounds | LowerBound | PolicyBands | LabelStates | ValuesBounds | AreaBounds;
  explanation?:
    | TableExplanation
    | SeriesExplanation
    | ImageExplanation
    | TextExplanation
    | WordsExplanation
    | WaveformExplanation
    | PartsExplanation
    | Unexplained;
}
export interface Classes {
  label: string;
  probabilities: Probabilities;
}
export interface Probabilities {
  [k: string]: number;
}
export interface Value {
  value: number;
  unit: string;
}
export interface Survival {
  time_days: number[];
  survival: number[];
  /**
   * null: more than half are expected to outlive the last time.
   */
  median_days: number | null;
  risk: Risk;
}
export interface Risk {
  [k: string]: number;
}
export interface Policy {
  recommended: string | null;
  /**
   * Whether what is recommended is not within the limit, though more is allowed.
   */
  least_bad: boolean;
  options: Option[];
  limit: Limit;
  grading: string;
  notice: string;
}
export interface Option {
  action: string;
  /**
   * Share of the protocol's dose.
   */
  dose: number;
  delay_days: number;
  gcsf: boolean;
  risks: Risks;
  expected_nadir: ExpectedNadir;
  /**
   * By the rule of today, whatever the risks are.
   */
  allowed: boolean;
  /**
   * Whether its risks are acceptable, whatever the rule of today is.
   */
  within_limit: boolean;
  why: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface Risks {
  [k: string]: number;
}
export interface ExpectedNadir {
  name: string;
  value: number;
  unit: string;
}
/**
 * What the sentence of the code needs, by name: limits, names, other facts.
 */
export interface Limits {
  [k: string]: unknown;
}
export interface Limit {
  [k: string]: number;
}
export interface Labels {
  /**
   * Those whose probability is at least their threshold: several, or none.
   */
  labels: string[];
  probabilities: LabelProbabilities;
}
export interface LabelProbabilities {
  [k: string]: number;
}
export interface Values {
  values: NamedValues;
}
export interface NamedValues {
  [k: string]: NamedValuesEntry;
}
export interface NamedValuesEntry {
  value: number;
  unit: string;
}
export interface Mask {
  /**
   * A pixel is the position of its label.
   */
  mask: string;
  width: number;
  height: number;
  box: MaskBox | null;
  areas: Area[];
  /**
   * The share of pixels near another label.
   */
  unsure: number;
  objects?: ObjectCounts;
  /**
   * 0 is the least that it can be, 255 the most.
   */
  uncertainty?: string;
}
/**
 * What the mask is of, in pixels of the picture that was sent, upright; of a DICOM that was brought to the spacing of the model, after that.
 */
export interface MaskBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
export interface Area {
  label: string;
  pixels: number;
  /**
   * Of the picture as the model saw it.
   */
  share: number;
  mm2: number | null;
}
export interface ObjectCounts {
  [k: string]: number;
}
export interface Annotations {
  /**
   * In order of time, without the background.
   *
   * @maxItems 5000
   */
  annotations: (Episode | Beat)[];
  /**
   * Annotations beyond the first 5,000, which are counted alone.
   */
  left_out: number;
  counts: StepCounts;
  /**
   * Steps whose likeliest label is too unlikely.
   */
  undecided: number;
  /**
   * Windows or beats, the undecided among them.
   */
  steps: number;
  /**
   * Of the steps; null if there is none.
   */
  start_seconds: number | null;
  /**
   * Of the steps; null if there is none.
   */
  end_seconds: number | null;
}
export interface Episode {
  /**
   * From the record's start.
   */
  start_seconds: number;
  /**
   * From the record's start.
   */
  end_seconds: number;
  /**
   * null: undecided.
   */
  label: string | null;
  /**
   * The mean over its steps; null: undecided.
   */
  probability: number | null;
}
export interface Beat {
  /**
   * From the record's start.
   */
  time_seconds: number;
  /**
   * null: undecided.
   */
  label: string | null;
  /**
   * The mean over its steps; null: undecided.
   */
  probability: number | null;
}
export interface StepCounts {
  [k: string]: number;
}
export interface AnswerWarning {
  field: string | null;
  problem: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface PredictionSet {
  coverage: number;
  /**
   * @minItems 1
   */
  labels: string[];
  /**
   * @minItems 1
   */
  coverage_unknown?: string[];
}
export interface Bounds {
  coverage: number;
  low: number;
  high: number;
  unit: string;
}
export interface LowerBound {
  coverage: number;
  /**
   * the last time: no end within the times of the curve.
   */
  at_least_days: number;
}
export interface PolicyBands {
  coverage: number;
  group_size: number;
  options: OptionBands[];
}
export interface OptionBands {
  action: string;
  risks: RiskBands;
  expected_nadir: NadirBand;
}
export interface RiskBands {
  [k: string]: RiskBand;
}
export interface RiskBand {
  low: number;
  high: number;
}
export interface NadirBand {
  low: number;
  high: number;
}
export interface LabelStates {
  coverage: number;
  present: string[];
  absent: string[];
  undecided: string[];
  coverage_unknown: string[];
}
export interface ValuesBounds {
  coverage: number;
  values: EachBounds;
}
export interface EachBounds {
  [k: string]: EachBoundsEntry;
}
export interface EachBoundsEntry {
  low: number;
  high: number;
  unit: string;
}
export interface AreaBounds {
  coverage: number;
  areas: AreaBound[];
}
export interface AreaBound {
  label: string;
  low: number;
  high: number;
}
export interface TableExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  targets: Target[];
  counterfactual: Counterfactual;
  parts: Parts;
}
export interface Target {
  /**
   * Which number of the answer.
   */
  of: string;
  /**
   * A UCUM code, 1 for probabilities.
   */
  unit: string;
  /**
   * What the contributions are measured from.
   */
  baseline: number;
  /**
   * The baseline and all contributions together.
   */
  prediction: number;
  contributions: Contribution[];
}
export interface Contribution {
  feature: string;
  contribution: number;
  /**
   * If sampled.
   */
  standard_error?: number;
}
export interface Counterfactual {
  found: boolean;
  sentence: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
  changes?: Change[];
  answer?: ChangedAnswer;
}
export interface Change {
  feature: string;
  from: number | string | boolean;
  to: number | string | boolean;
  unit: string;
}
export interface ChangedAnswer {
  of: string;
  value: number;
}
export interface Parts {
  sentence: Fact;
  method: Fact;
  against: Fact;
}
export interface Fact {
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface SeriesExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  by_measurement: Target[];
  by_time: TimeTarget[];
  parts: Parts;
  flips?: Flip[];
}
export interface TimeTarget {
  /**
   * Which number of the answer.
   */
  of: string;
  /**
   * A UCUM code, 1 for probabilities.
   */
  unit: string;
  /**
   * What the contributions are measured from.
   */
  baseline: number;
  /**
   * The baseline and all contributions together.
   */
  prediction: number;
  contributions: TimeContribution[];
}
export interface TimeContribution {
  row: number;
  contribution: number;
  /**
   * If sampled.
   */
  standard_error?: number;
  /**
   * If several rows are one part.
   */
  last_row?: number;
  /**
   * The time of the last row of several.
   */
  until?: number;
  /**
   * The time, by its name.
   */
  [k: string]: number | undefined;
}
export interface Flip {
  feature: string;
  from: number;
  to: number;
  unit: string;
  recommended: FlippedAction;
}
export interface FlippedAction {
  from: string | null;
  to: string | null;
}
export interface ImageExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  /**
   * What the numbers of the map are.
   */
  measure: string;
  heat_map: HeatMap;
  parts: ImageExplanationParts;
}
export interface HeatMap {
  of: string;
  /**
   * What the answer loses where the picture is hidden and gains where it is shown alone, on average, per cell of 8 x 8 over the box.
   */
  rows: number[][];
  box: Box;
  /**
   * The picture with the map over it: orange speaks for the answer, blue against it.
   */
  png: string;
}
/**
 * What the model sees, in pixels of the upright picture.
 */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface ImageExplanationParts {
  sentence: Fact;
  method: Fact;
  against: Fact;
  measure: Fact;
}
export interface TextExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  of: string;
  unit: string;
  baseline: number;
  prediction: number;
  characters: Character[];
  parts: Parts;
  atoms?: Atom[];
  bonds?: Bond[];
  /**
   * If sampled.
   */
  largest_standard_error?: number;
}
export interface Character {
  /**
   * In the line, from 1.
   */
  position: number;
  character: string;
  contribution: number;
}
export interface Atom {
  /**
   * In the line, from 1.
   */
  position: number;
  symbol: string;
  contribution: number;
}
export interface Bond {
  /**
   * Places in the list of atoms, from 0.
   *
   * @minItems 2
   * @maxItems 2
   */
  between: number[];
  contribution: number;
}
export interface WordsExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  of: string;
  unit: string;
  baseline: number;
  prediction: number;
  /**
   * How many of the text were read.
   */
  tokens: number;
  /**
   * In the order of the text; neighbours are one where there are over 100 words, or no time for all. Characters are code points of Unicode.
   */
  words: Word[];
  parts: Parts;
  /**
   * If sampled.
   */
  largest_standard_error?: number;
}
export interface Word {
  /**
   * Its first character in the text, from 0.
   */
  start: number;
  /**
   * The character behind its last.
   */
  end: number;
  contribution: number;
}
export interface WaveformExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  by_lead: LeadTarget[];
  by_time: SegmentTarget[];
  by_place: WaveformMap;
  parts: Parts;
}
export interface LeadTarget {
  /**
   * Which number of the answer.
   */
  of: string;
  /**
   * A UCUM code, 1 for probabilities.
   */
  unit: string;
  /**
   * What the contributions are measured from.
   */
  baseline: number;
  /**
   * The baseline and all contributions together.
   */
  prediction: number;
  contributions: LeadContribution[];
}
export interface LeadContribution {
  lead: string;
  contribution: number;
  /**
   * If sampled.
   */
  standard_error?: number;
}
export interface SegmentTarget {
  /**
   * Which number of the answer.
   */
  of: string;
  /**
   * A UCUM code, 1 for probabilities.
   */
  unit: string;
  /**
   * What the contributions are measured from.
   */
  baseline: number;
  /**
   * The baseline and all contributions together.
   */
  prediction: number;
  contributions: SegmentContribution[];
}
export interface SegmentContribution {
  /**
   * In seconds from the first sample.
   */
  begin: number;
  /**
   * In seconds from the first sample.
   */
  end: number;
  contribution: number;
  /**
   * If sampled.
   */
  standard_error?: number;
}
export interface WaveformMap {
  /**
   * Which number of the answer.
   */
  of: string;
  /**
   * A UCUM code, 1 for probabilities.
   */
  unit: string;
  /**
   * How long a segment is; the last may be shorter.
   */
  seconds: number;
  leads: LeadOfMap[];
}
export interface LeadOfMap {
  lead: string;
  /**
   * What the answer loses where one segment after the other of this lead is its local baseline.
   */
  lost: number[];
}
export interface PartsExplanation {
  /**
   * What drove the answer.
   */
  sentence: string;
  /**
   * How it was computed.
   */
  method: string;
  /**
   * What the answer is compared with.
   */
  against: string;
  /**
   * false: the time ran out, and there are fewer samples.
   */
  complete: boolean;
  of: string;
  unit: string;
  baseline: number;
  prediction: number;
  by_part: PartContribution[];
  parts: Parts;
}
export interface PartContribution {
  /**
   * Its name.
   */
  part: string;
  /**
   * What its pieces contributed together.
   */
  contribution: number;
  /**
   * true: the part was not there.
   */
  missing?: boolean;
  contributions?: PartFeature[];
  heat_map?: RegionMap;
  characters?: Character[];
  atoms?: Atom[];
  bonds?: Bond[];
}
export interface PartFeature {
  feature: string;
  contribution: number;
  /**
   * If sampled.
   */
  standard_error?: number;
}
export interface RegionMap {
  of: string;
  /**
   * What each region contributed.
   */
  rows: number[][];
  box: Box;
  /**
   * The picture with the map over it: orange speaks for the answer, blue against it.
   */
  png: string;
}
export interface Unexplained {
  /**
   * Why there is no explanation.
   */
  sentence: string;
  /**
   * Always false.
   */
  complete: boolean;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface Catalogue {
  models: Entry[];
}
export interface Entry {
  id: string;
  version: string;
  status: "available" | "unavailable";
  /**
   * Why it is unavailable.
   */
  reason?: string;
  parts?: EntryParts;
  title?: string;
  intended_use?: string;
  population?: string;
  limits?: string[];
  /**
   * The model's own figure first, then what it is compared with.
   */
  headline?: ManifestMetric[];
  simulated?: boolean;
  translations?: Translations;
  sha256?: string;
  /**
   * Of the whole model folder.
   */
  digest?: string;
  /**
   * The kind of input.
   */
  input?: string;
  /**
   * The kind of output.
   */
  output?: string;
  /**
   * The unit of an answer that is one number, as a UCUM code.
   */
  unit?: string;
  url?: string;
}
export interface EntryParts {
  reason: Fact;
}
/**
 * One measured figure with its 95 % interval, for one model, on one set of people.
 */
export interface ManifestMetric {
  /**
   * What is measured, as in AUC or Brier score.
   */
  metric: string;
  /**
   * Which of the measures it is that a card sets side by side: observed_expected, calibration_error (0 is best), abstention, dice, iou (of masks; 1 is best) or count_error (objects too many or too few; 0 is best); absent: any other.
   */
  measure?:
    "observed_expected" | "calibration_error" | "abstention" | "dice" | "iou" | "count_error";
  /**
   * What it is measured of: model, this model itself; variant, this model changed or given less; baseline, what it is compared with.
   */
  of: "model" | "variant" | "baseline";
  /**
   * The name of what it is measured of.
   */
  model: string;
  /**
   * The name of what it is compared with on the same people: the figure is then by how much this is better, below 0 worse; absent: it is compared with nothing.
   */
  against?: string;
  /**
   * Who these people are to the model: of its train, calibration or test split; each answered by a fit that left them out (cross_validation); from elsewhere (external); or nothing that it is meant for (out_of_distribution).
   */
  cohort:
    "train" | "calibration" | "test" | "cross_validation" | "external" | "out_of_distribution";
  /**
   * The same in words, as in test split.
   */
  evaluated_on: string;
  /**
   * On which of those people: all, or the name of a group.
   */
  group: string;
  /**
   * How many people it was measured on.
   */
  n: number;
  /**
   * How many of them had the outcome.
   */
  events?: number;
  /**
   * The figure.
   */
  value: number;
  /**
   * The lower end of its 95 % interval.
   */
  low: number;
  /**
   * The upper end of its 95 % interval.
   */
  high: number;
}
export interface Translations {
  [k: string]: Texts;
}
export interface Texts {
  [k: string]: string;
}
export interface DrawAnswer {
  drawing: Drawing | DrawnRecording;
  warnings: DrawWarning[];
  /**
   * Why the model will abstain, if so.
   */
  reason?: string;
  /**
   * Names the sentence, in every language.
   */
  code?: string;
  limits?: Limits;
}
/**
 * The whole picture, and its size; the PNG may be smaller.
 */
export interface Drawing {
  png: string;
  width: number;
  height: number;
  box: SeenBox;
}
/**
 * What the model sees, in pixels of the whole picture.
 */
export interface SeenBox {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface DrawnRecording {
  [k: string]: unknown;
}
export interface DrawWarning {
  field: string | null;
  problem: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface ErrorResponse {
  /**
   * One sentence.
   */
  error: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
  details: Problem[];
}
export interface Problem {
  /**
   * Position, from 0.
   */
  instance: number | null;
  field: string | null;
  problem: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface FileAnswer {
  request_id: string;
  model: Identity;
  /**
   * How the file was read.
   */
  notes: Note[];
  answered: number;
  rejected: number;
  rows: FileRow[];
}
export interface Note {
  note: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
export interface FileRow {
  /**
   * From 1, without the header and without empty rows.
   */
  row: number;
  id: string | null;
  prediction?: Prediction;
  problems?: RowProblem[];
}
export interface RowProblem {
  field: string | null;
  problem: string;
  /**
   * Names the sentence, in every language.
   */
  code: string;
  limits: Limits;
}
/**
 * Everything that is known of one version of one model.
 */
export interface Manifest {
  /**
   * 2: files are listed, golden cases hold answers. What has no number is 1.
   */
  contract: number;
  /**
   * Of manifest.json without the line that holds it; absent in contract 1.
   */
  digest?: string;
  /**
   * What requests call the model: a lower-case letter, then at most 63 letters, digits, _ or -.
   */
  id: string;
  /**
   * Three numbers, as in 1.0.0.
   */
  version: string;
  /**
   * What the model does, in one line.
   */
  title: string;
  /**
   * The terms that the model is under.
   */
  licence: string;
  created: string;
  training_commit: string;
  seed: number;
  artefact: ManifestArtefact;
  /**
   * All that the folder holds but manifest.json; absent in contract 1.
   */
  files: ManifestFile[];
  /**
   * Operators that ONNX Runtime ships and the graph may use, beyond the ONNX standard, as in com.microsoft::Gelu; absent: none.
   */
  operators?: string[];
  /**
   * What the model takes: tabular, series, image, text, waveform or parts.
   */
  input:
    | ManifestTabularInput
    | ManifestSeriesInput
    | ManifestImageInput
    | ManifestTextInput
    | ManifestWaveformInput
    | ManifestPartsInput;
  /**
   * What it answers: classes, value, survival, policy, labels, values, mask or annotations.
   */
  output:
    | ManifestClassesOutput
    | ManifestValueOutput
    | ManifestSurvivalOutput
    | ManifestPolicyOutput
    | ManifestLabelsOutput
    | ManifestValuesOutput
    | ManifestMaskOutput
    | ManifestAnnotationsOutput;
  golden: ManifestGolden;
  /**
   * Invented instances, shown where people ask.
   *
   * @maxItems 6
   */
  examples: ManifestExample[];
  parity?: ManifestParity;
  explanation?: ManifestExplanation;
  uncertainty?: ManifestUncertainty;
  cds_service?: ManifestCdsService;
  card: ManifestCard;
  /**
   * Other words for the texts of this manifest, by language and the text itself.
   */
  translations: {
    [k: string]: {
      [k: string]: string;
    };
  };
}
/**
 * The file the manifest speaks of.
 */
export interface ManifestArtefact {
  sha256: string;
  size_bytes: number;
  opset: number;
  /**
   * @minItems 1
   */
  inputs: ManifestTensor[];
  /**
   * @minItems 1
   */
  outputs: ManifestTensor[];
}
/**
 * Name, ONNX element type and shape of a graph's input or output; -1 is any length.
 */
export interface ManifestTensor {
  name: string;
  datatype: string;
  shape: number[];
}
/**
 * A file of the folder, beside manifest.json.
 */
export interface ManifestFile {
  /**
   * A plain name: no folder, no link.
   */
  name: string;
  /**
   * In bytes.
   */
  size: number;
  sha256: string;
}
/**
 * Named features of one person, as one float32 row [n, features]; NaN means missing.
 */
export interface ManifestTabularInput {
  /**
   * What the graph calls its input.
   */
  tensor: string;
  /**
   * Words of a file that stand for a value that is missing, as in NA; not in a column where the word is a value, as None may be one of a choice.
   */
  missing_words?: string[];
  /**
   * At least one feature, in the order of the tensor's columns.
   *
   * @minItems 1
   */
  features: (ManifestNumber | ManifestChoice | ManifestBoolean)[];
  kind: "tabular";
}
/**
 * A measured quantity.
 */
export interface ManifestNumber {
  /**
   * What a request calls it: a letter of any script, letters, marks, digits, _.
   */
  name: string;
  /**
   * What it is called in ASCII, where a protocol names tensors.
   */
  alias?: string;
  /**
   * What it means, and how it is measured.
   */
  description: string;
  /**
   * Its LOINC codes.
   */
  loinc: string[];
  /**
   * What the graph does when the value is missing; absent: it is required.
   */
  missing?: string;
  /**
   * What the training data called its column, where that is not its name.
   */
  header?: string;
  /**
   * Whether care can change it, so that a counterfactual may.
   */
  actionable: boolean;
  /**
   * Features of one group are explained as one: columns of one choice, or computed from each other.
   */
  group?: string;
  /**
   * Where a record in FHIR has it; absent: nowhere.
   */
  source?:
    | ManifestPatientSource
    | ManifestObservationSource
    | ManifestConditionSource
    | ManifestAdministrationSource;
  type: "number";
  /**
   * Its unit as a UCUM code, 1 if it has none.
   */
  unit: string;
  hard_range: ManifestRange;
  training_range: ManifestRange;
  /**
   * Whether only whole numbers are taken, as of a count.
   */
  whole?: boolean;
  /**
   * Which values are worse: a result that is only known to be below or above a limit (<0.1) is used as that limit only where what is worse is forbidden already.
   */
  worse?: "low" | "high";
  cells?: ManifestCells;
}
/**
 * An element of the Patient: the age in years at the newest result used, or the gender.
 */
export interface ManifestPatientSource {
  kind: "patient";
  /**
   * birthDate or gender.
   */
  element: "birthDate" | "gender";
  /**
   * Of gender: what the model calls each code that it can take.
   */
  choices: {
    [k: string]: string;
  };
}
/**
 * Results that carry one of the feature's LOINC codes, the first being preferred.
 */
export interface ManifestObservationSource {
  kind: "observation";
  /**
   * Counted back from the moment that is asked for: an older one is not used.
   */
  oldest_days: number;
  /**
   * In g/mol: lets results in mol be converted.
   */
  molar_mass?: number;
  /**
   * For units that no factor converts, as HbA1c in mmol/mol to %.
   */
  formulas: ManifestFormula[];
  share?: ManifestShare;
}
/**
 * How a result in another unit becomes one in the feature's: value x factor + offset.
 */
export interface ManifestFormula {
  /**
   * The UCUM code of the other unit, as in mmol/mol.
   */
  unit: string;
  /**
   * What a value in it is multiplied by.
   */
  factor: number;
  /**
   * What is added then.
   */
  offset: number;
  /**
   * Where the formula is published.
   */
  reference: string;
}
/**
 * A count from a total and a percentage of the same time: total x percent / 100.
 */
export interface ManifestShare {
  /**
   * LOINC codes of the total.
   *
   * @minItems 1
   */
  total: string[];
  /**
   * LOINC codes of the percentage.
   *
   * @minItems 1
   */
  percent: string[];
}
/**
 * Whether the record has a confirmed condition of these codes; without one the answer is no.
 */
export interface ManifestConditionSource {
  kind: "condition";
  /**
   * Any of them counts.
   *
   * @minItems 1
   */
  codes: ManifestCoding[];
}
/**
 * A code of a terminology, as in http://snomed.info/sct 277577000.
 */
export interface ManifestCoding {
  /**
   * The URI of the terminology.
   */
  system: string;
  /**
   * The code.
   */
  code: string;
  /**
   * What it means, in the terminology's words.
   */
  display: string;
}
/**
 * Drugs that were given: as a share of the full dose, or whether at all.
 */
export interface ManifestAdministrationSource {
  kind: "administration";
  /**
   * Any of them counts.
   *
   * @minItems 1
   */
  codes: ManifestCoding[];
  /**
   * More codes of the drug: those of its products.
   */
  products: ManifestCodeTable[];
  /**
   * Names of the drug, for records without a code that is known. What codes display is always one.
   */
  names: string[];
  /**
   * Names that may mean the drug or another one: they hold an answer back.
   */
  vague: string[];
  similar?: ManifestDrugs;
  full_dose?: ManifestDose;
  /**
   * Counted back from the moment that is asked for: an older one is not used.
   */
  oldest_days: number;
}
/**
 * Codes of one terminology that name the same drugs, ingredients or products.
 */
export interface ManifestCodeTable {
  /**
   * The URI of the terminology.
   */
  system: string;
  /**
   * The codes; of ATC each also stands for all that are below it.
   *
   * @minItems 1
   */
  codes: string[];
  /**
   * Where the table is from.
   */
  source: string;
  /**
   * Whether there are no others: then a code of this terminology that is not here names another drug.
   */
  complete: boolean;
}
/**
 * Drugs by the codes and names that records have for them.
 */
export interface ManifestDrugs {
  /**
   * Tables of codes.
   */
  products: ManifestCodeTable[];
  /**
   * Names that a text begins with, as whole words, in any case.
   */
  names: string[];
}
/**
 * An amount of a drug.
 */
export interface ManifestDose {
  /**
   * How much.
   */
  value: number;
  /**
   * The unit as a UCUM code, as in mg/m2.
   */
  unit: string;
}
/**
 * A closed interval in the feature's unit.
 */
export interface ManifestRange {
  /**
   * The lowest value, in the feature's unit.
   */
  low: number;
  /**
   * The highest value, in the feature's unit.
   */
  high: number;
}
/**
 * How cells of a file that hold a number and something beside are read, as training read them.
 *
 * A unit needs nothing here: it is read wherever it converts to the feature's own.
 */
export interface ManifestCells {
  /**
   * Whether commas separate thousands: 3,500 is 3500. Absent, such a cell is refused, because it may be 3.5.
   */
  thousands?: boolean;
  /**
   * Whether a laboratory's flag may follow: 1.1 H is 1.1. Absent, it is refused.
   */
  flags?: boolean;
  /**
   * Up to here, a value that is only known to be below a limit (<0.5) was learned as that limit, and is used so. In the feature's unit.
   */
  below?: number;
  /**
   * From here on, a value that is only known to be above a limit (>100) was learned as that limit, and is used so. In the feature's unit.
   */
  above?: number;
}
/**
 * One of a few words; enters the tensor as its position in `choices`.
 */
export interface ManifestChoice {
  /**
   * What a request calls it: a letter of any script, letters, marks, digits, _.
   */
  name: string;
  /**
   * What it is called in ASCII, where a protocol names tensors.
   */
  alias?: string;
  /**
   * What it means, and how it is measured.
   */
  description: string;
  /**
   * Its LOINC codes.
   */
  loinc: string[];
  /**
   * What the graph does when the value is missing; absent: it is required.
   */
  missing?: string;
  /**
   * What the training data called its column, where that is not its name.
   */
  header?: string;
  /**
   * Whether care can change it, so that a counterfactual may.
   */
  actionable: boolean;
  /**
   * Features of one group are explained as one: columns of one choice, or computed from each other.
   */
  group?: string;
  /**
   * Where a record in FHIR has it; absent: nowhere.
   */
  source?:
    | ManifestPatientSource
    | ManifestObservationSource
    | ManifestConditionSource
    | ManifestAdministrationSource;
  type: "choice";
  /**
   * At least two words, in the order of the graph's codes 0, 1, ...
   *
   * @minItems 2
   */
  choices: string[];
  /**
   * Other words that stand for one of the choices, as training read them.
   */
  spellings?: {
    [k: string]: string;
  };
}
/**
 * Yes or no; enters the tensor as 1 or 0.
 */
export interface ManifestBoolean {
  /**
   * What a request calls it: a letter of any script, letters, marks, digits, _.
   */
  name: string;
  /**
   * What it is called in ASCII, where a protocol names tensors.
   */
  alias?: string;
  /**
   * What it means, and how it is measured.
   */
  description: string;
  /**
   * Its LOINC codes.
   */
  loinc: string[];
  /**
   * What the graph does when the value is missing; absent: it is required.
   */
  missing?: string;
  /**
   * What the training data called its column, where that is not its name.
   */
  header?: string;
  /**
   * Whether care can change it, so that a counterfactual may.
   */
  actionable: boolean;
  /**
   * Features of one group are explained as one: columns of one choice, or computed from each other.
   */
  group?: string;
  /**
   * Where a record in FHIR has it; absent: nowhere.
   */
  source?:
    | ManifestPatientSource
    | ManifestObservationSource
    | ManifestConditionSource
    | ManifestAdministrationSource;
  type: "boolean";
  /**
   * More words of a file that are true or false, as training read them, beside true, false, yes, no, 1, 0, 是 and 否.
   */
  spellings?: {
    [k: string]: boolean;
  };
}
/**
 * Rows of named features over time, as float32 [n, rows, features].
 *
 * The first feature is the time, and required. NaN means missing; rows come in order of time, and
 * shorter histories are filled up at the end with rows that are NaN throughout.
 */
export interface ManifestSeriesInput {
  /**
   * What the graph calls its input.
   */
  tensor: string;
  /**
   * Words of a file that stand for a value that is missing, as in NA; not in a column where the word is a value, as None may be one of a choice.
   */
  missing_words?: string[];
  /**
   * At least one feature, in the order of the tensor's columns.
   *
   * @minItems 1
   */
  features: (ManifestNumber | ManifestChoice | ManifestBoolean)[];
  kind: "series";
  /**
   * What a request calls the list of rows.
   */
  field: string;
  /**
   * How many rows a request may have.
   */
  max_rows: number;
}
/**
 * One PNG or JPEG, or what else is stated, in base64, as uint8 [n, height, width, channels].
 *
 * A picture of exactly height x width pixels enters as it is, others after `crop` and `resample`.
 * With `normalisation` the tensor is float32, for graphs that do not normalise themselves.
 */
export interface ManifestImageInput {
  /**
   * What the graph calls its input.
   */
  tensor: string;
  /**
   * Words of a file that stand for a value that is missing, as in NA; not in a column where the word is a value, as None may be one of a choice.
   */
  missing_words?: string[];
  kind: "image";
  /**
   * What a request calls the picture.
   */
  field: string;
  description: string;
  /**
   * Pixels that the graph takes from top to bottom.
   */
  height: number;
  /**
   * Pixels that the graph takes from left to right.
   */
  width: number;
  /**
   * RGB for colour, L for grey.
   */
  mode: "RGB" | "L";
  layout: "NHWC" | "NCHW";
  crop?: ManifestCrop;
  resample: "bicubic" | "bilinear";
  normalisation?: ManifestNormalisation;
  window?: ManifestWindow;
  appearance?: ManifestAppearance;
  dicom?: ManifestDicomPictures;
  /**
   * Whether TIFF files of one page are taken, those of 16 bits by `window`. Absent, none is.
   */
  tiff?: boolean;
  source?: ManifestDocumentSource;
}
/**
 * A centred square of `side` pixels, cut from pictures whose shorter edge is about `of`.
 */
export interface ManifestCrop {
  /**
   * Pixels of the square that is kept.
   */
  side: number;
  /**
   * Pixels of the shorter edge of the pictures it is cut from.
   */
  of: number;
}
/**
 * (value / 255 - mean) / deviation, per channel.
 */
export interface ManifestNormalisation {
  /**
   * One number per channel, of values from 0 to 1.
   */
  mean: number[];
  /**
   * One number per channel, of values from 0 to 1.
   */
  deviation: number[];
}
/**
 * Which of the 65,536 shades of a file of 16 bits are black and white to the model.
 */
export interface ManifestWindow {
  /**
   * This value and what is below it become 0.
   */
  low: number;
  /**
   * This value and what is above it become 255.
   */
  high: number;
  /**
   * The largest value that such files hold, as 4095 of 12 bits; absent, `high`. A file with a larger one has other shades and is refused.
   */
  largest?: number;
}
/**
 * What training pictures looked like, as the model sees them; beyond there is no answer.
 */
export interface ManifestAppearance {
  brightness: ManifestRange;
  contrast: ManifestRange;
  colour?: ManifestRange;
  covered?: ManifestRange;
}
/**
 * DICOM files of one frame, grey of 8 to 16 bits or colour of 8, beside PNG and JPEG.
 *
 * MONOCHROME1 is inverted; Pixel Padding is black. The result has 256 shades.
 */
export interface ManifestDicomPictures {
  /**
   * Modality (0008,0060) of files that are taken. SC stands for Secondary Capture by its SOP Class, whatever Modality it states.
   *
   * @minItems 1
   */
  modalities: ("CR" | "DX" | "US" | "MG" | "SC" | "CT" | "MR")[];
  /**
   * display: shades after the file's own VOI LUT or window, the first if it has several. modality: values after Rescale or Modality LUT, by `window`.
   */
  values: "display" | "modality";
  window?: ManifestValueWindow;
  pixel_spacing?: ManifestPixelSpacing;
}
/**
 * Which values are black and white to the model, in the units that the modality gives.
 */
export interface ManifestValueWindow {
  /**
   * This value and what is below it become 0.
   */
  low: number;
  /**
   * This value and what is above it become 255.
   */
  high: number;
  /**
   * Rescale Type (0028,1054) of the values, as HU of CT. A file that states another is refused; one of CT that states none is in HU.
   */
  unit?: "HU" | "OD" | "US" | "MGML";
}
/**
 * How large a pixel of the pictures is that enter `crop` and `resample`.
 */
export interface ManifestPixelSpacing {
  /**
   * From one pixel's middle to the next.
   */
  millimetres: number;
  /**
   * The share by which a file may differ from it.
   */
  tolerance: number;
  /**
   * What becomes of a file that differs more. hold: it has no answer. resample: it is brought to this spacing; without `crop` the model then sees the middle of it, on black where it is too small.
   */
  beyond: "hold" | "resample";
}
/**
 * The newest document of these codes: the one content of it that the model takes.
 */
export interface ManifestDocumentSource {
  /**
   * Counted back from the moment that is asked for: an older one is not used.
   */
  oldest_days: number;
  /**
   * Any of them counts.
   *
   * @minItems 1
   */
  codes: ManifestCoding[];
  /**
   * Where a code counts: these resources are read, and no others.
   *
   * @minItems 1
   */
  elements: (
    | "DocumentReference.type"
    | "DocumentReference.category"
    | "DiagnosticReport.code"
    | "DiagnosticReport.category"
    | "Media.type"
    | "Media.modality"
    | "Media.view"
  )[];
}
/**
 * One text, as int64 [n, max_length]: of characters, by `alphabet`, or of tokens, by `tokens`.
 *
 * A character's code is its position in `alphabet` plus 1; 0 fills the end. Tokens have the codes
 * of their tokenizer.
 */
export interface ManifestTextInput {
  /**
   * What the graph calls its input.
   */
  tensor: string;
  /**
   * Words of a file that stand for a value that is missing, as in NA; not in a column where the word is a value, as None may be one of a choice.
   */
  missing_words?: string[];
  kind: "text";
  /**
   * What a request calls the text.
   */
  field: string;
  /**
   * What the text is.
   */
  description: string;
  /**
   * The characters that the graph knows, in the order of its codes 1, 2, ...; absent where `tokens` are.
   */
  alphabet: string[];
  tokens?: ManifestTokens;
  /**
   * How many characters the graph takes, or how many tokens, those around the text included. What is shorter is filled up.
   */
  max_length: number;
  /**
   * Checked before the graph reads: grammar, bonds of every atom, aromatic rings.
   */
  syntax?: "SMILES";
  /**
   * as_sent: the graph reads a SMILES as it was sent. Absent, it reads one line for all spellings of a molecule: aromatic rings as RDKit finds them, hydrogens that need no atom left out, and neither stereo marks nor isotopes.
   */
  spelling?: "as_sent";
  source?: ManifestTextSource;
}
/**
 * How free text becomes tokens: by a tokenizer in the model's folder.
 */
export interface ManifestTokens {
  /**
   * The tokenizer, as the library tokenizers writes it: tokenizer.json. It lies beside the graph, and the digest covers it. Case, accents and the tokens around a text are what it says.
   */
  file: string;
  /**
   * What the graph calls its attention mask: int64 like `tensor`, 1 where a token is, 0 behind the last. Absent, the graph takes none.
   */
  mask_tensor?: string;
  /**
   * What the graph calls its token types: int64 like `tensor`, 0 throughout, as a text is one segment. Absent, the graph takes none.
   */
  type_tensor?: string;
  /**
   * The token behind the last; absent, the one that the tokenizer pads with, else its [PAD] or <pad>.
   */
  padding?: number;
  /**
   * Of a text of more tokens than max_length. first: its beginning is read, and the answer says what was not. refused: there is no answer.
   */
  longer: "first" | "refused";
  /**
   * A text of more is refused before it is taken apart.
   */
  most_characters: number;
  /**
   * The share of tokens that the tokenizer does not know, beyond which the model abstains. Absent, they are told and nothing more.
   */
  most_unknown?: number;
}
/**
 * The same of a text.
 */
export interface ManifestTextSource {
  /**
   * Counted back from the moment that is asked for: an older one is not used.
   */
  oldest_days: number;
  /**
   * Any of them counts.
   *
   * @minItems 1
   */
  codes: ManifestCoding[];
  /**
   * Where a code counts: these resources are read, and no others.
   *
   * @minItems 1
   */
  elements: (
    | "DocumentReference.type"
    | "DocumentReference.category"
    | "DiagnosticReport.code"
    | "DiagnosticReport.category"
    | "Media.type"
    | "Media.modality"
    | "Media.view"
  )[];
  /**
   * Whether the conclusion of a DiagnosticReport is read, and its presentedForm is not.
   */
  conclusion: boolean;
}
/**
 * A recording of several leads, as float32 [n, leads, samples].
 *
 * In the unit and at the rate that are stated. A lead that is missing is NaN or 0 as
 * `missing_leads` says, and a shorter recording ends in zeros where `shorter` says so.
 */
export interface ManifestWaveformInput {
  /**
   * What the graph calls its input.
   */
  tensor: string;
  /**
   * Words of a file that stand for a value that is missing, as in NA; not in a column where the word is a value, as None may be one of a choice.
   */
  missing_words?: string[];
  kind: "waveform";
  /**
   * What a request calls the recording.
   */
  field: string;
  /**
   * What is recorded, and how.
   */
  description: string;
  /**
   * In the order of the graph.
   *
   * @minItems 1
   */
  leads: ManifestLead[];
  /**
   * That the graph takes, in Hz.
   */
  sampling_rate: number;
  /**
   * How many of each lead the graph takes.
   */
  samples: number;
  /**
   * UCUM code of the unit that the graph takes, as in mV.
   */
  unit: string;
  /**
   * NCL: leads before samples; NLC: samples before leads.
   */
  layout: "NCL" | "NLC";
  /**
   * polyphase: another rate becomes this one by the filter of scipy.signal.resample_poly with padtype='line'. Absent: another rate is refused.
   */
  resample?: "polyphase";
  accepted_rates?: ManifestRates;
  /**
   * first: of a longer recording the beginning is read, which is told. Absent: it is refused.
   */
  longer?: "first";
  /**
   * zeros: a shorter recording is filled up at its end, which is told. Absent: it is refused.
   */
  shorter?: "zeros";
  /**
   * What the graph takes for a lead that is not there. Absent: all are required.
   */
  missing_leads?: "nan" | "zeros";
  amplitude: ManifestRange;
  signal: ManifestSignal;
  source?: ManifestWaveformSource;
}
/**
 * One channel of a recording.
 */
export interface ManifestLead {
  /**
   * What answers call it, as in V1.
   */
  name: string;
  /**
   * What files call it besides. Case, blanks and the words lead and ECG do not count; codes of the twelve leads of MDC and SCP-ECG are known.
   */
  aliases: string[];
}
/**
 * Sampling rates that may be resampled.
 */
export interface ManifestRates {
  /**
   * The lowest, in Hz.
   */
  low: number;
  /**
   * The highest, in Hz.
   */
  high: number;
}
/**
 * How much of what spoils a lead holds an answer back; what is absent is only told.
 */
export interface ManifestSignal {
  /**
   * Seconds over which a lead may stay at one value.
   */
  flat?: number;
  /**
   * The share of a lead's samples that may be cut off at its extreme values.
   */
  saturation?: number;
  /**
   * The share of a lead's power above 1 Hz that may lie at 50 or at 60 Hz.
   */
  mains?: number;
}
/**
 * Observations whose value, or those of whose components, are SampledData.
 */
export interface ManifestWaveformSource {
  /**
   * Counted back from the moment that is asked for: older is not used.
   */
  oldest_days: number;
  /**
   * LOINC codes of the recording, as in 11524-6; absent: any of the leads.
   */
  codes: string[];
}
/**
 * Several inputs, each with tensors of its own; an instance holds them by name.
 *
 * What a part holds is called after it wherever names must differ: in problems, files and
 * protocols the age of the part `patient` is `patient.age`.
 */
export interface ManifestPartsInput {
  kind: "parts";
  /**
   * At least two.
   *
   * @minItems 2
   */
  parts: ManifestPart[];
}
/**
 * One of several inputs, of a kind that may also stand alone.
 */
export interface ManifestPart {
  /**
   * What a request calls it.
   */
  name: string;
  /**
   * What it is called in ASCII, where a protocol names tensors.
   */
  alias?: string;
  /**
   * What it is; parts hold no parts.
   */
  input:
    | ManifestTabularInput
    | ManifestSeriesInput
    | ManifestImageInput
    | ManifestTextInput
    | ManifestWaveformInput;
  /**
   * What the graph does when the whole part is missing; absent: it is required. Then its tensors are NaN throughout where they hold features, and 0 where they do not.
   */
  missing?: string;
  /**
   * What the graph calls its input of whether the part is there: float32 [n, 1], 1 or 0. Absent: it tells that by the tensors of the part.
   */
  present_tensor?: string;
}
/**
 * One probability per label, float32 [n, labels].
 */
export interface ManifestClassesOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "classes";
  /**
   * At least two words, in the order of the tensor's columns.
   *
   * @minItems 2
   */
  labels: string[];
  /**
   * What the labels are called in ASCII, in their order, where a protocol names tensors after them.
   */
  aliases?: string[];
}
/**
 * One number with a unit, float32 [n] or [n, 1].
 */
export interface ManifestValueOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "value";
  /**
   * The unit of the answer as a UCUM code, 1 if it has none.
   */
  unit: string;
}
/**
 * Probability to be alive after each of `time_days`, float32 [n, times].
 */
export interface ManifestSurvivalOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "survival";
  /**
   * The day of each of the tensor's columns, the first being 0.
   *
   * @minItems 2
   */
  time_days: number[];
  /**
   * Those of time_days that an answer gives the risk at.
   *
   * @minItems 1
   */
  horizon_days: number[];
}
/**
 * A recommended action, float32 risks [n, actions, outcomes] and expectations [n, actions].
 *
 * `actions` are in order of preference: recommended is the first that the shield allows and whose
 * risks are within `limit` and every one of `further_limits`. If there is none, the last of them
 * is given up first; if none is within `limit`, recommended is the allowed one with the least risk
 * of its outcome. Either is the least bad. An answer is about the first outcome: without a limit
 * of its own, that of `limit` holds for whether an option is called within it.
 */
export interface ManifestPolicyOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "policy";
  /**
   * What the graph calls its second output.
   */
  nadir_tensor: string;
  nadir: ManifestQuantity;
  /**
   * At least two things to do, in order of preference.
   *
   * @minItems 2
   */
  actions: ManifestAction[];
  /**
   * At least one event whose chance is given for every action.
   *
   * @minItems 1
   */
  outcomes: ManifestOutcome[];
  limit: ManifestLimit;
  /**
   * Those of other outcomes, the most important first; absent: none.
   */
  further_limits?: ManifestLimit[];
  shield: ManifestShield;
  /**
   * The scale that the outcomes' thresholds come from.
   */
  grading: string;
  /**
   * What every answer must say of itself.
   */
  notice: string;
  orders?: ManifestOrders;
}
/**
 * A number that the model expects after every action.
 */
export interface ManifestQuantity {
  /**
   * What an answer calls the number.
   */
  name: string;
  /**
   * Its unit as a UCUM code, 1 if it has none.
   */
  unit: string;
  /**
   * What it means.
   */
  description: string;
}
/**
 * One thing that can be done at a decision.
 */
export interface ManifestAction {
  /**
   * What an answer calls the action.
   */
  name: string;
  /**
   * Share of the protocol's dose, given after the delay.
   */
  dose: number;
  delay_days: number;
  gcsf: boolean;
}
/**
 * An event whose chance the model gives for every action.
 */
export interface ManifestOutcome {
  /**
   * What an answer calls the event.
   */
  name: string;
  /**
   * What counts as the event, and until when.
   */
  description: string;
}
/**
 * The chance of `outcome` that is still acceptable.
 */
export interface ManifestLimit {
  /**
   * One of the names of output.outcomes.
   */
  outcome: string;
  /**
   * The chance of it that is still acceptable, 0 to 1.
   */
  at_most: number;
  /**
   * Where the limit comes from: a guideline, or a choice.
   */
  reference?: string;
}
/**
 * What stands between the model and a recommendation, whatever the model says.
 */
export interface ManifestShield {
  /**
   * When there is no treatment: a list, [] if never.
   */
  holds: ManifestHold[];
  /**
   * The feature that must be recent and known often enough.
   */
  count: string;
  /**
   * How many values of it must be known.
   */
  fewest_counts: number;
  /**
   * The last count may be this many days old.
   */
  oldest_days: number;
}
/**
 * No treatment while the last `feature` is below this.
 */
export interface ManifestHold {
  /**
   * The name of a feature of the series.
   */
  feature: string;
  /**
   * No treatment while its last value is below this.
   */
  below: number;
  /**
   * Where the limit comes from: a label, a protocol, or a choice.
   */
  reference?: string;
}
/**
 * What the actions of a policy become in a record system: drafts that a clinician signs.
 */
export interface ManifestOrders {
  treatment: ManifestDrugOrder;
  gcsf?: ManifestDrugOrder;
  recheck: ManifestCoding;
}
/**
 * What is ordered, in full.
 */
export interface ManifestDrugOrder {
  /**
   * All of the same drug.
   *
   * @minItems 1
   */
  codes: ManifestCoding[];
  full_dose: ManifestDose;
  route?: ManifestCoding;
}
/**
 * A probability per label by itself, float32 [n, labels]: several may be true, or none.
 */
export interface ManifestLabelsOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "labels";
  /**
   * In the order of the tensor's columns.
   *
   * @minItems 1
   */
  labels: ManifestLabel[];
  /**
   * How the thresholds were chosen, and on whom, as in: 90 % sensitivity on the validation split.
   */
  thresholds: string;
}
/**
 * One thing that may be so, whatever else is.
 */
export interface ManifestLabel {
  /**
   * What an answer calls it: words without a semicolon.
   */
  name: string;
  /**
   * What it is called in ASCII, where a protocol names tensors.
   */
  alias?: string;
  /**
   * An answer lists the label if its probability is at least this; at most six decimals.
   */
  threshold: number;
  /**
   * How its threshold was chosen, if otherwise than output.thresholds says.
   */
  chosen?: string;
}
/**
 * A number per name, float32 [n, values].
 */
export interface ManifestValuesOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "values";
  /**
   * In the order of the tensor's columns.
   *
   * @minItems 1
   */
  values: ManifestNamedValue[];
}
/**
 * One number with a name and a unit.
 */
export interface ManifestNamedValue {
  /**
   * What an answer calls it.
   */
  name: string;
  /**
   * What it is called in ASCII, where a protocol names tensors.
   */
  alias?: string;
  /**
   * Its unit as a UCUM code, 1 if it has none.
   */
  unit: string;
  /**
   * What it means.
   */
  description: string;
  /**
   * count: a whole number, not below 0, to which an answer is rounded. angle: the same again after each `period`. dose: not below 0, and at most `high`, which must be there. Absent: any number.
   */
  measures?: "count" | "angle" | "dose";
  /**
   * Of an angle, and of it alone, after how much it is the same again, as 360 deg or 180 deg of an axis. Answers are from `low` on, 0 if it is absent, to below low + period, and an interval may pass through that end. An angle that does not come round, as of a joint, is any number.
   */
  period?: number;
  /**
   * No answer is below it; a model that gives less is not answered.
   */
  low?: number;
  /**
   * No answer is above it; a model that gives more is not answered.
   */
  high?: number;
}
/**
 * Probabilities of labels per pixel, float32 [n, labels, height, width].
 *
 * A pixel is of its likeliest label, the first of those alike. With `threshold` the tensor is of
 * the label beside the background alone, [n, 1, height, width].
 */
export interface ManifestMaskOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "mask";
  /**
   * What a pixel may be, in the order of the tensor's channels: its position is the value of a pixel of the mask.
   *
   * @minItems 2
   * @maxItems 256
   */
  labels: string[];
  /**
   * The one of labels that is none of what is looked for; it has no objects.
   */
  background: string;
  /**
   * Pixels from top to bottom, as many as of the input.
   */
  height: number;
  /**
   * Pixels from left to right, as many as of the input.
   */
  width: number;
  /**
   * NHWC: the tensor is [n, height, width, labels].
   */
  layout: "NCHW" | "NHWC";
  threshold?: ManifestPixelThreshold;
  /**
   * mm from one pixel of the tensor to the next, down and across, of pictures that come at the scale of the training pictures. Others, and all where it is absent, have areas in mm2 only if their file states its spacing.
   *
   * @minItems 2
   * @maxItems 2
   */
  pixel_spacing?: number[];
  objects?: ManifestObjects;
  uncertainty?: ManifestUncertaintyMap;
}
/**
 * From which probability a pixel belongs to what is looked for, and why from there.
 */
export interface ManifestPixelThreshold {
  /**
   * A pixel at or above it is of the label.
   */
  value: number;
  /**
   * How it was chosen, as in: best Dice on the calibration split, n = 120.
   */
  chosen: string;
}
/**
 * How the parts of a mask are counted: pixels of one label that hang together are one object.
 *
 * Two that touch are counted as one.
 */
export interface ManifestObjects {
  /**
   * 4 or 8; 8: pixels that touch at a corner hang together, too.
   */
  connectivity: number;
  /**
   * Pixels of an object; smaller ones are not counted.
   */
  smallest: number;
}
/**
 * How unsure the model is at each pixel, float32 [n, height, width].
 */
export interface ManifestUncertaintyMap {
  /**
   * What the graph calls it.
   */
  tensor: string;
  /**
   * What it is, as in entropy in nats.
   */
  measure: string;
  /**
   * The least that it can be.
   */
  low: number;
  /**
   * The most that it can be.
   */
  high: number;
}
/**
 * A probability per label at each step, float32 [n, steps, labels], which sum to 1.
 */
export interface ManifestAnnotationsOutput {
  /**
   * What the graph calls its output.
   */
  tensor: string;
  kind: "annotations";
  /**
   * At least two words without a semicolon, in the order of the tensor's last dimension.
   *
   * @minItems 2
   */
  labels: string[];
  /**
   * What the labels are called in ASCII, in their order, where a protocol names tensors after them.
   */
  aliases?: string[];
  /**
   * The one of labels that an answer counts but does not list, as normal beat; absent: all are listed.
   */
  background?: string;
  /**
   * When each step is: windows or beats.
   */
  time: ManifestWindowTimes | ManifestBeatTimes;
  /**
   * A step whose likeliest label is less likely than this has no label: it is undecided. Absent: each has its likeliest.
   */
  undecided_below?: number;
}
/**
 * Steps at fixed times: step i is of the window that begins at start + i * step.
 *
 * Of windows after the end of a record every probability is NaN.
 */
export interface ManifestWindowTimes {
  kind: "windows";
  /**
   * When the first begins, from the record's start.
   */
  start_seconds: number;
  /**
   * From the start of one to that of the next.
   */
  step_seconds: number;
  /**
   * How long each is: longer than the step where they overlap.
   */
  window_seconds: number;
}
/**
 * Steps at times that the graph itself gives; the probabilities of no beat may be any.
 */
export interface ManifestBeatTimes {
  kind: "beats";
  /**
   * What the graph calls its second output, float32 [n, steps]: seconds from the record's start, increasing, NaN where there is no beat.
   */
  time_tensor: string;
}
/**
 * Cases that must reproduce on the machine that answers, within an absolute tolerance.
 */
export interface ManifestGolden {
  /**
   * The largest difference that is none.
   */
  tolerance: number;
  /**
   * At least one invented instance.
   *
   * @minItems 1
   */
  cases: ManifestGoldenCase[];
}
/**
 * An invented instance, the output tensors it must give, and the answer made of them.
 */
export interface ManifestGoldenCase {
  /**
   * What a request would hold, nobody's record.
   */
  instance: {
    [k: string]: unknown;
  };
  /**
   * Numbers by name of output tensor, row-major.
   */
  outputs: {
    [k: string]: number[];
  };
  answer?: ManifestGoldenAnswer;
}
/**
 * What the output tensors of a golden case become, beyond doubt: numbers have six decimals.
 */
export interface ManifestGoldenAnswer {
  status: "ok" | "abstained";
  reason?: ManifestStatedFact;
  /**
   * What is answered, or would be if forced.
   */
  output: {
    [k: string]: unknown;
  };
  /**
   * One per coverage that is stored, in the order of the manifest.
   */
  intervals: {
    [k: string]: unknown;
  }[];
  warnings: ManifestStatedWarning[];
}
/**
 * Something that an answer says, by its code: docs/answers.md.
 */
export interface ManifestStatedFact {
  code: string;
  limits: {
    [k: string]: unknown;
  };
}
/**
 * The same of a field of the instance, or of the answer as a whole.
 */
export interface ManifestStatedWarning {
  code: string;
  limits: {
    [k: string]: unknown;
  };
  field?: string;
}
/**
 * An invented instance for people to try the model with.
 */
export interface ManifestExample {
  /**
   * Who or what it is, as in: a woman of 67.
   */
  title: string;
  /**
   * What a request would hold, nobody's record.
   */
  instance: {
    [k: string]: unknown;
  };
}
/**
 * How far the trained model and its ONNX graph are apart, over every row compared.
 */
export interface ManifestParity {
  rows: number;
  rows_of: string;
  largest_difference: number;
  tolerance: number;
  /**
   * How many rows were made besides and compared, where graphs break: at thresholds, with values missing, at the ends of ranges; absent: none.
   */
  made?: number;
  /**
   * At how many of those the trained model itself answers otherwise to values as they are written than to the float32 that they become.
   */
  rounded?: number;
}
/**
 * What an answer is explained against, and how the model as a whole was explained.
 */
export interface ManifestExplanation {
  /**
   * How single answers are explained, in a sentence.
   */
  method: string;
  background?: ManifestBackground;
  decision?: ManifestDecision;
  importance: ManifestImportance[];
  dependence: ManifestDependence[];
  faithfulness: ManifestCheck[];
  /**
   * What single explanations gain over a rival that does not ask the model: they are shown if every interval lies above zero, of at least 200 instances. Without one they are shown, and say that this was not measured.
   *
   * @minItems 1
   */
  trial?: ManifestCheck[];
}
/**
 * The average patient: centres, weighted by their people.
 */
export interface ManifestBackground {
  /**
   * Whom it stands for, as in the train split.
   */
  of: string;
  /**
   * At least one.
   *
   * @minItems 1
   */
  centres: ManifestCentre[];
}
/**
 * The middle of a cluster of people, never a person's row.
 */
export interface ManifestCentre {
  /**
   * As the graph takes them: a choice as its position, null for missing.
   */
  values: (number | null)[];
  /**
   * How many people it stands for.
   */
  people: number;
}
/**
 * Which number, beyond which value, makes a difference to what is done.
 */
export interface ManifestDecision {
  /**
   * risk_<day> of survival, or value.
   */
  target: string;
  /**
   * Beyond it something else is done.
   */
  threshold: number;
  /**
   * Where the threshold comes from.
   */
  meaning: string;
}
/**
 * How much a part of the input moves the answers: the mean absolute attribution.
 */
export interface ManifestImportance {
  /**
   * A feature, or what else answers are attributed to.
   */
  part: string;
  /**
   * Which number of the answer, as in risk_1826.
   */
  of: string;
  group: string;
  /**
   * How many people it was measured on.
   */
  n: number;
  /**
   * The figure.
   */
  value: number;
  /**
   * The lower end of its 95 % interval.
   */
  low: number;
  /**
   * The upper end of its 95 % interval.
   */
  high: number;
}
/**
 * Partial dependence (Friedman 2001): the mean answer if all had this value of a feature.
 */
export interface ManifestDependence {
  /**
   * The name of a feature.
   */
  feature: string;
  /**
   * Which number of the answer, as in risk_1826.
   */
  of: string;
  group: string;
  /**
   * How many people it was measured on.
   */
  n: number;
  /**
   * At least two values of the feature.
   *
   * @minItems 2
   */
  values: (number | string | boolean)[];
  /**
   * The mean answer at each of the values.
   */
  answers: number[];
}
/**
 * One measurement of whether explanations are faithful to the model.
 */
export interface ManifestCheck {
  /**
   * What was compared with what.
   */
  check: string;
  /**
   * What the figure is, as in largest difference.
   */
  measure: string;
  /**
   * How many instances it was measured on.
   */
  n: number;
  /**
   * The figure.
   */
  value: number;
  /**
   * The lower end of its 95 % interval.
   */
  low?: number;
  /**
   * The upper end of its 95 % interval.
   */
  high?: number;
}
/**
 * How sure an answer is, and when the model has no business answering.
 */
export interface ManifestUncertainty {
  /**
   * How the intervals were made, in a sentence.
   */
  method: string;
  /**
   * On whom, as in the calibration split, n = 1,575.
   */
  calibrated_on: string;
  /**
   * Absent if there are none.
   */
  intervals?:
    | ManifestClassesIntervals
    | ManifestValueIntervals
    | ManifestSurvivalIntervals
    | ManifestPolicyIntervals
    | ManifestLabelsIntervals
    | ManifestValuesIntervals
    | ManifestMaskIntervals;
  /**
   * How far an instance may be from the training data.
   */
  distance?: ManifestStandardisedDistance | ManifestTensorDistance;
  /**
   * With more features missing there is no answer.
   */
  most_missing?: number;
  /**
   * With more labels in the prediction set at the first coverage, no answer.
   */
  largest_set?: number;
}
/**
 * Prediction sets.
 */
export interface ManifestClassesIntervals {
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestLevel[];
  strata?: ManifestStrata;
  /**
   * Who has a quantile of their own: of theirs, and that of their stratum, the most careful one is taken, so that the coverage holds in each group (Foygel Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
   */
  groups?: ManifestGroup[];
  kind: "classes";
  /**
   * label: a set holds the labels whose probability is at least one less their quantile, so that each label has its coverage (class-conditional conformal prediction, Vovk 2012), and those at least half as likely as the likeliest. Where no label reaches its quantile at the highest coverage, it holds the likeliest until together they reach the coverage.
   */
  by?: "label";
  /**
   * By label: how many cases of each were seen. Of fewer than coverage / (1 - coverage) nothing can be promised: such a label has the quantile of all cases, and its coverage is not known.
   */
  cases?: number[];
}
/**
 * One coverage, and the quantile that gives it in every stratum.
 */
export interface ManifestLevel {
  /**
   * The share of answers whose interval holds what happens, as in 0.9.
   */
  coverage: number;
  /**
   * One number per stratum, or one alone; then one per group. classes: the labels are taken, the likeliest first, as long as their probabilities together stay within it (adaptive prediction sets, Romano et al. 2020), and the likeliest is always taken; or, by label, one number per label. value: half the width, in the unit of the answer. values: the same of each. labels: one per label where it is present, then one per label where it is absent. survival: the bound is the day when the curve has fallen by it. mask: one number per label but the background, how far its share of the picture may be off.
   *
   * @minItems 1
   */
  quantiles: number[];
}
/**
 * Groups with quantiles of their own (Mondrian conformal prediction).
 */
export interface ManifestStrata {
  /**
   * A number among the features of a tabular input, or prediction: the answer's value, its largest probability, or its risk at the last horizon. policy: a feature of the series; counted are the rows where it is above 0.
   */
  by: string;
  /**
   * Where one group ends and the next begins, increasing; an edge belongs to the group above it.
   *
   * @minItems 1
   */
  edges: number[];
}
/**
 * Whose quantile is their own, if it is the more careful one; groups may overlap.
 */
export interface ManifestGroup {
  /**
   * A feature of a row, its choices by position and yes as 1, or prediction, as of strata.
   */
  by: string;
  /**
   * From this value on.
   */
  low?: number;
  /**
   * Below this value. With neither, whose value is missing.
   */
  high?: number;
}
/**
 * A low and a high value.
 */
export interface ManifestValueIntervals {
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestLevel[];
  strata?: ManifestStrata;
  /**
   * Who has a quantile of their own: of theirs, and that of their stratum, the most careful one is taken, so that the coverage holds in each group (Foygel Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
   */
  groups?: ManifestGroup[];
  kind: "value";
  /**
   * Beyond this distance from the training data, as the graph gives it, an interval is wider by as many times as its distance is larger than this (normalised conformal prediction, Papadopoulos et al. 2011); absent: the distance changes nothing.
   */
  typical_distance?: number;
}
/**
 * A day that is outlived, under censoring (Candes, Lei & Ren 2023).
 */
export interface ManifestSurvivalIntervals {
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestLevel[];
  strata?: ManifestStrata;
  /**
   * Who has a quantile of their own: of theirs, and that of their stratum, the most careful one is taken, so that the coverage holds in each group (Foygel Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
   */
  groups?: ManifestGroup[];
  kind: "survival";
}
/**
 * Bands on risks: the share that has the outcome among so many patients like this one.
 */
export interface ManifestPolicyIntervals {
  kind: "policy";
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestPolicyLevel[];
  /**
   * Among how many patients a share is looked at.
   */
  group_size: number;
  strata?: ManifestStrata;
}
/**
 * One coverage, and how wide the bands of a policy's numbers are.
 */
export interface ManifestPolicyLevel {
  /**
   * The share of answers whose interval holds what happens, as in 0.9.
   */
  coverage: number;
  /**
   * Per outcome, how many standard errors of a share among `group_size` patients the observed share may lie from the predicted risk.
   */
  risks: {
    [k: string]: number;
  };
  nadir: ManifestRange;
  /**
   * The same in each of the strata, if there are any.
   */
  nadirs: ManifestRange[];
}
/**
 * Per label what cannot be excluded: that it is present, that it is absent, or both.
 *
 * Class-conditional conformal prediction (Vovk 2012), each label by itself. Presence is excluded
 * if one less the probability is above its quantile, absence if the probability is above its own.
 * Where both were, the smallest higher coverage decides that excludes one of them alone; if there
 * is none, both cannot be excluded.
 */
export interface ManifestLabelsIntervals {
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestLevel[];
  strata?: ManifestStrata;
  /**
   * Who has a quantile of their own: of theirs, and that of their stratum, the most careful one is taken, so that the coverage holds in each group (Foygel Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
   */
  groups?: ManifestGroup[];
  kind: "labels";
  /**
   * Per label. Of fewer than coverage / (1 - coverage) of either nothing can be promised, and its coverage is not known.
   *
   * @minItems 1
   */
  cases: ManifestCases[];
}
/**
 * How many cases of a label were seen.
 */
export interface ManifestCases {
  /**
   * Where it was so.
   */
  present: number;
  /**
   * Where it was not.
   */
  absent: number;
}
/**
 * A low and a high end of each value.
 */
export interface ManifestValuesIntervals {
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestLevel[];
  strata?: ManifestStrata;
  /**
   * Who has a quantile of their own: of theirs, and that of their stratum, the most careful one is taken, so that the coverage holds in each group (Foygel Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
   */
  groups?: ManifestGroup[];
  kind: "values";
}
/**
 * How far the area of a label may be off: a share of the picture to either side.
 */
export interface ManifestMaskIntervals {
  /**
   * One entry per coverage; the first is what an answer has if none is asked for.
   *
   * @minItems 1
   */
  levels: ManifestLevel[];
  strata?: ManifestStrata;
  /**
   * Who has a quantile of their own: of theirs, and that of their stratum, the most careful one is taken, so that the coverage holds in each group (Foygel Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
   */
  groups?: ManifestGroup[];
  kind: "mask";
}
/**
 * Mahalanobis distance of the known features, made comparable whatever number is known.
 *
 * The squared distance of k known features becomes Wilson & Hilferty's (1931) deviate
 * ((d2 / k)^(1/3) - (1 - 2 / (9 k))) / sqrt(2 / (9 k)).
 */
export interface ManifestStandardisedDistance {
  kind: "standardised";
  /**
   * One per feature of a tabular input.
   */
  columns: ManifestColumn[];
  /**
   * Of the standardised features, positive definite, [features, features].
   */
  correlation: number[][];
  /**
   * Beyond it there is no answer.
   */
  threshold: number;
}
/**
 * How one feature is standardised: (x - mean) / deviation, x its logarithm where `log` is.
 */
export interface ManifestColumn {
  /**
   * Whether the logarithm is taken first.
   */
  log: boolean;
  /**
   * What is added before the logarithm.
   */
  offset: number;
  /**
   * Of the training data.
   */
  mean: number;
  /**
   * Of the training data.
   */
  deviation: number;
}
/**
 * A distance in the space of an embedding, which the graph itself gives, float32 [n] or [n, 1].
 *
 * Lee et al. 2018: Mahalanobis distance to the nearest class, or to all together.
 */
export interface ManifestTensorDistance {
  kind: "tensor";
  /**
   * What the graph calls this output.
   */
  tensor: string;
  /**
   * Beyond it there is no answer.
   */
  threshold: number;
}
/**
 * The model as a service of CDS Hooks, https://cds-hooks.hl7.org/2.0/.
 */
export interface ManifestCdsService {
  /**
   * When it is called.
   *
   * @minItems 1
   */
  hooks: ("patient-view" | "order-sign")[];
  topic?: ManifestCoding;
}
/**
 * What a reader must know before believing an answer.
 */
export interface ManifestCard {
  /**
   * Who made the model and answers for it.
   */
  developer: string;
  /**
   * How far it is, as in research use only.
   */
  stage: string;
  /**
   * What the model is for.
   */
  intended_use: string;
  /**
   * Who is meant to use it.
   */
  intended_users: string;
  /**
   * Which patients it was made for.
   */
  population: string;
  /**
   * Which part it has in a decision, and who decides.
   */
  decision_role: string;
  /**
   * What it must not be used for: at least one sentence.
   *
   * @minItems 1
   */
  out_of_scope: string[];
  /**
   * How it was made: at least one sentence.
   *
   * @minItems 1
   */
  method: string[];
  data: ManifestData;
  /**
   * What the figures say, in words: at least one sentence.
   *
   * @minItems 1
   */
  findings: string[];
  /**
   * At least one measured figure with its 95 % interval.
   *
   * @minItems 1
   */
  metrics: ManifestMetric[];
  /**
   * Predicted against observed, a curve per number of an answer.
   */
  calibration: ManifestCalibrationCurve[];
  /**
   * How often intervals held, by stated coverage and group.
   */
  coverage: ManifestCoverageCurve[];
  /**
   * Where it is weak or untested: at least one sentence.
   *
   * @minItems 1
   */
  limits: string[];
  /**
   * What to read about it: at least one citation.
   *
   * @minItems 1
   */
  references: string[];
  /**
   * The source attributes of 45 CFR 170.315(b)(11), or why there is none.
   */
  source_attributes: {
    [k: string]: string;
  };
}
/**
 * Where the numbers come from.
 */
export interface ManifestData {
  /**
   * Where the data come from: a citation or an address.
   */
  source: string;
  /**
   * The terms that the data are under.
   */
  licence: string;
  /**
   * Of the cleaned table, so that a retraining can compare.
   */
  sha256?: string;
  /**
   * How many people, or samples, the data hold.
   */
  n: number;
  /**
   * How many of them had the outcome.
   */
  events?: number;
  /**
   * Whether the people are simulated, not real.
   */
  simulated: boolean;
  /**
   * Who is in the data, and who was left out.
   */
  inclusion: string;
  /**
   * What was done to the data: sentences.
   */
  cleaning: string[];
  /**
   * A name and a text each: age, sex, outcome.
   */
  demographics: {
    [k: string]: string;
  };
  split: ManifestSplit;
}
/**
 * How many people fitted, calibrated and tested the model, and the seed that drew them.
 */
export interface ManifestSplit {
  /**
   * What drew the split, if chance did.
   */
  seed?: number;
  /**
   * What decided who is in which part, if more than chance did.
   */
  by?: string;
  /**
   * How many people fitted the model.
   */
  train: number;
  /**
   * How many were kept for calibration; 0 if none.
   */
  calibration: number;
  /**
   * How many people tested the model, and nothing else.
   */
  test: number;
}
/**
 * Predicted against observed, in groups of rising prediction of the model itself.
 */
export interface ManifestCalibrationCurve {
  /**
   * Which number of an answer it is of.
   */
  target:
    | ManifestRiskTarget
    | ManifestLabelTarget
    | ManifestRightAnswersTarget
    | ManifestOutcomeTarget
    | ManifestValueTarget
    | ManifestNamedValueTarget;
  /**
   * Who these people are to the model: of its train, calibration or test split; each answered by a fit that left them out (cross_validation); from elsewhere (external); or nothing that it is meant for (out_of_distribution).
   */
  cohort:
    "train" | "calibration" | "test" | "cross_validation" | "external" | "out_of_distribution";
  /**
   * The same in words, as in test split.
   */
  evaluated_on: string;
  /**
   * One per group, by rising prediction.
   *
   * @minItems 1
   */
  points: ManifestCalibrationPoint[];
}
/**
 * The risk that a survival curve gives by a day.
 */
export interface ManifestRiskTarget {
  kind: "risk";
  /**
   * One of output.horizon_days.
   */
  day: number;
}
/**
 * The probability of a label.
 */
export interface ManifestLabelTarget {
  kind: "label";
  /**
   * One of output.labels.
   */
  label: string;
}
/**
 * The probability of the label that is named, whichever it is.
 */
export interface ManifestRightAnswersTarget {
  kind: "right_answers";
}
/**
 * The risk of an outcome under every action.
 */
export interface ManifestOutcomeTarget {
  kind: "outcome";
  /**
   * The name of one of output.outcomes.
   */
  outcome: string;
}
/**
 * The number that is the answer.
 */
export interface ManifestValueTarget {
  kind: "value";
}
/**
 * One of the numbers that an answer is.
 */
export interface ManifestNamedValueTarget {
  kind: "named_value";
  /**
   * The name of one of output.values.
   */
  name: string;
}
/**
 * People of similar predictions: the mean of these, and what came of them.
 */
export interface ManifestCalibrationPoint {
  /**
   * The name of the group.
   */
  group: string;
  /**
   * How many people it was measured on.
   */
  n: number;
  /**
   * How many of them had the outcome.
   */
  events?: number;
  predicted: ManifestEstimate;
  observed: ManifestEstimate;
}
/**
 * A number with its 95 % interval.
 */
export interface ManifestEstimate {
  /**
   * The figure.
   */
  value: number;
  /**
   * The lower end of its 95 % interval.
   */
  low: number;
  /**
   * The upper end of its 95 % interval.
   */
  high: number;
}
/**
 * How often intervals held, by the coverage that was stated and by group.
 */
export interface ManifestCoverageCurve {
  /**
   * variant: intervals made otherwise than those of answers.
   */
  of: "model" | "variant";
  /**
   * Who these people are to the model: of its train, calibration or test split; each answered by a fit that left them out (cross_validation); from elsewhere (external); or nothing that it is meant for (out_of_distribution).
   */
  cohort:
    "train" | "calibration" | "test" | "cross_validation" | "external" | "out_of_distribution";
  /**
   * The same in words, as in test split.
   */
  evaluated_on: string;
  /**
   * What the width is, as in width of the interval.
   */
  width_of?: string;
  /**
   * Of how many groups these are the ones where intervals held least: of many, some are low by chance. Absent: the groups were named before anyone looked.
   */
  picked_from?: number;
  /**
   * One per stated coverage and group.
   *
   * @minItems 1
   */
  points: ManifestCoveragePoint[];
}
/**
 * How often the intervals of one stated coverage held, in one group.
 */
export interface ManifestCoveragePoint {
  /**
   * What was stated, as in 0.9.
   */
  coverage: number;
  /**
   * On which of those people: all, or the name of a group.
   */
  group: string;
  /**
   * How many people it was measured on.
   */
  n: number;
  /**
   * How many of them had the outcome.
   */
  events?: number;
  held: ManifestEstimate;
  width?: ManifestEstimate;
}
export interface PredictRequest {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  instances: Instance[];
  /**
   * Say what each answer rests on, for at most 50 instances.
   */
  explain?: boolean;
  /**
   * What the answers and their explanations may take together; with less time explanations hold fewer samples, or there are none, and each says so.
   */
  explain_seconds?: number;
  /**
   * Coverage of the intervals, one that the model stores; the default is its first.
   */
  coverage?: number;
  /**
   * Answer, marked as forced, where the model abstains.
   */
  force?: boolean;
}
export interface Instance {
  [k: string]: unknown;
}
export interface ReadAnswer {
  values: ReadValues;
}
export interface ReadValues {
  [k: string]: ReadValue;
}
export interface ReadValue {
  /**
   * Null if it cannot be told.
   */
  number: number | null;
  /**
   * UCUM code of the unit behind it.
   */
  unit: string | null;
  /**
   * <, <=, > or >=, if only a limit is known.
   */
  comparator: string | null;
  /**
   * What it may be, if it may be two numbers.
   */
  choices: number[];
  /**
   * What becomes of it, where that is not plain.
   */
  note: string | null;
  /**
   * Why it cannot be used.
   */
  problem: string | null;
  /**
   * Names the sentence, in every language.
   */
  code?: string;
  limits?: Limits;
}
export interface Service {
  name: string;
  version: string;
  description: string;
  /**
   * Where users of the page sign in; null if they do not.
   */
  sign_in: SignIn | null;
  links: Links;
}
export interface SignIn {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  client_id: string;
  scope: string;
  end_session_endpoint?: string;
}
export interface Links {
  models: string;
  inference: string;
  fhir: string;
  cds_hooks: string;
  docs: string;
  openapi: string;
  live: string;
  ready: string;
}
export interface Units {
  units: UnitsByFeature;
}
export interface UnitsByFeature {
  [k: string]: Unit[];
}
export interface Unit {
  unit: string;
  /**
   * Brings a value to the model's unit.
   */
  factor: number;
}
