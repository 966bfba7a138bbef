import type { GuideBlock, TextPiece } from "../../platform/http/models/reference.ts";

/** A sentence in pieces, with what stands between backticks as code. */
export function piecesOf(sentence: string): TextPiece[] {
  return sentence
    .split("`")
    .map((text, at) => ({ text, is_code: at % 2 === 1 }))
    .filter(({ text }) => text !== "");
}

/** Links lose their address and emphasis its marks: what is left reads well as plain text. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replaceAll(/(?<![\w`])_([^_`]+)_(?![\w`])/g, "$1")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The blocks of our own documents: paragraphs, lists and code. Other Markdown is not written there. */
export function blocksOf(text: string): GuideBlock[] {
  const blocks: GuideBlock[] = [];
  for (const part of text.split(/(^[ ]*```[\s\S]*?^[ ]*```$)/m)) {
    const code = /^[ ]*```\w*\n([\s\S]*?)^[ ]*```$/m.exec(part)?.[1];
    if (code !== undefined) {
      const indent = /^ */.exec(code)?.[0] ?? "";
      const lines = code.trimEnd().split("\n");
      blocks.push({ kind: "code", code: lines.map((line) => line.replace(indent, "")).join("\n") });
      continue;
    }
    for (const paragraph of part.split(/\n{2,}/).filter((one) => one.trim() !== "")) {
      if (/^\s*- /.test(paragraph)) {
        const items = paragraph.split(/^\s*- /m).slice(1);
        blocks.push({ kind: "list", items: items.map((item) => piecesOf(plain(item))) });
      } else blocks.push({ kind: "text", pieces: piecesOf(plain(paragraph)) });
    }
  }
  return blocks;
}
