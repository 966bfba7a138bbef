import { readFileSync } from "node:fs";
import regularPath from "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf" with { type: "file" };
import semiboldPath from "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf" with { type: "file" };

/** PDF documents: Inter is embedded, and the same content gives the same bytes. Lengths are points (1/72 inch). */

export type Pdf = PDFKit.PDFDocument;
export type PaperSize = "A4" | "LETTER";

export interface DocumentOptions {
  paper: PaperSize;
  title: string;
  author: string;
  /** The instant the document stands for, ISO-8601; it is the creation date and decides the file's id. */
  created_at: string;
  /** BCP 47 language tag, for screen readers. */
  language: string;
}

let fonts: { regular: Buffer; semibold: Buffer } | undefined;

/**
 * A document without margins and pages yet; fonts `regular` and `semibold` are registered. Pages are kept until the end,
 * so that footers can name their number. pdfkit is a third of all code there is to load, so it waits for the first document.
 */
export async function openDocument(options: DocumentOptions): Promise<Pdf> {
  const { default: PDFDocument } = await import("pdfkit");
  fonts ??= { regular: readFileSync(regularPath), semibold: readFileSync(semiboldPath) };
  const document = new PDFDocument({
    size: options.paper,
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: "1.7",
    lang: options.language,
    displayTitle: true,
    // pdfkit looks up Helvetica beside itself unless a font is there from the start; inside the executable it is not.
    // The types know names only, the code takes bytes.
    font: fonts.regular as unknown as string,
    info: {
      Title: options.title,
      Author: options.author,
      Creator: "Purser",
      Producer: "Purser",
      CreationDate: new Date(options.created_at),
    },
  });
  document.registerFont("regular", fonts.regular);
  document.registerFont("semibold", fonts.semibold);
  return document;
}

/** Ends the document and gives its bytes. */
export function bytesOf(document: Pdf): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on("data", (chunk: Buffer) => chunks.push(chunk));
    document.on("end", () => resolve(new Uint8Array(Buffer.concat(chunks))));
    document.on("error", reject);
    document.end();
  });
}

const letterCountries = new Set([
  ..."US CA MX PH CL CO CR GT PA PR SV VE DO NI".split(" "),
  ..."UNITED STATES|UNITED STATES OF AMERICA|USA|CANADA|MEXICO|PHILIPPINES|CHILE|COLOMBIA|COSTA RICA|GUATEMALA".split(
    "|",
  ),
]);

/** The paper that a country prints on: Letter in most of the Americas and the Philippines, A4 elsewhere. Code or name. */
export function paperFor(country: string | null): PaperSize {
  return letterCountries.has((country ?? "").trim().toUpperCase()) ? "LETTER" : "A4";
}
