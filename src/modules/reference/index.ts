import { defineModule } from "../../platform/module.ts";
import { referenceApi } from "./api.ts";
import { changelogPages } from "./changelog.ts";
import { referencePages } from "./pages/index.ts";

/** What the API says of itself: the OpenAPI document, and a page to read it and try it on (PRD 8). */
export const referenceModule = defineModule({
  name: "reference",
  routes: [...referenceApi, ...changelogPages, ...referencePages],
});
