import { declared } from "../../platform/language/index.ts";

/** The lists that a new organization can start with; all of it is theirs to change afterwards. */

interface StandardStatus {
  name: string;
  color: string;
  waiting_on: "us" | "client" | "vendor" | "nobody";
  is_clock_running: boolean;
  is_closed: boolean;
  portal_name: string | null;
}

const status = (
  name: string,
  color: string,
  waiting_on: StandardStatus["waiting_on"],
  more: Partial<StandardStatus> = {},
): StandardStatus => ({
  name,
  color,
  waiting_on,
  is_clock_running: waiting_on === "us",
  is_closed: false,
  portal_name: null,
  ...more,
});

/** In the order in which work goes on; the first one is what new tickets get. */
export const standardStatuses: readonly StandardStatus[] = [
  status(declared("New"), "#2f6fd0", "us", { portal_name: "Received" }),
  status(declared("In progress"), "#7c5cd6", "us"),
  status(declared("Scheduled"), "#0f8a8a", "us", { is_clock_running: false }),
  status(declared("Waiting on client"), "#b7791f", "client", { portal_name: "Waiting for you" }),
  status(declared("Waiting on vendor"), "#8a6d3b", "vendor", { portal_name: "In progress" }),
  status(declared("Resolved"), "#2f855a", "nobody", { is_closed: true }),
  status(declared("Closed"), "#64748b", "nobody", { is_closed: true }),
];

export const standardQueues = [
  { name: declared("Support"), description: "What clients report and ask for." },
  { name: declared("Projects"), description: "Planned work for clients." },
  { name: declared("Internal"), description: "Our own work." },
] as const;

/** From the most to the least urgent. */
export const standardPriorities = [
  { name: declared("Critical"), color: "#c53030", sla_multiplier: "0.25", is_default: false },
  { name: declared("High"), color: "#dd6b20", sla_multiplier: "0.5", is_default: false },
  { name: declared("Medium"), color: "#3b82c4", sla_multiplier: "1", is_default: true },
  { name: declared("Low"), color: "#64748b", sla_multiplier: "2", is_default: false },
] as const;

export const standardTypes = [
  { name: declared("Incident"), description: "Something does not work.", is_default: true },
  { name: declared("Service request"), description: "Somebody needs something.", is_default: false },
  { name: declared("Problem"), description: "The cause behind several incidents.", is_default: false },
  { name: declared("Change"), description: "Something is to be altered, with a plan.", is_default: false },
] as const;

export const standardCategories: readonly { name: string; under: readonly string[] }[] = [
  { name: declared("Hardware"), under: [declared("Workstation"), declared("Printer"), declared("Server")] },
  {
    name: declared("Software"),
    under: [declared("Office and e-mail"), declared("Business application"), declared("Operating system")],
  },
  { name: declared("Network"), under: [declared("Internet"), declared("Wi-Fi"), declared("VPN")] },
  {
    name: declared("Accounts and access"),
    under: [declared("Password"), declared("New user"), declared("Leaving user")],
  },
  { name: declared("Security"), under: [] },
  { name: declared("Other"), under: [] },
];
