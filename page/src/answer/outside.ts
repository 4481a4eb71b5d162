import type { Prediction } from "../predictions";

export type Warning = Prediction["warnings"][number];

/** What the service says of a value that nobody had among those a model learned from. */
export const isOutside = ({ code }: Warning) => code === "outside_training";

/** What the service says of every file of a form, with which nothing is amiss. */
export const isPlain = ({ code }: Warning) => code === "dicom_read";
