import { markOption } from "./options.js";

/** The list that drops down from the search box: arrow keys move, Enter opens, Escape closes. */
export function listenToSearch() {
  const form = document.querySelector("[data-search]");
  if (form === null) return;
  const input = form.querySelector("input");
  const list = document.getElementById(input.getAttribute("aria-controls"));
  let active = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (isOpen) => {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) mark(-1);
  };
  const mark = (index) => {
    active = index;
    markOption(input, options(), index);
  };

  document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement === input) show(input.value.trim() !== "" && options().length > 0);
  });
  // What was chosen belonged to the words before.
  input.addEventListener("input", () => mark(-1));
  input.addEventListener("focus", () => show(input.value.trim() !== "" && options().length > 0));
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault();
      show(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden && count > 0) {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      options()[active].click();
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) show(false);
  });
}
