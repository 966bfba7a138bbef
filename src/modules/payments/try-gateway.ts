import { type Ctx, reading } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import type { TrialResult } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { gatewayOf } from "./config.ts";
import { stripeClient, wordsOf } from "./gateway.ts";
import { modeOfKey } from "./rules.ts";

/** Asks Stripe whose key it is: the one given, or the one that is kept. Nothing is saved and nothing is charged. */
export async function tryGateway(ctx: Ctx, givenKey = ""): Promise<TrialResult> {
  const key = givenKey.trim() === "" ? ((await reading(ctx, gatewayOf))?.secret_key ?? "") : givenKey.trim();
  const mode = modeOfKey(key);
  if (mode === null)
    throw invalidField("secret_key", t("Enter a secret key that begins with sk_test_, sk_live_ or rk_."));
  try {
    const account = await stripeClient(ctx.app, key).accounts.retrieveCurrent();
    const name =
      account.settings?.dashboard.display_name ?? account.business_profile?.name ?? account.email ?? account.id;
    return {
      is_ok: account.charges_enabled,
      title: account.charges_enabled
        ? mode === "test"
          ? t("Stripe knows this key: it belongs to {name}, in test mode: no real money moves.", { name })
          : t("Stripe knows this key: it belongs to {name}.", { name })
        : t(
            "Stripe knows this key of {name}, but the account may not take payments yet. Finish its activation at Stripe.",
            { name },
          ),
      answer: [
        t("Account: {id}", { id: account.id }),
        t("Name: {name}", { name }),
        t("Country: {country}", { country: account.country ?? "–" }),
        t("Currency: {currency}", { currency: account.default_currency?.toUpperCase() ?? "–" }),
        account.charges_enabled ? t("Takes payments: yes") : t("Takes payments: no"),
      ].join("\n"),
    };
  } catch (error) {
    return { is_ok: false, title: t("Stripe did not accept this key."), answer: wordsOf(error) };
  }
}
