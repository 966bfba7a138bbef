import { type Installation, newInstallation } from "../installation.ts";
import { person } from "../started.ts";
import { startSmtpServer, type TestSmtpServer } from "../smtp.ts";
import { startStripe, type StripeStandIn } from "../stripe.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./receiver.ts";

/** An installation with everything around it, and clients' companies to work for. */
export interface Stage {
  one: Installation;
  key: string;
  tenantId: string;
  smtp: TestSmtpServer;
  stripe: StripeStandIn;
  receiver: WebhookReceiver;
  companies: { id: string; contactId: string }[];
  workTypeId: string;
  close(): Promise<void>;
}

const months = 24;
/** The first month that invoice runs may bill; contracts begin there. */
export const firstMonth = new Temporal.PlainYearMonth(2024, 1);
export const lastMonth = firstMonth.add({ months: months - 1 });

/** Sends a JSON:API request as the administrator of the stage. */
export function ask(
  url: string,
  key: string,
  method: string,
  path: string,
  body: object | null = null,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === null ? {} : { "content-type": "application/vnd.api+json" }),
      ...headers,
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
}

export const documentOf = (type: string, attributes: object): object => ({ data: { type, attributes } });

export async function setStage(
  given: { dataDir?: string; env?: Record<string, string>; postgres?: string; companies?: number } = {},
): Promise<Stage> {
  const smtp = await startSmtpServer();
  const stripe = startStripe();
  const receiver = startWebhookReceiver();
  const one = await newInstallation({
    env: {
      PURSER_STRIPE_API_BASE: stripe.url,
      PURSER_WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8",
      PURSER_LOG_FORMAT: "json",
      // It is not what is tried here.
      PURSER_API_REQUESTS_PER_MINUTE: "0",
      ...(MULTI_TENANT ? { PURSER_TENANT_REQUESTS_PER_MINUTE: "0" } : {}),
      ...given.env,
    },
    ...(given.dataDir === undefined ? {} : { dataDir: given.dataDir }),
    ...(given.postgres === undefined ? {} : { postgres: given.postgres }),
  });
  const key = await one.firstKey(person);
  const tenantId =
    /^pk_([0-9a-f]{32})_/.exec(key)?.[1]?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") ?? "";
  const server = await one.start();
  const send = async (method: string, path: string, type: string, attributes: object): Promise<string> => {
    const answer = await ask(one.url, key, method, path, type === "" ? null : documentOf(type, attributes));
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? "" : String((JSON.parse(text) as { data: { id: string } }).data.id);
  };
  await send("PUT", "/mail-settings", "mail_settings", {
    host: "127.0.0.1",
    port: smtp.port,
    security: "none",
    from_name: "Harbor IT",
    from_address: "desk@harbor.example",
  });
  await send("PUT", "/payment-gateway/config", "payment_gateway_configs", {
    secret_key: stripe.secretKey,
    webhook_secret: stripe.webhookSecret,
    is_active: true,
  });
  await send("POST", "/webhook-endpoints", "webhook_endpoints", { url: receiver.url, is_all_events: true });
  const workTypeId = await send("POST", "/work-types", "work_types", {
    name: "Remote support",
    default_billable: true,
  });
  await send("POST", "/rate-cards", "rate_cards", {
    name: "Standard",
    is_default: true,
    rates: { [workTypeId]: "120" },
  });
  await send("POST", "/tax-rates", "tax_rates", { name: "VAT", rate: "20", is_default: true });
  const companies: Stage["companies"] = [];
  for (let number = 1; number <= (given.companies ?? 6); number += 1) {
    const id = await send("POST", "/companies", "companies", { name: `Client ${number}` });
    const contactId = await send("POST", "/contacts", "contacts", {
      company_id: id,
      first_name: "Bea",
      last_name: `Books ${number}`,
      email: `bea@client${number}.example`,
      contact_type: "billing",
    });
    companies.push({ id, contactId });
    // The time of the others is billed by the hour.
    if (number % 2 === 0) continue;
    const contract = await send("POST", "/contracts", "contracts", {
      name: "Managed office",
      company_id: id,
      contract_type: "managed_services",
      start_date: firstMonth.toPlainDate({ day: 1 }).toString(),
      billing_cycle: "monthly",
      billing_amount: "450.00",
    });
    await send("POST", `/contracts/${contract}/activate`, "", {});
  }
  await server.stop();
  return {
    one,
    key,
    tenantId,
    smtp,
    stripe,
    receiver,
    companies,
    workTypeId,
    close: async () => {
      await smtp.stop();
      await stripe.stop();
      await receiver.stop();
      await one.close();
    },
  };
}
