import { describe, expect, test } from "bun:test";
import { readCsv } from "../../../platform/csv/read.ts";
import { guessTarget, importTargets, matchHeaders } from "./index.ts";

async function headersOf(name: string): Promise<string[]> {
  const file = await readCsv(await Bun.file(`tests/fixtures/import/${name}`).bytes());
  if (!file.ok) throw new Error(file.reason);
  return file.headers;
}

describe("headers", () => {
  test("of the known products are recognized", async () => {
    const guesses = await Promise.all(
      ["itflow-clients.csv", "itflow-contacts.csv", "syncro-customers.csv", "itflow-assets.csv"].map(async (name) =>
        guessTarget(await headersOf(name)),
      ),
    );
    expect(guesses.map(({ target, product }) => [target, product])).toEqual([
      ["companies", "itflow"],
      ["contacts", "itflow"],
      ["companies", "syncro"],
      [null, "itflow"],
    ]);
    expect(guessTarget(["First", "Last", "E-Mail", "Company"])).toMatchObject({
      target: "contacts",
      product: "generic",
    });
    expect(guessTarget(["Organisation", "Town"])).toMatchObject({ target: "companies", product: "generic" });
    expect(guessTarget(["Invoice", "Amount"]).target).toBeNull();
  });

  test("of ConnectWise, Autotask and HaloPSA are recognized, whichever of their columns were exported", () => {
    const guessOf = (headers: string): unknown[] => {
      const { target, product } = guessTarget(headers.split(","));
      return [target, product];
    };
    const autotask = [
      "Name [required]",
      "Number",
      "Address 1",
      "Zip Code",
      "Additional Address Information",
      "Phone [required]",
    ];
    expect(guessOf("identifier,name,status,phoneNumber,addressLine1,city,zip,territory")).toEqual([
      "companies",
      "connectwise",
    ]);
    expect(guessOf("firstName,lastName,company,site,title,communicationItems")).toEqual(["contacts", "connectwise"]);
    expect(guessOf("summary,board,company,status,contact,priority,owner")).toEqual(["tickets", "connectwise"]);
    expect(guessOf(autotask.join())).toEqual(["companies", "autotask"]);
    expect(guessOf("Organization ID,Contact ID,External ID,Prefix,First Name,Last Name,Suffix")).toEqual([
      "contacts",
      "autotask",
    ]);
    expect(guessOf("External (Legacy) Ticket ID,Ticket Number,Title,Status")).toEqual(["tickets", "autotask"]);
    expect(guessOf("name,toplevel,SF-name,SF-phonenumber")).toEqual(["companies", "halopsa"]);
    expect(guessOf("name,site_name,client_name,emailaddress,phonenumber")).toEqual(["contacts", "halopsa"]);
    expect(guessOf("summary,details,status_id,tickettype_id,priority_id")).toEqual(["tickets", "halopsa"]);
    expect(matchHeaders(autotask, importTargets.companies)).toMatchObject({
      mapping: ["name", null, "address_line1", "postal_code", null, "phone"],
      missing: [],
    });
  });

  test("that say in front whose column they are fill that record's field", () => {
    const both =
      "Organization: Name [required],Organization: Phone,Contact: First Name [required],Contact: Email Address";
    expect(guessTarget(both.split(","))).toMatchObject({ target: "companies", product: "autotask" });
    expect(matchHeaders(both.split(","), importTargets.companies)).toMatchObject({
      mapping: ["name", "phone", "contact_first_name", "contact_email"],
      unmatched: [],
    });
    expect(matchHeaders(["Contact: Phone", "Organization: Name"], importTargets.contacts).mapping).toEqual([
      "phone",
      "company_name",
    ]);
    expect(matchHeaders(["name", "SF-name", "SF-city"], importTargets.companies).mapping).toEqual([
      "name",
      "site_name",
      "city",
    ]);
    expect(matchHeaders(["Vendor: Phone"], importTargets.companies).mapping).toEqual([null]);
  });

  test("match every column of ITFlow's clients and contacts, in any order", async () => {
    const clients = await headersOf("itflow-clients.csv");
    expect(matchHeaders(clients, importTargets.companies)).toMatchObject({ missing: [], unmatched: [], ambiguous: [] });
    const reversed = matchHeaders(clients.toReversed(), importTargets.companies);
    expect(reversed.mapping.toReversed()).toEqual([...matchHeaders(clients, importTargets.companies).mapping]);
    const contacts = await headersOf("itflow-contacts.csv");
    expect(matchHeaders(contacts, importTargets.contacts)).toMatchObject({ missing: [], unmatched: [], ambiguous: [] });
    const template =
      "Full Name,Job Title,Department Name,Email Address,Office Phone,Office Extension,Mobile Phone,Office Location".split(
        ",",
      );
    expect(matchHeaders(template, importTargets.contacts)).toMatchObject({ missing: ["Company"], unmatched: [] });
    const syncro = await headersOf("syncro-customers.csv");
    expect(matchHeaders(syncro, importTargets.companies)).toMatchObject({
      missing: [],
      unmatched: ["updated_at"],
      ambiguous: [],
    });
  });

  test("tell what is missing, unknown or wanted twice", () => {
    expect(matchHeaders(["Phone", "Telephone", "Shoe size", ""], importTargets.companies)).toEqual({
      mapping: ["phone", null, null, null],
      missing: ["Name"],
      unmatched: ["Shoe size"],
      ambiguous: [{ header: "Telephone", field: "phone", taken_by: "Phone" }],
    });
  });

  test("of every field mean that field by its key and label, and no synonym means two", () => {
    for (const target of Object.values(importTargets)) {
      for (const field of target.fields) {
        for (const header of [field.key, field.label, ...field.synonyms]) {
          expect([header, matchHeaders([header], target).mapping]).toEqual([header, [field.key]]);
        }
      }
    }
  });
});
