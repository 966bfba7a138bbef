import type { EmptyModel, PageHeaderModel, SectionModel } from "./partials.ts";

/** The API's reference (`reference/index`). */
export interface ApiIndexModel {
  header: PageHeaderModel;
  query: string;
  /** How many fit the words, or empty without any. */
  found: string;
  deprecated: { name: string; text: string }[];
  /** What the operations belong to; collapsed unless searched. */
  groups: { id: string; title: string; count: string; is_open: boolean; operations: ApiOperationLink[] }[];
  empty: EmptyModel;
}

export interface ApiOperationLink {
  method: string;
  tone: string;
  path: string;
  summary: string;
  href: string;
  is_deprecated: boolean;
}

/** Words of a sentence, some of them code. */
export interface TextPiece {
  text: string;
  is_code: boolean;
}

export type GuideBlock =
  { kind: "text"; pieces: TextPiece[] } | { kind: "list"; items: TextPiece[][] } | { kind: "code"; code: string };

/** How the API is used, in words and examples (`reference/guide`). */
export interface ApiGuideModel {
  header: PageHeaderModel;
  sections: { id: string; title: string; blocks: GuideBlock[] }[];
}

/** What has changed in the API, newest version first (`reference/changelog`). */
export interface ApiChangelogModel {
  header: PageHeaderModel;
  versions: { version: string; changes: TextPiece[][] }[];
}

/** One operation of the API, with a form to try it (`reference/show`). */
export interface ApiOperationModel {
  header: PageHeaderModel;
  /** The operations of the same resource, this one among them. */
  siblings: { method: string; tone: string; path: string; href: string; is_current: boolean }[];
  paragraphs: string[];
  curl: string;
  try_it: {
    method: string;
    path: string;
    query: string;
    has_body: boolean;
    body: string;
    /** The media type of the body. */
    media: string;
    is_change: boolean;
  };
  sections: SectionModel[];
}
