import { type ContractRow, contractItems, contracts, type ItemRow } from "../modules/contracts/index.ts";
import { newId } from "../platform/ids.ts";
import { amountOf } from "../platform/money.ts";
import type { Calendar } from "./calendar.ts";
import type { Client } from "./clients.ts";
import { type Random, randomOf } from "./random.ts";
import { complete } from "./row.ts";
import type { Size } from "./sizes.ts";

/** What a client has agreed to. */
export interface Agreement {
  client: Client;
  contract: ContractRow;
  items: ItemRow[];
}

type Kind = "managed_services" | "block_hours" | "time_and_materials";

interface Given {
  size: Size;
  seed: number;
  calendar: Calendar;
  clients: readonly Client[];
  tenantId: string;
  /** The number of the last contract there is. */
  lastNumber: number;
}

/** The contracts of the clients, and a draft for each prospect; four of five clients have one. */
export function castAgreements({ size, seed, calendar, clients, tenantId, lastNumber }: Given): Agreement[] {
  const random = randomOf(seed, "contracts");
  const all = clients.reduce((sum, client) => sum + client.weight, 0);
  const made: Agreement[] = [];
  for (const [index, client] of clients.entries()) {
    const isProspect = client.company.status === "prospect";
    if (!isProspect && (client.weight === 0 || (index > 1 && client.to === calendar.today && random.chance(0.2))))
      continue;
    const kind = index === 0 ? "managed_services" : index === 1 ? "block_hours" : random.weighted(kinds);
    const number = lastNumber + made.length + 1;
    const terms = { ...termsOf(random, { size, calendar, client, isProspect, isFirst: index === 0 }), kind, number };
    const contract = contractRow(client, tenantId, terms);
    // What an hour and a half a ticket comes to in a month, so that the hours sold are roughly those needed.
    const hours = Math.max(
      1,
      Math.round(((size.tickets * client.weight) / all / size.months) * 1.2 * (0.75 + random.next() * 0.5)),
    );
    made.push({ client, contract, items: itemsOf(random, { contract, client, hours }) });
  }
  return made;
}

const kinds: readonly (readonly [number, Kind])[] = [
  [66, "managed_services"],
  [20, "block_hours"],
  [14, "time_and_materials"],
];

interface Terms {
  kind: Kind;
  number: number;
  cycle: "monthly" | "quarterly";
  start: string;
  end: string | null;
  status: "draft" | "active" | "expired";
}

function termsOf(
  random: Random,
  given: { size: Size; calendar: Calendar; client: Client; isProspect: boolean; isFirst: boolean },
): Omit<Terms, "kind" | "number"> {
  const { size, calendar, client, isProspect, isFirst } = given;
  const { days, today } = calendar;
  const isOver = client.to < today;
  const cycle = isFirst || random.chance(size.monthly) ? "monthly" : "quarterly";
  // From the first of a month on, now and then from its middle: then the periods are the client's own.
  const joined = Temporal.PlainDate.from(days[isProspect ? today : client.from]?.date ?? calendar.start);
  const first = joined.day === 1 ? joined : joined.with({ day: 1 }).add({ months: 1 });
  const later =
    isProspect || isOver || isFirst
      ? 0
      : random.weighted([
          [8, 0],
          [2, 1],
        ] as const);
  const start = first.add({ months: later, days: isOver || isFirst ? 0 : random.chance(0.15) ? 14 : 0 });
  if (isOver) {
    const end = Temporal.PlainDate.from(days[client.to]?.date ?? calendar.start)
      .with({ day: 1 })
      .subtract({ days: 1 });
    return { cycle, start: start.toString(), end: end.toString(), status: "expired" };
  }
  const end = random.chance(0.7) ? start.add({ months: 36 }).subtract({ days: 1 }).toString() : null;
  return { cycle, start: start.toString(), end, status: isProspect ? "draft" : "active" };
}

