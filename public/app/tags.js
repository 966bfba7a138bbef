/** Tags are one field, separated by commas: while one types, the browser's own list offers those that are there already. */
export function listenToTags() {
  document.addEventListener("focusin", (event) => {
    if (event.target.matches('input[name="tags"]')) offer(event.target);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches('input[name="tags"]')) offer(event.target);
  });
}

let known = null;

async function offer(input) {
  known ??= fetch("/api/v1/tags?sort=name&page[size]=200", { headers: { accept: "application/vnd.api+json" } })
    .then((answer) => (answer.ok ? answer.json() : { data: [] }))
    .then((document) => document.data.map((one) => one.attributes.name))
    .catch(() => []);
  const names = await known;
  const parts = input.value.split(",").map((part) => part.trim().toLowerCase());
  const typed = parts.pop() ?? "";
  const before = parts.filter((part) => part !== "");
  const list = listOf(input);
  list.replaceChildren(
    ...names
      .filter((name) => name.includes(typed) && !before.includes(name))
      .slice(0, 12)
      .map((name) => {
        const option = document.createElement("option");
        option.value = [...before, name].join(", ");
        option.label = name;
        return option;
      }),
  );
}

function listOf(input) {
  const id = `${input.id}-offers`;
  let list = document.getElementById(id);
  if (list === null) {
    list = document.createElement("datalist");
    list.id = id;
    input.after(list);
    input.setAttribute("list", id);
  }
  return list;
}
