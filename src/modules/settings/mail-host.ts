import type { App } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { hostProblem } from "../../platform/outbound/outbound.ts";

/**
 * Where many organizations share an installation, none has its neighbours called. What a name leads to is looked at again
 * whenever it is connected to.
 */
export function checkMailHost({ options }: App, host: string): void {
  if (options.mailNetworks == null || hostProblem(host.trim(), options.mailNetworks) === null) return;
  throw invalidField(
    "host",
    t(
      "This is inside a private network. Enter a public mail server, or ask whoever runs this installation to allow it.",
    ),
    "refused_address",
  );
}