const names: Record<Kind, readonly string[]> = {
  managed_services: ["Managed IT", "Managed office", "All-round care"],
  block_hours: ["Support hours", "Block of hours"],
  time_and_materials: ["Support as needed", "Framework agreement"],
};

function contractRow(
  client: Client,
  tenantId: string,
  { kind, number, cycle, start, end, status }: Terms,
): ContractRow {
  const { company, contacts } = client;
  const written = Temporal.PlainDate.from(start).subtract({ days: 9 }).toString();
  const createdAt =
    status === "draft" ? (company.updated_at ?? "") : `${written}T15:04:${String(10 + (number % 50))}.000Z`;
  const name = names[kind][number % names[kind].length] ?? kind;
  return complete(contracts, {
    id: newId(),
    tenant_id: tenantId,
    contract_number: `C-${String(number).padStart(4, "0")}`,
    name,
    company_id: company.id,
    contract_type: kind,
    status,
    start_date: start,
    end_date: end,
    auto_renew: end !== null && status === "active",
    renewal_terms: end === null ? {} : { months: 12 },
    billing_cycle: cycle,
    currency: company.currency,
    signed_date: status === "draft" ? null : written,
    signed_by_contact_id: status === "draft" ? null : (contacts[0]?.id ?? null),
    created_at: createdAt,
    updated_at: createdAt,
  });
}

interface Line {
  name: string;
  description?: string;
  item_type: ItemRow["item_type"];
  quantity: number;
  unit_price: string;
  included_hours?: number;
  overage_rate?: string;
}

function itemsOf(
  random: Random,
  { contract, client, hours }: { contract: ContractRow; client: Client; hours: number },
): ItemRow[] {
  return linesOf(random, contract.contract_type as Kind, client, hours).map((line, index) => {
    const quantity = String(line.quantity);
    return complete(contractItems, {
      id: newId(),
      tenant_id: contract.tenant_id,
      contract_id: contract.id,
      name: line.name,
      description: line.description ?? "",
      item_type: line.item_type,
      quantity,
      unit_price: line.unit_price,
      total_price: amountOf(quantity, line.unit_price, contract.currency),
      currency: contract.currency,
      included_hours: line.included_hours === undefined ? null : String(line.included_hours),
      overage_rate: line.overage_rate ?? null,
      sort_order: index + 1,
      created_at: contract.created_at,
      updated_at: contract.updated_at,
    });
  });
}

function linesOf(random: Random, kind: Kind, client: Client, hours: number): Line[] {
  const seats = Math.max(4, client.contacts.length * random.between(1, 3));
  if (kind === "time_and_materials") {
    return [
      {
        name: "Monitoring",
        description: "Servers and firewall",
        item_type: "recurring_service",
        quantity: random.between(1, 3),
        unit_price: "35",
      },
    ];
  }
  if (kind === "block_hours") {
    return [
      {
        name: "Prepaid support",
        item_type: "block_hours",
        quantity: 1,
        unit_price: String(hours * 110),
        included_hours: hours,
        overage_rate: "130",
      },
    ];
  }
  return [
    {
      name: "Managed workplace",
      description: "Updates, virus scanner, help desk",
      item_type: "recurring_service",
      quantity: seats,
      unit_price: "42",
    },
    {
      name: "Managed server",
      description: "Monitoring and updates",
      item_type: "recurring_service",
      quantity: random.between(1, 4),
      unit_price: "95",
    },
    {
      name: "Backup",
      description: "Daily, kept for 30 days",
      item_type: "recurring_service",
      quantity: random.between(2, 12) * 50,
      unit_price: "0.185",
    },
    { name: "Microsoft 365 Business Premium", item_type: "product", quantity: seats, unit_price: "24.20" },
    {
      name: "Included support",
      item_type: "block_hours",
      quantity: 1,
      unit_price: "0",
      included_hours: hours,
      overage_rate: "115",
    },
  ];
}
