/**
 * A list is left as it was: the links back to it lead to the address it last had in this tab, filters and order included.
 * The navigation still leads to the list as it opens.
 */
export function listenToBack() {
  const region = document.getElementById("list-region");
  const key = (path) => `purser:list:${path}`;
  const keep = () => sessionStorage.setItem(key(location.pathname), location.search);
  if (region !== null) {
    keep();
    document.addEventListener("htmx:after:history:push", keep);
    document.addEventListener("htmx:after:swap", keep);
    return;
  }
  for (const link of document.querySelectorAll(".crumbs a, .back-link")) {
    const search = link.search === "" ? sessionStorage.getItem(key(link.pathname)) : null;
    if (search) link.search = search;
  }
}
