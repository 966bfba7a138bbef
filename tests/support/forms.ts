import { decoded } from "./entities.ts";

/** A form of a page, with its fields as a browser would send them untouched. */
export interface ShownForm {
  action: string;
  method: string;
  fields: ShownField[];
}

export interface ShownField {
  name: string;
  /** The input's type, `select` or `textarea`. */
  kind: string;
  value: string;
  isInvalid: boolean;
}

/** The forms of a page. Boxes that are not ticked are left out, and so are buttons and files. */
export async function formsOf(html: string): Promise<ShownForm[]> {
  const forms: ShownForm[] = [];
  const byId = new Map<string, ShownForm>();
  /** Fields that stand elsewhere and name their form. */
  const elsewhere: { owner: string; field: ShownField }[] = [];
  let form: ShownForm | null = null;
  let select: { field: ShownField; isChosen: boolean } | null = null;
  let area: ShownField | null = null;
  const add = (element: HTMLRewriterTypes.Element, kind: string, value: string): ShownField => {
    const isInvalid = element.getAttribute("aria-invalid") === "true";
    const field = { name: element.getAttribute("name") ?? "", kind, value, isInvalid };
    const owner = element.getAttribute("form");
    if (owner === null) form?.fields.push(field);
    else elsewhere.push({ owner, field });
    return field;
  };
  const rewriter = new HTMLRewriter()
    .on("form", {
      element(element) {
        form = {
          action: decoded(element.getAttribute("action") ?? ""),
          method: (element.getAttribute("method") ?? "get").toLowerCase(),
          fields: [],
        };
        forms.push(form);
        byId.set(element.getAttribute("id") ?? "", form);
        element.onEndTag(() => {
          form = null;
        });
      },
    })
    .on("input[name]", {
      element(input) {
        const type = input.getAttribute("type") ?? "text";
        if (["submit", "button", "file"].includes(type)) return;
        const isBox = type === "checkbox" || type === "radio";
        if (isBox && !input.hasAttribute("checked")) return;
        add(input, type, decoded(input.getAttribute("value") ?? (type === "checkbox" ? "on" : "")));
      },
    })
    .on("select[name]", {
      element(element) {
        select = { field: add(element, "select", ""), isChosen: false };
        element.onEndTag(() => {
          select = null;
        });
      },
    })
    .on("option", {
      element(option) {
        if (select === null || (select.isChosen && !option.hasAttribute("selected"))) return;
        select.field.value = decoded(option.getAttribute("value") ?? "");
        select.isChosen = true;
      },
    })
    .on("textarea[name]", {
      element(element) {
        const field = add(element, "textarea", "");
        area = field;
        element.onEndTag(() => {
          // The line break after the tag belongs to the markup.
          field.value = decoded(field.value).replace(/^\r?\n/, "");
          area = null;
        });
      },
      text(chunk) {
        if (area !== null) area.value += chunk.text;
      },
    });
  await rewriter.transform(new Response(html)).text();
  for (const { owner, field } of elsewhere) byId.get(owner)?.fields.push(field);
  return forms;
}
