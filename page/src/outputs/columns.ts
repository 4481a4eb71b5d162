// What the columns of a file are called after the words of a manifest, as the service calls them.

/** Letters, marks and digits of any script, `.` and `-`; `_` for whatever else there is. */
export const nameColumn = (words: string) =>
  words
    .replaceAll("%", " percent ")
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}.-]+/gu, "_")
    .replace(/^_|_$/g, "");
