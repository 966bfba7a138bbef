const longestLine = 140;

/** JSON with one thing a line, so that changes of several people meet in few lines: what is short stays on one. */
export function shownJson(value: unknown, indent = ""): string {
  const whole = JSON.stringify(value);
  if (typeof value !== "object" || value === null || indent.length + whole.length <= longestLine) return spaced(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((one) => inner + shownJson(one, inner)).join(",\n")}\n${indent}]`;
  const lines = Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${shownJson(one, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
