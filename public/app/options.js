/** Shows which option of a listbox the keyboard is on, while the focus stays in its field; -1: none. */
export function markOption(input, options, index) {
  for (const [at, option] of options.entries()) {
    option.setAttribute("aria-selected", String(at === index));
    if (at === index) option.scrollIntoView({ block: "nearest" });
  }
  if (index < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", options[index].id);
}
