import { signedIn, type Visitor } from "../visitor.ts";
import { person } from "../started.ts";
import type { Chance } from "./chance.ts";
import type { Deed, DeedKind, Ledger } from "./ledger.ts";
import { ask, documentOf, firstMonth, lastMonth, type Stage } from "./stage.ts";
import type { Till } from "./payments.ts";

/** Twenty clients that write without a pause; each remembers what it has not been answered, and asks for it again. */
export interface Crowd {
  /** Lets everybody work until `isOver` says so; then every request comes to its end, answered or not. */
  work(isOver: () => boolean): Promise<void>;
  /** Only repeats what is still open, until all is answered. */
  finish(): Promise<void>;
}

const retryMs = 400;
/** Nobody begins anything new while so much is still open. */
const mostOpen = 5;
/** Deeds that do nothing the second time, so a refusal may mean that there was nothing to do (any more). */
const mayBeRefused = new Set<DeedKind>(["time_invoice", "batch", "card"]);

export function gather(stage: Stage, ledger: Ledger, till: Till, count: number, luck: Chance): Crowd {
  let browser: Promise<Visitor> | null = null;
  const atThePage = (): Promise<Visitor> => {
    browser ??= signedIn(stage.one.url, person).catch((error: unknown) => {
      browser = null;
      throw error;
    });
    return browser;
  };
  const clients = Array.from({ length: count }, (_, number) =>
    newClient(stage, ledger, till, atThePage, number + 1, luck.of(`client ${number}`)),
  );
  return {
    work: async (isOver) => {
      await Promise.all(clients.map((client) => client.work(isOver)));
    },
    finish: async () => {
      await Promise.all(clients.map((client) => client.finish()));
    },
  };
}

