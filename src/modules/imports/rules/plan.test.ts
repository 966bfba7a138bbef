import { describe, expect, test } from "bun:test";
import { planRow } from "./plan.ts";

const there = {
  id: "1",
  name: "Old Garage",
  industry: null,
  phone: "",
  website: "https://a.example",
  is_tax_exempt: false,
  tags: ["a", "b"],
  address: {},
  created_at: "2026-01-01T00:00:00.000Z",
};

describe("a row that", () => {
  test("matches nothing is created in every mode", () => {
    for (const mode of ["create_only", "fill_blanks", "overwrite"] as const) {
      expect(planRow({ name: "New" }, null, mode)).toEqual({ kind: "create", values: { name: "New" } });
    }
  });

  test("matches is skipped by create only", () => {
    expect(planRow({ industry: "Cars" }, there, "create_only")).toEqual({ kind: "skip" });
  });

  test("fills blanks and nothing else", () => {
    const values = {
      name: "OLD GARAGE",
      industry: "Cars",
      phone: "217-555-0100",
      website: "https://b.example",
      is_tax_exempt: true,
      created_at: "2020-01-01T00:00:00.000Z",
      address: { city: "Leeds" },
    };
    expect(planRow(values, there, "fill_blanks")).toEqual({
      kind: "update",
      changes: { industry: "Cars", phone: "217-555-0100", address: { city: "Leeds" } },
    });
  });

  test("overwrites what the file says, and a blank erases nothing", () => {
    const values = {
      name: "Old Garage",
      industry: "",
      phone: null,
      website: "https://b.example",
      is_tax_exempt: true,
      tags: [],
      created_at: "2020-01-01T00:00:00.000Z",
    };
    expect(planRow(values, there, "overwrite")).toEqual({
      kind: "update",
      changes: { website: "https://b.example", is_tax_exempt: true },
    });
  });

  test("changes nothing the second time", () => {
    const values = { name: "Old Garage", website: "https://a.example", tags: ["a", "b"] };
    for (const mode of ["fill_blanks", "overwrite"] as const)
      expect(planRow(values, there, mode)).toEqual({ kind: "unchanged" });
  });

  test("never mixes two addresses while filling blanks, and keeps parts the file leaves out while overwriting", () => {
    const existing = { ...there, address: { line1: "1 Main St", city: "Austin", country: "" } };
    expect(planRow({ address: { city: "Leeds", country: "United Kingdom" } }, existing, "fill_blanks")).toEqual({
      kind: "unchanged",
    });
    expect(planRow({ address: { city: "Leeds", region: "" } }, existing, "overwrite")).toEqual({
      kind: "update",
      changes: { address: { line1: "1 Main St", city: "Leeds", country: "" } },
    });
    expect(planRow({ address: { city: "Austin" } }, existing, "overwrite")).toEqual({ kind: "unchanged" });
  });
});
