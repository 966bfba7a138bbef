import { describe, expect, test } from "bun:test";
import { guardCell, unguardCell } from "./guard.ts";
import { type CsvFailure, type CsvFile, type CsvLimits, readCsv } from "./read.ts";
import { writeCsv } from "./write.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2 + 2));
  [0xfeff, ...[...text].map((char) => char.charCodeAt(0))].forEach((unit, at) =>
    view.setUint16(at * 2, unit, isLittle),
  );
  return new Uint8Array(view.buffer);
};

async function good(input: string | Uint8Array): Promise<CsvFile> {
  const file = await readCsv(typeof input === "string" ? bytesOf(input) : input);
  if (!file.ok) throw new Error(file.reason);
  return file;
}

async function refused(input: string | Uint8Array, limits: CsvLimits = {}): Promise<CsvFailure> {
  const file = await readCsv(typeof input === "string" ? bytesOf(input) : input, limits);
  if (file.ok) throw new Error("was read");
  return file;
}

const fixture = (name: string): Promise<Uint8Array> => Bun.file(`tests/fixtures/import/${name}`).bytes();
const cellsOf = (file: CsvFile): string[][] => file.rows.map((row) => row.cells);

describe("reading", () => {
  test("finds comma, semicolon, tab and bar, also when texts hold the others", async () => {
    for (const delimiter of [",", ";", "\t", "|"] as const) {
      const text = [`Name${delimiter}Note`, `A${delimiter}"x, y; z | w\tv"`, `B${delimiter}"two\nlines, here"`].join(
        "\r\n",
      );
      const file = await good(text);
      expect(file.delimiter).toBe(delimiter);
      expect(cellsOf(file)).toEqual([
        ["A", "x, y; z | w\tv"],
        ["B", "two\nlines, here"],
      ]);
    }
    expect((await good("Name;Rate\nA;1,5\nB;2,5\n")).delimiter).toBe(";");
    expect(await good("Name\nA\nB\n")).toMatchObject({ delimiter: ",", headers: ["Name"] });
    expect(await good("sep=|\r\nName|Note\r\nA|x\r\n")).toMatchObject({
      delimiter: "|",
      rows: [{ line: 3, cells: ["A", "x"] }],
    });
  });

  test("takes byte order marks away and reads UTF-16 and Windows-1252, the latter with a notice", async () => {
    const text = "Name,City\r\nZoë,Łódź\r\n";
    for (const [bytes, encoding] of [
      [bytesOf(`\uFEFF${text}`), "utf-8"],
      [utf16(text, true), "utf-16le"],
      [utf16(text, false), "utf-16be"],
    ] as const) {
      const file = await good(bytes);
      expect(file).toMatchObject({ encoding, headers: ["Name", "City"], notices: [] });
      expect(cellsOf(file)).toEqual([["Zoë", "Łódź"]]);
    }
    const western = await good(
      new Uint8Array([...bytesOf("Name,Price\nZo"), 0xeb, ...bytesOf(","), 0x80, ...bytesOf("5\n")]),
    );
    expect(cellsOf(western)).toEqual([["Zoë", "€5"]]);
    expect(western.encoding).toBe("windows-1252");
    expect(western.notices[0]).toContain("Windows-1252");
  });

  test("names the line on which each row begins, whatever ends the lines", async () => {
    for (const end of ["\r\n", "\n", "\r"]) {
      const file = await good(["a,b", '1,"x', 'y"', "", "2,z", "3,w"].join(end));
      expect(file.rows.map((row) => row.line)).toEqual([2, 5, 6]);
      expect(file.rows[0]?.cells[1]).toBe("x\ny");
    }
  });

  test("tells of rows with too few and too many cells and reads the others", async () => {
    const file = await good("a,b,c\n1,2\n1,2,3\n1,2,3,4\n1,2,3,,\n");
    expect(file.problems.map(({ line, code, severity }) => [line, code, severity])).toEqual([
      [2, "too_few_cells", "error"],
      [4, "too_many_cells", "error"],
    ]);
    expect(file.rows.every((row) => row.cells.length === 3)).toBe(true);
  });

  test("tells of headers that stand twice or have no name, and forgets empty columns at the right", async () => {
    const file = await good("Name,Phone,Phone,,x,\nA,1,2,3,4,\n");
    expect(file.headers).toEqual(["Name", "Phone", "Phone", "", "x"]);
    expect(file.problems.map(({ code, column }) => [code, column])).toEqual([
      ["duplicate_header", "Phone"],
      ["unnamed_column", null],
    ]);
  });

  test("keeps a quotation mark inside a cell, and tells when an open one swallowed rows", async () => {
    expect(cellsOf(await good('a,b\n1,5" pipe\n"say ""hi""",2\n'))).toEqual([
      ["1", '5" pipe'],
      ['say "hi"', "2"],
    ]);
    const swallowed = await good('a,b\n0,0\n1,"open\n2,3\n4,"q"\n5,6\n');
    expect(swallowed.problems).toMatchObject([{ line: 3, code: "stray_quote" }]);
    expect(swallowed.problems[0]?.message).toContain("lines 3 to 5");
    expect((await good('a,b\n1,"""quoted""\nand on"\n')).problems).toEqual([]);
    expect(await refused('a,b\n0,0\n1,"open\n2,3\n')).toMatchObject({
      code: "open_quote",
      reason: expect.stringContaining("line 3"),
    });
  });

  test("refuses what is no list, in one sentence each", async () => {
    expect(await refused("")).toEqual({ ok: false, code: "empty", reason: "This file is empty." });
    expect((await refused("\uFEFF \r\n\r\n")).code).toBe("empty");
    expect((await refused("Name,City\r\n")).code).toBe("no_rows");
    expect((await refused("a,b\n1,2\n", { max_bytes: 4 })).code).toBe("too_large");
    expect((await refused("a,b\n1,2\n3,4\n", { max_rows: 1 })).code).toBe("too_many_rows");
    const wide = (count: number): string => `${Array.from({ length: count }, (_, at) => `c${at}`).join(",")}\n1\n`;
    expect((await refused(wide(1001))).reason).toBe("This file has 1001 columns; at most 1000 are read.");
    expect((await refused("a,b\n1,\u0000\n")).code).toBe("not_text");
    expect((await refused("PK\u0003\u0004 sheet")).reason).toContain("Excel");
    expect((await refused(await fixture("empty.csv"))).reason).toBe("This file is empty.");
    expect((await refused(await fixture("not-a-csv.csv"))).reason).toBe(
      "This is not a CSV file: it holds binary data. Export the list as CSV (text) and upload that.",
    );
  });

  test("never throws, whatever the bytes", async () => {
    let seed = 7;
    const next = (): number => (seed = (seed * 48271) % 2147483647);
    const alphabet = '",;\n\r\tab=\'|"é';
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: next() % 40 }, () => alphabet[next() % alphabet.length]).join("");
      const file = await readCsv(bytesOf(text));
      if (file.ok) expect(file.rows.every((row) => row.cells.length === file.headers.length)).toBe(true);
    }
  });
});

