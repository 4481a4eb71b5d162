// All words in Chinese: the page's own, and those of the service.
export { default as service } from "../../../functions/medmaas/words/zh.json";
export { default as page } from "../../locales/zh.json";
