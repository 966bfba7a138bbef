import type { PageHeaderModel, SectionModel } from "./view-models.ts";

/** The API's reference (`reference/index`). */
export interface ApiIndexModel {
  header: PageHeaderModel;
  query: string;
  deprecated: { name: string; text: string }[];
  sections: SectionModel[];
}

/** What has changed in the API, newest version first (`reference/changelog`). */
export interface ApiChangelogModel {
  header: PageHeaderModel;
  versions: { version: string; changes: { text: string; is_code: boolean }[][] }[];
}

/** One operation of the API, with a form to try it (`reference/show`). */
export interface ApiOperationModel {
  header: PageHeaderModel;
  paragraphs: string[];
  curl: string;
  try_it: { method: string; path: string; query: string; has_body: boolean; body: string; is_change: boolean };
  sections: SectionModel[];
}
