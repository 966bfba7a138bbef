import { describe, expect, test } from "bun:test";
import type { Parsed } from "./field.ts";
import { splitPersonName } from "./person-name.ts";
import {
  amount,
  currency,
  email,
  headerKey,
  instant,
  multiLine,
  oneOf,
  paymentTerms,
  phone,
  singleLine,
  tags,
  website,
  yesOrNo,
} from "./values.ts";

const valueOf = (parsed: Parsed): unknown => (parsed.ok ? parsed.value : `${parsed.severity}: ${parsed.code}`);
const table = (parse: (text: string) => Parsed, cases: Record<string, unknown>): void => {
  for (const [text, expected] of Object.entries(cases)) expect([text, valueOf(parse(text))]).toEqual([text, expected]);
};

describe("cells", () => {
  test("texts lose control characters and stay as they are otherwise, also formulas", () => {
    table(singleLine(40), {
      "PRAIRIE  PRINTING ": "PRAIRIE PRINTING",
      '=HYPERLINK("x")': '=HYPERLINK("x")',
      "a\u0007b": "a b",
      "two\nlines": "two lines",
    });
    expect(valueOf(singleLine(3)("abcd"))).toBe("error: too_long");
    expect(valueOf(multiLine(40)("1 Long Road\t\r\nBuilding 2"))).toBe("1 Long Road \nBuilding 2");
    expect(valueOf(singleLine(9)("Zoe\u0308"))).toBe("Zoë");
  });

  test("e-mail addresses come in lower case", () => {
    table(email, {
      "Ada@Harbor.Example": "ada@harbor.example",
      "mailto:a@b.example": "a@b.example",
      "not an email": "error: invalid_email",
      "a@b": "error: invalid_email",
    });
  });

  test("telephone numbers stay as typed", () => {
    table(phone, {
      "+1 512 555 0139": "+1 512 555 0139",
      "(217)  555-0164": "(217) 555-0164",
      "217-555-0122 x12": "217-555-0122 x12",
      "call me": "error: invalid_phone",
      "12": "error: invalid_phone",
    });
  });

  test("web addresses get their https and are web addresses only", () => {
    table(website, {
      "beaconfarms.example": "https://beaconfarms.example",
      "http://old.example/x": "http://old.example/x",
      "javascript://x.example/%0aalert(1)": "error: invalid_url",
      "javascript:alert(1)": "error: invalid_url",
      "ftp://x.example": "error: invalid_url",
      "no web": "error: invalid_url",
      localhost: "error: invalid_url",
    });
  });

  test("payment terms are known by many names; an unknown one is only a warning", () => {
    table(paymentTerms, {
      "Net 30": "net_30",
      "30": "net_30",
      "30 days": "net_30",
      NET15: "net_15",
      n45: "net_45",
      net_60: "net_60",
      "30 days net": "net_30",
      "Due on receipt": "due_on_receipt",
      "0": "due_on_receipt",
      "Upon Receipt": "due_on_receipt",
      "Net 10": "warning: unknown_payment_terms",
      "when it suits": "warning: unknown_payment_terms",
    });
  });

  test("amounts are exact decimals in either notation", () => {
    table(amount, {
      "175.50": "175.5",
      "125": "125",
      "$1,234.50": "1234.5",
      "1.234,50 €": "1234.5",
      "1,234": "1234",
      "12,5": "12.5",
      "EUR 99": "99",
      "1 234.5": "1234.5",
      "one fifty": "error: invalid_amount",
      "-5": "error: invalid_amount",
      "12,34.5": "error: invalid_amount",
      "1,23,4": "error: invalid_amount",
      "1.2.3": "error: invalid_amount",
      "1e5": "error: invalid_amount",
    });
  });

  test("currencies, booleans, choices and tags", () => {
    table(currency, { usd: "USD", EUR: "EUR", XXXX: "error: invalid_currency" });
    table(yesOrNo, { TRUE: true, no: false, "1": true, maybe: "error: invalid_boolean" });
    // What a German spreadsheet makes of our own export.
    table(yesOrNo, { WAHR: true, FALSCH: false, Ja: true, nein: false });
    table(oneOf({ client: ["customer"], vendor: [] }), {
      Customer: "client",
      vendor: "vendor",
      friend: "error: invalid_choice",
    });
    table(tags, { "VIP, retail;VIP": ["VIP", "retail"] });
  });

  test("instants come as UTC", () => {
    table(instant, {
      "2024-03-01 10:11:12 -0500": "2024-03-01T15:11:12.000Z",
      "2024-03-01T10:11:12.5+02:00": "2024-03-01T08:11:12.500Z",
      "2024-03-01 10:11": "2024-03-01T10:11:00.000Z",
      "2024-03-01 10:11:12 UTC": "2024-03-01T10:11:12.000Z",
      "2026-10-01": "2026-10-01T00:00:00.000Z",
      "2024-02-31": "warning: invalid_instant",
      "03/04/2024": "warning: invalid_instant",
    });
  });

  test("headers compare by letters and digits", () => {
    expect(["Zip Code", "zip_code", "ZIP-CODE", " Zip Còde "].map(headerKey)).toEqual(Array(4).fill("zipcode"));
  });
});

test("names of people fall into first and last name", () => {
  const cases: Record<string, [string, string]> = {
    "João Smith": ["João", "Smith"],
    "Hiro van-der-Berg": ["Hiro", "van-der-Berg"],
    "Ana de la Cruz": ["Ana", "de la Cruz"],
    "Juan Carlos de la Cruz": ["Juan Carlos", "de la Cruz"],
    "Mary Ann Lind": ["Mary Ann", "Lind"],
    "Robert De Niro": ["Robert", "De Niro"],
    "Nguyen Van An": ["Nguyen Van", "An"],
    "Smith, John": ["John", "Smith"],
    "John Smith, Jr.": ["John", "Smith, Jr."],
    "John Smith Jr.": ["John", "Smith Jr."],
    Cher: ["Cher", ""],
    "  Zoë   Xu ": ["Zoë", "Xu"],
  };
  for (const [name, [first_name, last_name]] of Object.entries(cases)) {
    expect([name, splitPersonName(name)]).toEqual([name, { first_name, last_name }]);
  }
});