function newClient(
  stage: Stage,
  ledger: Ledger,
  till: Till,
  atThePage: () => Promise<Visitor>,
  number: number,
  luck: Chance,
) {
  const mine: Deed[] = [];
  const tickets: { id: string; companyId: string }[] = [];
  let made = 0;

  const add = (given: Parameters<Ledger["add"]>[0]): Deed => {
    const deed = ledger.add(given);
    mine.push(deed);
    return deed;
  };
  const markerOf = (kind: DeedKind): string => `crash-${kind}-${number}-${(made += 1)}`;

  /** Chooses something new to do. */
  const next = (): Deed => {
    const company = luck.pick(stage.companies);
    const ticket = tickets.length === 0 ? null : luck.pick(tickets.slice(-10));
    const kind = luck.pick<DeedKind>([
      ...(ticket === null
        ? []
        : (["note", "note", "time", "time", "file", ...(number <= 4 ? (["reply", "reply"] as const) : [])] as const)),
      "ticket",
      "ticket",
      "invoice",
      "time_invoice",
      ...(number === 1 ? (["batch"] as const) : []),
    ]);
    const marker = markerOf(kind);
    const onTicket = `/tickets/${ticket?.id}`;
    switch (kind) {
      case "note":
        return add({
          kind,
          marker,
          path: `${onTicket}/notes`,
          body: documentOf("ticket_notes", {
            note_type: luck.pick(["public", "internal"]),
            content: `Looked into it: ${marker}`,
          }),
        });
      case "time":
        return add({
          kind,
          marker,
          path: "/time-entries",
          body: documentOf("time_entries", {
            ticket_id: ticket?.id,
            work_type_id: stage.workTypeId,
            duration_minutes: luck.between(5, 120),
            notes: marker,
          }),
        });
      case "file": {
        const content = Buffer.from(`${marker} `.repeat(luck.between(10, 3000))).toString("base64");
        return add({
          kind,
          marker,
          path: `${onTicket}/attachments`,
          body: documentOf("ticket_attachments", { file_name: `${marker}.txt`, content }),
        });
      }
      case "reply":
        return add({ kind, marker, path: `${onTicket}/reply`, body: null });
      case "invoice":
        return add({
          kind,
          marker,
          path: "/invoices",
          body: documentOf("invoices", {
            company_id: company.id,
            po_number: marker,
            lines: Array.from({ length: luck.between(1, 4) }, (_, line) => ({
              line_type: "service",
              description: `Work ${line}`,
              quantity: String(luck.between(1, 9)),
              unit_price: `${luck.between(1, 400)}.${luck.between(10, 99)}`,
            })),
          }),
          whenDone: (deed) => issue(deed.id ?? ""),
        });
      case "time_invoice":
        return add({
          kind,
          marker,
          path: "/invoices/generate/from-time-entries",
          body: documentOf("invoices", { company_id: company.id, from: "2020-01-01", to: "2099-12-31" }),
          whenDone: (deed) => issue(deed.id ?? ""),
        });
      case "batch": {
        const months = firstMonth.until(lastMonth, { largestUnit: "months" }).months;
        const month = firstMonth.add({ months: luck.between(0, months) }).toString();
        return add({
          kind,
          marker: `${marker}-${month}`,
          path: "/invoices/generate/batch",
          body: documentOf("invoice_batches", { month }),
        });
      }
      default:
        return add({
          kind: "ticket",
          marker,
          path: "/tickets",
          body: documentOf("tickets", {
            title: `Printer on fire ${marker}`,
            company_id: company.id,
            contact_id: company.contactId,
          }),
          whenDone: (deed) => deed.id !== null && tickets.push({ id: deed.id, companyId: company.id }),
        });
    }
  };

  /** What follows an invoice: its number, its mail, its money. */
  const issue = (invoiceId: string): void => {
    if (invoiceId === "") return;
    const verb = (kind: "approve" | "send", then: () => void): Deed =>
      add({ kind, marker: `${kind} ${invoiceId}`, path: `/invoices/${invoiceId}/${kind}`, body: null, whenDone: then });
    verb("approve", () => verb("send", () => (luck.between(0, 1) === 0 ? byCard(invoiceId) : byCheck(invoiceId))));
  };
  const byCheck = (invoice_id: string): Deed => {
    const marker = markerOf("check");
    return add({
      kind: "check",
      marker,
      path: "/payments",
      body: documentOf("payments", { invoice_id, amount: "1.00", payment_method: "check", reference_number: marker }),
    });
  };
  const byCard = (invoice_id: string): Deed =>
    add({
      kind: "card",
      marker: `card ${invoice_id}`,
      path: "/payments/process-card",
      body: documentOf("checkout_sessions", { invoice_id }),
      whenDone: () => till.pay(invoice_id),
    });

  /** Sends a deed once and writes down what became of it. */
  const attempt = async (deed: Deed): Promise<void> => {
    deed.attempts += 1;
    ledger.requests += 1;
    if (deed.kind === "reply") return replyByPage(deed);
    let status: number;
    let text: string;
    try {
      const answer = await ask(stage.one.url, stage.key, "POST", deed.path, deed.body, { "idempotency-key": deed.key });
      // Only the whole answer counts.
      [status, text] = [answer.status, await answer.text()];
      if (text === "") throw new Error("half an answer");
    } catch {
      deed.notBefore = performance.now() + retryMs;
      return;
    }
    settle(deed, status, text);
  };

  const settle = (deed: Deed, status: number, text: string): void => {
    const said = JSON.parse(text) as { data?: { id?: string }; errors?: { code: string }[] };
    const code = said.errors?.[0]?.code ?? "";
    if (status < 300) {
      deed.state = "done";
      deed.id = said.data?.id ?? null;
      deed.doneAt = new Date().toISOString();
      deed.whenDone?.(deed);
    } else if (status === 409 && code === "answer_lost") deed.state = "lost";
    else if (status === 503 || code === "request_in_progress") deed.notBefore = performance.now() + retryMs;
    else {
      deed.state = "refused";
      const reason = `${deed.kind} ${code}`;
      ledger.refusals.set(reason, (ledger.refusals.get(reason) ?? 0) + 1);
      if (!mayBeRefused.has(deed.kind) || status >= 500)
        ledger.unexpected.push(`${deed.kind} ${deed.path}: ${status} ${text}`);
    }
  };

  /** Somebody at the page: what is not answered is not sent again, since forms know no Idempotency-Key. */
  const replyByPage = async (deed: Deed): Promise<void> => {
    try {
      const somebody = await atThePage();
      await somebody.open(deed.path.replace(/\/reply$/, ""));
      deed.state = "dropped";
      const page = await somebody.submit(deed.path, {
        content: `Done: ${deed.marker}`,
        duration: "15",
        work_type_id: stage.workTypeId,
        note_type: "public",
      });
      if (page.status === 200 && page.html.includes(deed.marker)) deed.state = "done";
      else if (page.status !== 503)
        ledger.unexpected.push(`reply ${deed.marker}: ${page.status} ${page.text.slice(0, 400)}`);
    } catch {
      deed.state = "dropped";
    }
  };

  const due = (): Deed | undefined => {
    const now = performance.now();
    for (let at = 0; at < mine.length; at += 1) if (mine[at]?.state !== "open") mine.splice(at--, 1);
    return mine.find((deed) => deed.notBefore <= now);
  };

  return {
    work: async (isOver: () => boolean): Promise<void> => {
      while (!isOver()) {
        const deed = due() ?? (mine.length < mostOpen ? next() : null);
        if (deed === null) await Bun.sleep(20);
        else await attempt(deed);
      }
    },
    finish: async (): Promise<void> => {
      for (let deed = due(); mine.length > 0; deed = due()) {
        if (deed === undefined) await Bun.sleep(50);
        else await attempt(deed);
      }
    },
  };
}
