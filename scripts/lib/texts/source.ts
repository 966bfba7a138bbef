import { type Node, parseSync } from "oxc-parser";
import { placeholders } from "./catalogs.ts";
import { isWords, textArguments, textMembers } from "./positions.ts";

/** A text as the source has it. `key` is its name in the catalogs; `{0}`, `{1}` stand for what a template fills in. */
export interface FoundText {
  key: string;
  line: number;
  /** Where the expression stands in the file. */
  start: number;
  end: number;
}

export interface SourceTexts {
  /** Texts given to `t(…)`. */
  spoken: FoundText[];
  /** Texts of declarations, which the platform translates when it shows them. */
  declared: FoundText[];
  /** Texts where people read them, made at run time without `t(…)`. */
  loose: FoundText[];
  /** `t(…)` with something that is no plain text, or without a value that the text names: nobody could translate it. */
  unreadable: FoundText[];
}

type Any = Node & Record<string, unknown>;

const functions = new Set(["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"]);

/** All texts of one TypeScript file. */
export function textsOf(path: string, source: string): SourceTexts {
  const found: SourceTexts = { spoken: [], declared: [], loose: [], unreadable: [] };
  const { program } = parseSync(path, source);
  const at = ({ start, end }: Any, key: string): FoundText => ({
    key,
    line: source.slice(0, start).split("\n").length,
    start,
    end,
  });

  // What stands in a text position: a text, or a choice between texts.
  const take = (node: Any | null, isInFunction: boolean): void => {
    if (node === null || node === undefined) return;
    switch (node.type as string) {
      case "ConditionalExpression":
        take(node["consequent"] as Any, isInFunction);
        take(node["alternate"] as Any, isInFunction);
        return;
      case "LogicalExpression":
        take(node["right"] as Any, isInFunction);
        return;
      case "ArrayExpression":
        for (const element of node["elements"] as (Any | null)[]) take(element, isInFunction);
        return;
      case "ParenthesizedExpression":
      case "TSAsExpression":
      case "TSSatisfiesExpression":
        take(node["expression"] as Any, isInFunction);
        return;
      case "ArrowFunctionExpression":
        if (node["expression"] === true) take(node["body"] as Any, true);
        return;
      default: {
        const text = textIn(node);
        if (text !== null && isWords(text.replaceAll(/\{\d+\}/g, " ")))
          (isInFunction ? found.loose : found.declared).push(at(node, text));
      }
    }
  };

  const visit = (node: Any, depth: number): void => {
    const inner = functions.has(node.type) ? depth + 1 : depth;
    if (node.type === "ImportDeclaration" || (node.type as string).startsWith("TS")) {
      if (!["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"].includes(node.type)) return;
    }
    if (node.type === "Property") {
      const key = node["key"] as Any;
      const name = key.type === "Identifier" ? key["name"] : key["value"];
      // What the API's documents say of a route.
      if (name === "doc") return;
      // What a permission allows, by its name.
      if (name === "permissions" && (node["value"] as Any).type === "ObjectExpression" && depth === 0)
        for (const one of (node["value"] as Any)["properties"] as Any[])
          take((one["value"] as Any | undefined) ?? null, false);
      if (node["computed"] !== true && textMembers.has(String(name))) take(node["value"] as Any, depth > 0);
    }
    if (node.type === "CallExpression" || node.type === "NewExpression") {
      const callee = node["callee"] as Any;
      const name = source.slice(callee.start, callee.end);
      const given = node["arguments"] as Any[];
      if (name === "t") {
        const [first] = given;
        const text = first === undefined || first.type !== "Literal" ? null : textIn(first);
        if (text !== null) {
          found.spoken.push(at(first as Any, text));
          if (!areGiven(text, given[1] ?? null)) found.unreadable.push(at(first as Any, text));
        }
        if (text === null && first?.type === "TemplateLiteral")
          found.unreadable.push(at(first, source.slice(first.start, first.end)));
        else if (text === null && first !== undefined) choices(first);
      } else if (name === "declared") {
        for (const one of given) if (textIn(one) !== null) found.declared.push(at(one, textIn(one) ?? ""));
      } else for (const place of textArguments.get(name) ?? []) take(given[place] ?? null, depth > 0);
    }
    // Facts: a label and its cell.
    if (node.type === "ArrayExpression") {
      const [label, value] = node["elements"] as (Any | null)[];
      if (label != null && value != null && isCell(value, source)) take(label, depth > 0);
    }
    for (const [key, child] of Object.entries(node)) {
      if (key === "type" || child === null || typeof child !== "object") continue;
      for (const one of Array.isArray(child) ? child : [child])
        if (one !== null && typeof one === "object" && "type" in one) visit(one as Any, inner);
    }
  };

  // t(isOpen ? "Open" : "Closed") names both; t(label) is told elsewhere.
  const choices = (node: Any): void => {
    if (node.type === "ConditionalExpression") {
      choices(node["consequent"] as Any);
      choices(node["alternate"] as Any);
    } else if (node.type === "LogicalExpression") choices(node["right"] as Any);
    else if (node.type === "TemplateLiteral") found.unreadable.push(at(node, source.slice(node.start, node.end)));
    else {
      const text = textIn(node);
      if (text !== null && text !== "") found.spoken.push(at(node, text));
    }
  };

  visit(program as unknown as Any, 0);
  return found;
}

/** Whether the values of a call have everything that its text names; an object that is spread may have it. */
function areGiven(text: string, values: Any | null): boolean {
  let wanted: string[];
  try {
    wanted = placeholders(text);
  } catch {
    return false;
  }
  if (values === null) return wanted.length === 0;
  if (values.type !== "ObjectExpression") return true;
  const members = values["properties"] as Any[];
  if (members.some((member) => member.type === "SpreadElement")) return true;
  const given = new Set(
    members.map((member) => String((member["key"] as Any)["name"] ?? (member["key"] as Any)["value"])),
  );
  return wanted.every((name) => given.has(name));
}

function isCell(node: Any, source: string): boolean {
  if (node.type === "ConditionalExpression")
    return isCell(node["consequent"] as Any, source) || isCell(node["alternate"] as Any, source);
  return source.slice(node.start, node.end).startsWith("cell.");
}

function textIn(node: Any): string | null {
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : null;
  if (node.type !== "TemplateLiteral") return null;
  const quasis = node["quasis"] as { value: { cooked: string } }[];
  return quasis.map(({ value }, index) => (index === 0 ? "" : `{${index - 1}}`) + value.cooked).join("");
}
