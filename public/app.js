import "htmx.org";
import "htmx.org/dist/ext/hx-alpine-compat.js";
import Alpine from "@alpinejs/csp";
import { listenToApiTry } from "./app/api-try.js";
import { listenToBack } from "./app/back.js";
import { registerComponents } from "./app/components.js";
import { listenToChoices } from "./app/choices.js";
import { listenToDraft } from "./app/draft.js";
import { listenToForms } from "./app/forms.js";
import { listenToKeep } from "./app/keep.js";
import { listenToKeys } from "./app/keys.js";
import { listenToMentions } from "./app/mentions.js";
import { listenToPalette } from "./app/palette.js";
import { listenToRows } from "./app/rows.js";
import { listenToLive } from "./app/live.js";
import { listenToSearch } from "./app/search.js";
import { listenToSheets } from "./app/sheet.js";
import { listenToSwaps } from "./app/swaps.js";
import { listenToTabs } from "./app/tabs.js";
import { listenToTags } from "./app/tags.js";

// The htmx extension that keeps Alpine's state over swaps looks for it here.
window.Alpine = Alpine;

registerComponents(Alpine);
listenToApiTry();
listenToBack();
// Before what guesses the first choices.
listenToDraft();
// Before what looks for the field to begin with.
listenToChoices();
listenToForms();
listenToKeep();
listenToKeys();
listenToMentions();
listenToPalette();
listenToRows();
listenToLive();
listenToSearch();
listenToSheets();
listenToSwaps();
listenToTabs();
listenToTags();
Alpine.start();

// Passkeys are a bundle of their own, fetched by the few pages that have their buttons.
if (document.querySelector("[data-passkey]") !== null) import(`/assets/passkeys.js${new URL(import.meta.url).search}`);
