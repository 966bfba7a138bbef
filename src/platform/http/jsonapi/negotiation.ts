import { Failure } from "../../errors.ts";
import { t } from "../../language/index.ts";
import type { Route } from "../route.ts";

/** What JSON:API 1.1 says of media types: we know no extensions, and ignore profiles. */

const jsonApi = "application/vnd.api+json";

interface MediaType {
  name: string;
  parameters: Readonly<Record<string, string>>;
}

function mediaType(text: string): MediaType {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim());
  return {
    name: name.toLowerCase(),
    parameters: Object.fromEntries(
      parameters.map((part) => {
        const [key = "", value = ""] = part.split("=");
        return [key.trim().toLowerCase(), value.trim().replaceAll('"', "")];
      }),
    ),
  };
}

/** Refuses a body that is not JSON, or JSON:API with parameters that it must not have (415). */
export function checkContentType(header: string | null): void {
  const { name, parameters } = mediaType(header ?? jsonApi);
  const isPlain = name === "application/json";
  const isOurs = name === jsonApi && Object.keys(parameters).every((key) => key === "profile");
  if (!isPlain && !isOurs)
    throw new Failure(
      415,
      "unsupported_media_type",
      t("Send application/vnd.api+json, without parameters, or application/json."),
    );
}

/** Refuses a request for a document that takes none of the forms in which there are documents (406). */
export function checkAccept(route: Route, header: string | null): void {
  const answer = route.doc?.answer;
  const isDocument = answer !== undefined && answer !== "nothing" && !("media" in answer);
  if (!isDocument || header === null || header.trim() === "") return;
  const isTaken = splitQuoted(header).some((part) => {
    const { name, parameters } = mediaType(part);
    if (gladness({ name, parameters }) === 0) return false;
    if (name === route.doc?.file) return true;
    if (name === "*/*" || name === "application/*" || name === "application/json") return true;
    return name === jsonApi && Object.keys(parameters).every((key) => key === "profile" || key === "q");
  });
  if (!isTaken)
    throw new Failure(406, "not_acceptable", t("Accept application/vnd.api+json, without parameters, or */*."));
}

/** Whether a list is asked for as a file: nothing is accepted more gladly than `text/csv`, or as gladly and before it. */
export function wantsCsv(header: string | null): boolean {
  const [best] = splitQuoted(header ?? "")
    .map(mediaType)
    .toSorted((one, other) => gladness(other) - gladness(one));
  return best?.name === "text/csv" && gladness(best) > 0;
}

/** From 0, not at all, to 1. */
function gladness({ parameters }: MediaType): number {
  return Number(parameters["q"] ?? "1") || 0;
}

/** The members of a list with commas, some of which stand between quotation marks. */
function splitQuoted(header: string): string[] {
  return header.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
}
