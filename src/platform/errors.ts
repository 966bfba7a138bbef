import { t } from "./language/index.ts";
/**
 * What can go wrong, as a caller of Purser sees it. Everything else that is thrown is a defect and becomes a 500.
 * The codes are part of the API and stay stable; `http/` maps a status to an answer in one place.
 */
export interface FieldProblem {
  /** The field's name; nested ones with a slash, `address/city`. Empty for the whole input. */
  field: string;
  code: string;
  /** A sentence for people, naming what is wrong and what would be right. */
  message: string;
}

export class Failure extends Error {
  /** The query parameter that it is about, or empty. */
  parameter = "";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: FieldProblem[] = [],
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** 400: the request itself cannot be read (not JSON, an unknown parameter). */
export const malformed = (message: string, code = "malformed"): Failure => new Failure(400, code, message);
/** What is wrong with a query parameter says which one it is. */
export function aboutParameter<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure && error.parameter === "") error.parameter = name;
    throw error;
  }
}

/** 401: nobody is signed in, or the credentials are wrong. */
export const unauthorized = (message = t("Sign in first."), code = "unauthorized"): Failure =>
  new Failure(401, code, message);
/** 401: signed in before a role required a second step, and without one. */
export const secondStepMissing = (): Failure =>
  unauthorized(t("Your role requires two-step sign-in from now on. Set it up to go on."), "mfa_setup_required");
/** 403: signed in, but without the permission. */
export const forbidden = (message = t("You do not have permission to do this."), code = "forbidden"): Failure =>
  new Failure(403, code, message);
/** 404: not there, or out of the actor's reach: nobody can tell which. */
export const notFound = (what = t("This page")): Failure =>
  new Failure(404, "not_found", t("{what} was not found.", { what }));
/** 409: the present state does not allow it; the message names what holds it. */
export const conflict = (message: string, code = "conflict"): Failure => new Failure(409, code, message);
/** 412: somebody else has changed the record since it was shown. */
export const stale = (): Failure =>
  new Failure(
    412,
    "stale",
    t("Somebody else has changed this record since you opened it. Check the present values and save again."),
  );
/** 413: larger than allowed. */
export const tooLarge = (message: string): Failure => new Failure(413, "too_large", message);
/** 422: the input is understood and wrong; one problem a field. */
export const invalid = (problems: FieldProblem[]): Failure =>
  new Failure(422, "invalid", problems[0]?.message ?? t("The input is not valid."), problems);
/** 422 for a single field. */
export const invalidField = (field: string, message: string, code = "invalid"): Failure =>
  invalid([{ field, code, message }]);
/** 429: too often; `retryAfterSeconds` says when to come back. */
export const tooMany = (retryAfterSeconds: number, message: string): Failure =>
  new Failure(429, "too_many", message, [], retryAfterSeconds);
/** 503: the operator has suspended the organization. Whoever tries again later, a payment service say, loses nothing. */
export const suspended = ({ message }: { message: string }): Failure =>
  new Failure(503, "suspended", message === "" ? t("This organization is suspended.") : message, [], 3600);