describe("the files of other products", () => {
  test("are read with the right delimiter, columns and rows", async () => {
    const seen: [string, string, number, number, number][] = [];
    for (const name of ["itflow-clients.csv", "itflow-contacts.csv", "itflow-assets.csv", "syncro-customers.csv"]) {
      const file = await good(await fixture(name));
      expect(file.problems).toEqual([]);
      seen.push([name, file.delimiter, file.headers.length, file.rows.length, file.rows.at(-1)?.line ?? 0]);
    }
    expect(seen).toEqual([
      ["itflow-clients.csv", ",", 22, 64, 67],
      ["itflow-contacts.csv", ",", 9, 493, 494],
      ["itflow-assets.csv", ";", 16, 916, 917],
      ["syncro-customers.csv", ",", 18, 40, 43],
    ]);
  });
});

describe("writing", () => {
  test("guards what a spreadsheet would run, and leaves plain numbers", async () => {
    for (const cell of ["=1+1", "+1 512 555 0139", "-2+3", "@SUM(A1)", "\tx", "\rx", " =1", "-", "－1"]) {
      expect(guardCell(cell)).toBe(`'${cell}`);
    }
    for (const cell of ["-5", "-12.50", "5", "a=b", "'tis", "", "x@y.example"]) expect(guardCell(cell)).toBe(cell);
    for (const cell of ["=1", "'=1", "''=1", "'tis", "'", "-5", "'-5", "' =1"])
      expect(unguardCell(guardCell(cell))).toBe(cell);
  });

  test("makes a file that reads back as it was", async () => {
    const headers = ["Name", "=Note", "Phone"];
    const rows = [
      ['Mill "The Old" Bakery, Inc.', "one\ntwo", "+1 512 555 0139"],
      [" spaced ", '=HYPERLINK("http://evil.example")', "-5"],
      ["Łódź; 5|6", "'=x", "'s-Hertogenbosch"],
    ];
    for (const delimiter of [",", ";", "\t"] as const) {
      const text = writeCsv(headers, rows, { delimiter });
      const file = await good(text);
      expect(file.headers).toEqual(headers);
      expect(cellsOf(file)).toEqual(rows);
    }
  });

  test("ends lines with CRLF and begins with a byte order mark unless told", async () => {
    expect(writeCsv(["a", "b", "c", "d"], [["x", null, true, 5]])).toBe("\uFEFFa,b,c,d\r\nx,,true,5\r\n");
    expect(writeCsv(["a"], [["=1"]], { bom: false })).toBe("a\r\n'=1\r\n");
  });
});
