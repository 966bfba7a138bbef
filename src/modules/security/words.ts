import { t } from "../../platform/language/index.ts";
import type { AlertKind } from "./schema.ts";

type Values = Record<string, unknown> | null;

export const actionTones: Readonly<Record<string, string>> = {
  create: "success",
  update: "info",
  delete: "error",
  view: "neutral",
  login: "neutral",
  logout: "neutral",
  export: "accent",
};

/** An alert in one sentence. */
export function alertTitle(alert: { alert_kind: AlertKind; subject_name: string; details: Values }): string {
  const name = alert.subject_name;
  switch (alert.alert_kind) {
    case "new_device":
      return t("{name} signed in on a new device", { name });
    case "many_failures":
      return t("{count, plural, one {# failed sign-in} other {# failed sign-ins}} for {name}", {
        count: Number(alert.details?.["count"] ?? 1),
        name,
      });
    case "key_from_new_address":
      return t("The key {name} was used from a new address", { name });
    case "key_refused_at_address":
      return t("The key {name} was refused at an address that it may not be used from", { name });
    case "role_raised":
      return t("{name} was given more rights", { name });
    case "refresh_token_reused":
      return alert.details?.["client_id"] === undefined
        ? t("A refresh token of {name} was used twice", { name })
        : t("A token of the app {name} was used twice", { name });
    case "second_factor_reset":
      return t("The second factors of {name} were taken away", { name });
  }
}
