import { describe, expect, test } from "bun:test";
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { brandTones } from "../../../platform/brand.ts";
import { isDrawable } from "../../../platform/pdf/image.ts";
import { pdfText } from "../../../../tests/support/pdf.ts";
import { invoicePdf } from "./invoice.ts";
import type { InvoicePdfModel, PdfLine } from "./model.ts";

/** A PNG of 40 by 10 pixels, all of one colour. */
function png(colourType: 2 | 6): Uint8Array {
  const [width, height, channels] = [40, 10, colourType === 6 ? 4 : 3];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType], 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const pixels = deflateSync(Buffer.alloc(height * (1 + width * channels)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]),
  );
}

const line = (description: string, more: Partial<PdfLine> = {}): PdfLine => ({
  description,
  quantity: "1.5",
  is_hours: true,
  unit_price: "100",
  total: 15_000,
  ...more,
});

function model(more: Partial<InvoicePdfModel> = {}): InvoicePdfModel {
  return {
    issued_at: "2026-12-01T09:30:00.000Z",
    locale: "en-US",
    currency: "USD",
    letterhead: {
      logo: png(6),
      name: "Harbor IT",
      address: { line1: "18 Wharf Street", city: "Portland", region: "ME", postal_code: "04101", country: "US" },
      contact: ["billing@harbor.example"],
      tax_id: "12-3456789",
      bank_details: "First Coastal Bank\nAccount 0009 8765 4321",
    },
    bill_to: {
      name: "Łukaszewski & Fils",
      attention: "Thu Nguyễn",
      address: { line1: "400 Grande Allée", city: "Québec", region: "QC", postal_code: "G1R 2J5", country: "Canada" },
      tax_id: null,
    },
    status: "sent",
    invoice_number: "INV-000123",
    invoice_date: "2026-12-01",
    due_date: "2026-12-31",
    po_number: "PO-77120",
    lines: [
      line("Managed office, November 2026", { quantity: "1", is_hours: false, unit_price: "1200", total: 120_000 }),
      line("Cloud storage, per GB", { quantity: "18540", is_hours: false, unit_price: "0.0035", total: 6489 }),
    ],
    subtotal: 126_489,
    discount_amount: 5000,
    taxes: [{ name: "Sales tax", rate: "8.250", taxable_amount: 121_489, tax_amount: 10_023 }],
    is_tax_exempt: false,
    total: 131_512,
    amount_paid: 50_000,
    balance_due: 81_512,
    payment_url: "https://portal.harbor.example/invoices/123",
    notes: "Thank you.\nSee you in spring.",
    time: [],
    ...more,
  };
}

/** The text of the pages, runs of blanks as one. */
async function pagesOf(invoice: InvoicePdfModel): Promise<string[]> {
  const text = await pdfText(await invoicePdf(invoice));
  return text
    .split("\f")
    .slice(0, -1)
    .map((page) => page.replace(/[^\S\n]+/g, " "));
}

/** The colours that a document fills areas and letters with, as `#rrggbb`. */
async function coloursOf(invoice: InvoicePdfModel): Promise<Set<string>> {
  const bytes = Buffer.from(await invoicePdf(invoice));
  const drawn = [...bytes.toString("latin1").matchAll(/\/FlateDecode\n>>\nstream\n([^]*?)\nendstream/g)].map(
    ([, packed = ""]) => inflateSync(Buffer.from(packed, "latin1")).toString("latin1"),
  );
  const hex = (share: string): string =>
    Math.round(Number(share) * 255)
      .toString(16)
      .padStart(2, "0");
  return new Set(
    [...drawn.join("\n").matchAll(/([\d.]+) ([\d.]+) ([\d.]+) scn/g)].map(
      ([, red = "", green = "", blue = ""]) => `#${hex(red)}${hex(green)}${hex(blue)}`,
    ),
  );
}

const paperOf = async (invoice: InvoicePdfModel): Promise<string> =>
  /MediaBox \[0 0 [\d. ]+\]/.exec(Buffer.from(await invoicePdf(invoice)).toString("latin1"))?.[0] ?? "";

