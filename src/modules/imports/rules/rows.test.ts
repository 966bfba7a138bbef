import { describe, expect, test } from "bun:test";
import { type CsvFile, readCsv } from "../../../platform/csv/read.ts";
import { nameKey } from "../../companies/index.ts";
import {
  companyParts,
  contactParts,
  importTargets,
  type Lookups,
  matchHeaders,
  planRow,
  type ReadRows,
  readRows,
} from "./index.ts";

async function fixture(name: string): Promise<CsvFile> {
  return read(await Bun.file(`tests/fixtures/import/${name}`).bytes());
}

async function read(input: Uint8Array | string): Promise<CsvFile> {
  const file = await readCsv(typeof input === "string" ? new TextEncoder().encode(input) : input);
  if (!file.ok) throw new Error(file.reason);
  return file;
}

function rowsOf(file: CsvFile, target: "companies" | "contacts", lookups: Lookups = {}): ReadRows {
  return readRows(file, matchHeaders(file.headers, importTargets[target]).mapping, importTargets[target], lookups);
}

const listed = (rows: ReadRows): (string | number | null)[][] =>
  rows.problems.map(({ line, column, code }) => [line, column, code]);
const onLine = (rows: ReadRows, line: number): ReadRows["rows"][number]["values"] => {
  const row = rows.rows.find((one) => one.line === line);
  if (!row) throw new Error(`no row on line ${line}`);
  return row.values;
};

describe("ITFlow's clients", () => {
  test("come in, except four rows, each with line, column and reason", async () => {
    const rows = rowsOf(await fixture("itflow-clients.csv"), "companies");
    expect([rows.good, rows.bad]).toEqual([60, 4]);
    expect(listed(rows)).toEqual([
      [64, "Client Name", "duplicate_in_file"],
      [65, "Client Name", "duplicate_in_file"],
      [66, "Client Name", "missing_name"],
      [67, "Contact Email", "invalid_email"],
      [67, "Hourly Rate", "invalid_amount"],
    ]);
    expect(rows.problems.map((one) => one.message)).toEqual([
      "The name is the same as on line 5, so this row is not imported.",
      "The name is the same as on line 7, so this row is not imported.",
      "The company has no name.",
      '"not an email" is not an e-mail address such as name@example.com.',
      '"one fifty" is not an amount such as 150.00.',
    ]);
  });

  test("become a company, a site and a contact", async () => {
    const rows = rowsOf(await fixture("itflow-clients.csv"), "companies");
    expect(companyParts(onLine(rows, 6))).toEqual({
      company: {
        name: "Lakeview Machine Works",
        industry: "Machine Works",
        website: "https://lakeviewmachineworks.example",
        phone: "+1 512 555 0119",
        currency: "USD",
        payment_terms: "due_on_receipt",
        address: { line1: "248 ul. Piotrkowska", city: "Dublin", postal_code: "D02 XY45", country: "Ireland" },
      },
      site: {
        name: "Main office",
        is_primary: true,
        phone: "+1 512 555 0119",
        address: { line1: "248 ul. Piotrkowska", city: "Dublin", postal_code: "D02 XY45", country: "Ireland" },
      },
      contact: {
        contact_type: "primary",
        first_name: "Wanjiru",
        last_name: "Łukaszewski",
        title: "IT Lead",
        email: "wanjiru.ukaszewski@lakeviewmachineworks.example",
        phone: "217-555-0122 ext. 12",
        mobile: "+1 512 555 0179",
      },
      tags: null,
      external_id: null,
      extra: { hourly_rate: "150", abbreviation: "LMW" },
    });
    expect(onLine(rows, 9).name).toBe('Mill "The Old" Bakery, Inc.');
    expect(onLine(rows, 14).industry).toBe('=HYPERLINK("http://evil.example","x")');
    expect(companyParts(onLine(rows, 22)).company.address).toMatchObject({
      line1: "1 Long Road",
      line2: "Building 2, Suite 300",
    });
    expect(companyParts(onLine(rows, 3)).extra).toEqual({ referral_source: "Trade show", abbreviation: "JI" });
  });

  test("change nothing when they come again", async () => {
    for (const row of rowsOf(await fixture("itflow-clients.csv"), "companies").rows.filter((one) => one.is_good)) {
      const { company, contact } = companyParts(row.values);
      for (const mode of ["fill_blanks", "overwrite"] as const) {
        expect(planRow(company, { id: "1", ...company }, mode)).toEqual({ kind: "unchanged" });
        expect(planRow(contact ?? {}, { id: "2", ...contact }, mode)).toEqual({ kind: "unchanged" });
      }
    }
  });
});

