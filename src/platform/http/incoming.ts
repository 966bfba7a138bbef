import { Failure } from "../errors.ts";
import { t } from "../language/index.ts";
import { readBody } from "./body.ts";
import { withDecimals } from "./forms/decimals.ts";
import { readForm } from "./forms/form.ts";
import { checkContentType } from "./jsonapi/negotiation.ts";
import { type Incoming } from "./route.ts";

/** A request as routes see it: its body is read once, when somebody asks for it. */
export function incomingOf(request: Request, url: URL, params: Record<string, string>, maxBytes: number): Incoming {
  let form: ReturnType<Incoming["form"]> | null = null;
  let text: Promise<string> | null = null;
  const readText = (): Promise<string> => (text ??= readBody(request, maxBytes));
  return {
    request,
    url,
    params,
    isFragment: request.headers.get("hx-request") === "true",
    fragmentTarget: request.headers.get("hx-target") ?? "",
    // Each time anew: whose way of writing numbers it is, is known only after the form has shown whose it is.
    form: async () => withDecimals(await (form ??= readForm(request, { maxBytes }))),
    text: readText,
    json: async () => {
      checkContentType(request.headers.get("content-type"));
      try {
        return JSON.parse(await readText()) as unknown;
      } catch (error) {
        if (error instanceof Failure) throw error;
        throw new Failure(400, "malformed", t("The body is not valid JSON."));
      }
    },
  };
}
