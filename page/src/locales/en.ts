// All words in English: the page's own, and those of the service.
export { default as service } from "../../../functions/medmaas/words/en.json";
export { default as page } from "../../locales/en.json";