describe("ITFlow's contacts", () => {
  test("come in where their company is there; the others are named", async () => {
    const clients = rowsOf(await fixture("itflow-clients.csv"), "companies").rows.filter((row) => row.is_good);
    const known = new Map(clients.map((row) => [nameKey(String(row.values.name)), `company on line ${row.line}`]));
    const rows = rowsOf(await fixture("itflow-contacts.csv"), "contacts", {
      companyId: ({ name }) => known.get(nameKey(name ?? "")) ?? null,
      siteId: (_, name) => (name === "Main office" ? "site" : null),
    });
    const unknown = rows.problems.filter((one) => one.code === "unknown_company");
    expect([rows.good, rows.bad, unknown.length]).toEqual([477, 16, 15]);
    expect(rows.problems.find((one) => one.code === "missing_name")).toMatchObject({
      line: 493,
      column: "Name",
      severity: "error",
    });
    expect(unknown.at(-1)).toMatchObject({
      line: 494,
      column: "Client",
      message: 'There is no company named "A Client That Does Not Exist". Import the companies first, or correct it.',
    });
    expect(new Set(unknown.slice(0, -1).map((one) => /"(.*)"/.exec(one.message)?.[1]))).toEqual(
      new Set(["Westfield Realty"]),
    );
    expect(contactParts(onLine(rows, 2))).toEqual({
      contact: {
        company_id: "company on line 2",
        site_id: "site",
        first_name: "João",
        last_name: "Smith",
        title: "Reception",
        department: "Operations",
        email: "joo.smith0@beaconfarms.example",
        phone: "+44 113 496 0073",
      },
      tags: null,
      external_id: null,
    });
  });
});

describe("Syncro's customers", () => {
  test("all come in, with their ids, states and dates", async () => {
    const rows = rowsOf(await fixture("syncro-customers.csv"), "companies");
    expect([rows.good, rows.bad, rows.problems]).toEqual([40, 0, []]);
    expect(companyParts(onLine(rows, 2))).toEqual({
      company: {
        name: "Beacon Farms",
        phone: "+1 512 555 0139",
        is_tax_exempt: true,
        created_at: "2024-03-01T15:11:12.000Z",
        address: { line1: "946 Hauptstraße", city: "Łódź", postal_code: "90-001" },
      },
      site: null,
      contact: {
        contact_type: "primary",
        first_name: "João",
        last_name: "Fischer",
        email: "joo.fischer@beaconfarms.example",
        mobile: "217-555-0147",
      },
      tags: null,
      external_id: "1000",
      extra: {},
    });
  });

  test("without a business name are called like the person; disabled ones are inactive", async () => {
    const file = await read(
      "id,firstname,lastname,email,business_name,disabled\n1,Ada,Lovelace,a@x.example,,true\n1,Bo,Li,b@x.example,,false\n",
    );
    const rows = rowsOf(file, "companies");
    expect(companyParts(onLine(rows, 2)).company).toEqual({ name: "Ada Lovelace", status: "inactive" });
    expect(listed(rows)).toEqual([[3, "id", "duplicate_in_file"]]);
  });
});

describe("rows", () => {
  test("that do not fit the header row stay out, and take no other row with them", async () => {
    const rows = rowsOf(await read("Name,City\nA\nA,Leeds\nB,Leeds,x\na ,York\n"), "companies");
    expect(listed(rows)).toEqual([
      [2, null, "too_few_cells"],
      [4, null, "too_many_cells"],
      [5, "Name", "duplicate_in_file"],
    ]);
    expect([rows.good, rows.bad]).toEqual([1, 3]);
  });

  test("with a warning come in without that value", async () => {
    const rows = rowsOf(await read("Name,Terms,Extension,Email\nA,Net 10,12,a@x.example\n"), "companies");
    expect(rows.good).toBe(1);
    expect(rows.problems.map((one) => [one.severity, one.code])).toEqual([
      ["warning", "unknown_payment_terms"],
      ["warning", "extension_without_phone"],
      ["warning", "contact_without_name"],
    ]);
    expect(companyParts(onLine(rows, 2)).company).toEqual({ name: "A" });
  });

  test("of contacts find a company by its external id, or take the one the import was started from", async () => {
    const lookups: Lookups = {
      companyId: ({ external_id }) => (external_id === "7" ? "seven" : null),
      default_company_id: "here",
    };
    const rows = rowsOf(
      await read(
        "customer_id,contact_id,name,email\n7,1,Cher,c@x.example\n8,2,Bo Li,b@x.example\n,3,Di Fo,d@x.example\n",
      ),
      "contacts",
      lookups,
    );
    expect(onLine(rows, 2)).toMatchObject({ company_id: "seven", first_name: "Cher" });
    expect(onLine(rows, 4)).toMatchObject({ company_id: "here" });
    expect(rows.problems).toMatchObject([
      { line: 3, column: "customer_id", code: "unknown_company", message: expect.stringContaining('external ID "8"') },
    ]);
  });

  test("of contacts are doubles by e-mail, and by name only where there is none", async () => {
    const rows = rowsOf(
      await read(
        "Name,Email,Client\nBo Li,b@x.example,A\nBo Li,b2@x.example,A\nBO Li,B@X.example,A\nJo Xu,,A\nJo Xu,,B\njo xu,,a\n",
      ),
      "contacts",
    );
    expect(listed(rows)).toEqual([
      [4, "Email", "duplicate_in_file"],
      [7, "Name", "duplicate_in_file"],
    ]);
  });
});
