import { Type } from "@sinclair/typebox";
import { action } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, type FieldProblem, invalid } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { hintOf, modeOfKey } from "./rules.ts";
import { paymentGatewayConfigs } from "./schema.ts";

/** The keys of an organization's Stripe account, as they stand sealed in `config_sealed`. */
interface Keys {
  secret_key: string;
  publishable_key: string | null;
  /** What webhooks are signed with; without it payments are found by asking Stripe. */
  webhook_secret: string | null;
}

export interface Gateway extends Keys {
  id: string;
  version: number;
  is_active: boolean;
  is_test_mode: boolean;
}

const purpose = "payment-gateway";

/** The organization's Stripe account with its keys opened, or null while there is none. For our own use, never shown. */
export async function gatewayOf(ctx: Ctx): Promise<Gateway | null> {
  const row = await ctx.db
    .selectFrom("payment_gateway_configs")
    .selectAll()
    .where("provider", "=", "stripe")
    .executeTakeFirst();
  if (row === undefined) return null;
  const keys = JSON.parse(ctx.app.keyring.open(purpose, ctx.tenant.id, row.config_sealed)) as Keys;
  return { id: row.id, version: row.version, is_active: row.is_active, is_test_mode: row.is_test_mode, ...keys };
}

/** Whether invoices can be paid online now. */
export async function takesPayments(ctx: Ctx): Promise<boolean> {
  const row = await ctx.db
    .selectFrom("payment_gateway_configs")
    .select("id")
    .where("provider", "=", "stripe")
    .where("is_active", "=", true)
    .executeTakeFirst();
  return row !== undefined;
}

/** Where Stripe is told to send its events. */
export function webhookUrl(ctx: Ctx): string {
  return `${ctx.tenant.public_url}/hooks/stripe/${ctx.tenant.id}`;
}

/** What may be known of the account outside of this module: of secrets only their last characters. */
export function shownGateway(ctx: Ctx, gateway: Gateway): Record<string, unknown> {
  return {
    provider: "stripe",
    is_active: gateway.is_active,
    is_test_mode: gateway.is_test_mode,
    secret_key_hint: hintOf(gateway.secret_key),
    publishable_key: gateway.publishable_key,
    webhook_secret_hint: hintOf(gateway.webhook_secret),
    webhook_url: webhookUrl(ctx),
    version: gateway.version,
  };
}

interface GatewayInput {
  provider?: "stripe";
  secret_key?: string;
  publishable_key?: string | null;
  webhook_secret?: string | null;
  is_active?: boolean;
  version?: number;
}

const key = Type.String({ minLength: 1, maxLength: 500 });

/** Keeps the keys of the Stripe account; people change them by `changeGateway`. What is left out stays as it is; whether it is test mode follows from the key. */
export const saveGateway = action({
  name: "payments.save_gateway",
  permission: "settings.manage",
  input: Type.Object(
    {
      provider: Type.Optional(Type.Literal("stripe")),
      secret_key: Type.Optional(key),
      publishable_key: Type.Optional(Type.Union([key, Type.Null()])),
      webhook_secret: Type.Optional(Type.Union([key, Type.Null()])),
      is_active: Type.Optional(Type.Boolean()),
      version: Type.Optional(Type.Integer()),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: GatewayInput) => {
    const kept = await gatewayOf(work);
    const keys: Keys = {
      secret_key: input.secret_key?.trim() ?? kept?.secret_key ?? "",
      publishable_key: trimmed(input.publishable_key, kept?.publishable_key),
      webhook_secret: trimmed(input.webhook_secret, kept?.webhook_secret),
    };
    const problems = problemsOf(keys);
    if (problems.length > 0) throw invalid(problems);
    const values = {
      is_active: input.is_active ?? kept?.is_active ?? false,
      is_test_mode: modeOfKey(keys.secret_key) === "test",
      // Sealing gives another text each time, so the same keys are left alone: nothing changed, nothing to audit.
      ...(kept !== null && isSame(keys, kept)
        ? {}
        : { config_sealed: work.app.keyring.seal(purpose, work.tenant.id, JSON.stringify(keys)) }),
    };
    if (kept !== null) return update(work, paymentGatewayConfigs, kept.id, values, input.version);
    return insert(work, paymentGatewayConfigs, { provider: "stripe", config_sealed: "", ...values });
  },
});

function trimmed(given: string | null | undefined, kept: string | null | undefined): string | null {
  return given === undefined ? (kept ?? null) : (given?.trim() ?? null);
}

function isSame(one: Keys, other: Keys): boolean {
  return (
    one.secret_key === other.secret_key &&
    one.publishable_key === other.publishable_key &&
    one.webhook_secret === other.webhook_secret
  );
}

function problemsOf(keys: Keys): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const mode = modeOfKey(keys.secret_key);
  if (mode === null) {
    const isBlank = keys.secret_key === "";
    const message = isBlank
      ? t("The secret key is required.")
      : t("A secret key begins with sk_test_, sk_live_ or rk_.");
    problems.push({ field: "secret_key", code: isBlank ? "required" : "invalid_format", message });
  }
  if (keys.publishable_key !== null && !new RegExp(`^pk_${mode ?? "(test|live)"}_\\w+$`).test(keys.publishable_key)) {
    const message = t("The publishable key begins with pk_{mode}_, as the secret key's mode asks for.", {
      mode: mode ?? "live",
    });
    problems.push({ field: "publishable_key", code: "invalid_format", message });
  }
  if (keys.webhook_secret !== null && !/^whsec_\S+$/.test(keys.webhook_secret)) {
    const message = t("The signing secret of a webhook begins with whsec_.");
    problems.push({ field: "webhook_secret", code: "invalid_format", message });
  }
  return problems;
}

/** The account in use, or a 409 that says that there is none. */
export async function activeGateway(ctx: Ctx): Promise<Gateway> {
  const gateway = await gatewayOf(ctx);
  if (gateway === null || !gateway.is_active) {
    throw conflict(t("Online payment is not switched on."), "gateway_not_configured");
  }
  return gateway;
}