describe("an invoice as a PDF", () => {
  test("shows who sends it to whom, what for, and how to pay", async () => {
    const [page = ""] = await pagesOf(model());
    for (const part of [
      "Harbor IT",
      "18 Wharf Street",
      "Portland, ME 04101",
      "Tax ID 12-3456789",
      "INV-000123",
      "Invoice date Dec 1, 2026",
      "Due date Dec 31, 2026",
      "PO number PO-77120",
      "Managed office, November 2026 1 $1,200.00 $1,200.00",
      "Cloud storage, per GB 18,540 $0.0035 $64.89",
      "Subtotal $1,264.89",
      "−$50.00",
      "Sales tax 8.25% on $1,214.89 $100.23",
      "$1,315.12",
      "−$500.00",
      "Balance due $815.12 USD",
      "https://portal.harbor.example/invoices/123",
      "Account 0009 8765 4321",
      "See you in spring.",
      "Page 1 of 1",
    ]) {
      expect(page).toContain(part);
    }
  });

  test("is in the language of its locale, in words, dates and numbers", async () => {
    const [page = ""] = await pagesOf(model({ currency: "EUR", locale: "de-DE" }));
    for (const part of ["Rechnung", "Rechnungsdatum", "Zwischensumme", "Offener Betrag", "Seite 1 von"])
      expect(page).toContain(part);
    expect(page).not.toContain("Balance due");
  });

  test("prints names and signs of all of Europe and Vietnam", async () => {
    const [page = ""] = await pagesOf(model({ currency: "EUR", locale: "de-DE" }));
    for (const part of ["Łukaszewski & Fils", "Québec", "Thu Nguyễn", "1.200,00 €", "Offener Betrag 815,12 €\n"]) {
      expect(page).toContain(part);
    }
  });

  test("has the same bytes at any time, with and without a logo", async () => {
    const invoices = [png(6), png(2), null].map((logo) => model({ letterhead: { ...model().letterhead, logo } }));
    const first = await Promise.all(invoices.map(invoicePdf));
    await Bun.sleep(1100);
    for (const [index, invoice] of invoices.entries()) {
      expect(Buffer.from(first[index] ?? []).equals(await invoicePdf(invoice))).toBe(true);
    }
  });

  test("goes over pages with the heading on each and every line on exactly one", async () => {
    const lines = Array.from({ length: 60 }, (_, index) =>
      line(`Line ${index + 1}: ${"work on the network ".repeat(index % 9)}`),
    );
    const pages = await pagesOf(model({ lines }));
    expect(pages.length).toBeGreaterThan(2);
    pages.forEach((page, index) => {
      expect(page.includes("Description Quantity Unit price Amount")).toBe(/Line \d+:/.test(page));
      expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    });
    for (let number = 1; number <= 60; number++) {
      expect(pages.filter((page) => page.includes(`Line ${number}:`))).toHaveLength(1);
    }
    expect(pages.filter((page) => page.includes("Balance due"))).toHaveLength(1);
  });

  test("never has its sums on a page without a line", async () => {
    const breaks = new Set<number>();
    for (const count of [4, 8, 12, 14, 15, 16]) {
      const lines = Array.from({ length: count }, (_, index) => line(`Line ${index + 1}`));
      const pages = await pagesOf(model({ lines, notes: null }));
      breaks.add(pages.length);
      expect(pages.find((page) => page.includes("Balance due"))).toContain(`Line ${count} `);
    }
    expect(breaks).toEqual(new Set([1, 2]));
    const long = Array.from({ length: 1500 }, (_, index) => `word${index}`).join(" ");
    const pages = await pagesOf(model({ lines: [line(long)] }));
    expect(pages.find((page) => page.includes("Balance due"))).toContain("word1499");
  });

  test("says at the foot of each page what the organization says on all, apart from the notes", async () => {
    const footer = "Managing director: Ada Brandt\nCourt of Portland, 4711";
    const lines = Array.from({ length: 60 }, (_, index) => line(`Line ${index + 1}`));
    const pages = await pagesOf(model({ lines, footer, notes: null }));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) {
      expect(page).not.toContain("Notes");
      expect(page.indexOf("Court of Portland, 4711")).toBeGreaterThan(page.lastIndexOf("Line "));
      expect(page.trimEnd()).toMatch(
        /Managing director: Ada Brandt\s+Court of Portland, 4711\s+Harbor IT[^\n]*Page \d+ of \d+$/,
      );
    }
    const [both = ""] = await pagesOf(model({ footer }));
    expect(both).toMatch(/Notes\s+Thank you\.\s+See you in spring\.[^]*Managing director/);
  });

  test("lets a very long foot run on, so that the page keeps its room", async () => {
    const footer = Array.from({ length: 120 }, (_, index) => `term ${index}`).join("\n");
    const pages = await pagesOf(model({ footer }));
    expect(pages).toHaveLength(1);
    for (const part of ["term 0 · term 1", "term 119", "Balance due"]) expect(pages[0]).toContain(part);
  });

  test.each(["#7a1fa2", "#ffee00", "#ffffff", null])(
    "wears the brand's colour %s, with words that can be read on it",
    async (color) => {
      const colours = await coloursOf(model({ letterhead: { ...model().letterhead, logo: null, color } }));
      const { primary, content } = brandTones(color ?? "#0b5e87").light;
      expect([...colours]).toEqual(expect.arrayContaining([primary, content]));
    },
  );

  test("that was approved before colour and foot were kept is drawn without them", async () => {
    const { footer: _, ...before } = model();
    const [page = ""] = await pagesOf(before);
    expect(page).toContain("Balance due");
  });

  test("goes on with a description that is longer than a page, and breaks a word that is wider than its column", async () => {
    const long = Array.from({ length: 1500 }, (_, index) => `word${index}`).join(" ");
    const pages = await pagesOf(model({ lines: [line(long), line("x".repeat(300)), line("Last")] }));
    const all = pages.join("\n");
    for (const word of ["word0", "word749", "word1499", "Last"]) expect(all).toContain(word);
    expect(all.replace(/[^x]/g, "").length).toBeGreaterThanOrEqual(300);
  });

  test("without any line still has its heading and totals", async () => {
    const empty = { lines: [], subtotal: 0, discount_amount: 0, taxes: [], total: 0, amount_paid: 0, balance_due: 0 };
    const [page = ""] = await pagesOf(model(empty));
    expect(page).toContain("Description");
    expect(page).toContain("Balance due $0.00");
    expect(page).not.toContain("Pay online");
  });

  test("says when it is a draft, void or paid, and then asks for no money", async () => {
    const [draft = ""] = await pagesOf(model({ status: "draft", invoice_number: null }));
    expect(draft).toContain("Draft, not an invoice yet");
    expect(draft).not.toContain("Pay online");
    const [voided = ""] = await pagesOf(model({ status: "void" }));
    expect(voided).toContain("Void");
    expect(voided).not.toContain("Bank details");
    expect(voided).not.toContain("Balance due");
    const [paid = ""] = await pagesOf(model({ status: "paid", amount_paid: 131_512, balance_due: 0 }));
    expect(paid).toContain("Paid");
    expect(paid).not.toContain("Pay online");
  });

  test("of an exempt company says so", async () => {
    const [page = ""] = await pagesOf(model({ is_tax_exempt: true, taxes: [] }));
    expect(page).toContain("Tax exempt $0.00");
  });

  test("has the time behind it below, or on a new page where only a little of it would fit", async () => {
    const entry = {
      date: "2026-11-10",
      ticket: "#1042 Printer jams",
      technician: "Ada Brandt",
      notes: "Replaced the roller.",
      minutes: 90,
    };
    const time = [entry, { ...entry, ticket: null, technician: null, minutes: 50 }];
    const lines = Array.from({ length: 12 }, (_, index) => line(`Line ${index + 1}`));
    expect(await pagesOf(model({ time, notes: null }))).toHaveLength(1);
    const pages = await pagesOf(model({ time, lines }));
    expect(pages).toHaveLength(2);
    expect(pages[0]).not.toContain("Time details");
    for (const part of [
      "Time details",
      "Nov 10, 2026",
      "#1042 Printer jams",
      "Replaced the roller.",
      "Ada Brandt",
      "1.50",
      "0.83",
      "Total hours 2.33",
    ]) {
      expect(pages[1]).toContain(part);
    }
  });

  test("is Letter in America and A4 elsewhere", async () => {
    expect(await paperOf(model())).toBe("MediaBox [0 0 612 792]");
    const german = { ...model().letterhead, address: { city: "Lübeck", country: "Germany" } };
    expect(await paperOf(model({ letterhead: german }))).toBe("MediaBox [0 0 595.28 841.89]");
  });

  test("goes without a logo that cannot be drawn", async () => {
    const whole = png(6);
    const broken = whole.slice();
    broken.fill(0, 45, 55);
    for (const logo of [
      new Uint8Array(),
      new TextEncoder().encode("<svg/>"),
      whole.slice(0, 60),
      broken,
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]),
    ]) {
      expect(isDrawable(logo)).toBe(false);
      const [page = ""] = await pagesOf(model({ letterhead: { ...model().letterhead, logo } }));
      expect(page).toContain("Harbor IT");
    }
    expect([isDrawable(whole), isDrawable(png(2))]).toEqual([true, true]);
  });
});
