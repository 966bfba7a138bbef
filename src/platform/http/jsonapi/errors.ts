import type { Failure, FieldProblem } from "../../errors.ts";

/** A failure as a JSON:API error document: one error a field, each with a pointer into the request or its parameter. */
export function errorDocument(failure: Failure, requestId: string): object {
  const problems = failure.problems.length > 0 ? failure.problems : [null];
  return {
    jsonapi: { version: "1.1" },
    errors: problems.map((problem) => ({
      id: requestId,
      status: String(failure.status),
      code: problem?.code ?? failure.code,
      title: titles[failure.status] ?? "Error",
      detail: problem?.message ?? failure.message,
      ...sourceOf(failure, problem),
    })),
  };
}

function sourceOf({ parameter }: Failure, problem: FieldProblem | null): object {
  if (problem !== null) return { source: { pointer: pointerOf(problem.field) } };
  return parameter === "" ? {} : { source: { parameter } };
}

function pointerOf(field: string): string {
  if (field.startsWith("/")) return field;
  const first = field.split("/")[0] ?? "";
  return first === "" ? "/data" : `/data/attributes/${field}`;
}

const titles: Record<number, string> = {
  400: "Malformed request",
  401: "Not signed in",
  403: "Not permitted",
  404: "Not found",
  405: "Method not allowed",
  406: "Not acceptable",
  408: "Too slow",
  409: "Conflict",
  412: "Changed meanwhile",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not valid",
  429: "Too many requests",
  500: "Defect",
  503: "Not available",
};
