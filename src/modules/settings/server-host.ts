import type { App } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { hostProblem } from "../../platform/outbound/outbound.ts";

/**
 * Where many organizations share an installation, none has its neighbours called. What a name leads to is looked at again
 * whenever it is connected to.
 *
 * @throws Failure 422 at the host
 */
export function checkServerHost({ options }: App, host: string): void {
  if (options.serverNetworks == null || hostProblem(host.trim(), options.serverNetworks) === null) return;
  throw invalidField(
    "host",
    t("This is inside a private network. Enter a public server, or ask whoever runs this installation to allow it."),
    "refused_address",
  );
}
