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
  status("New", "#2f6fd0", "us", { portal_name: "Received" }),
  status("In progress", "#7c5cd6", "us"),
  status("Scheduled", "#0f8a8a", "us", { is_clock_running: false }),
  status("Waiting on client", "#b7791f", "client", { portal_name: "Waiting for you" }),
  status("Waiting on vendor", "#8a6d3b", "vendor", { portal_name: "In progress" }),
  status("Resolved", "#2f855a", "nobody", { is_closed: true }),
  status("Closed", "#64748b", "nobody", { is_closed: true }),
];

export const standardQueues = [
  { name: "Support", description: "What clients report and ask for." },
  { name: "Projects", description: "Planned work for clients." },
  { name: "Internal", description: "Our own work." },
] as const;

/** From the most to the least urgent. */
export const standardPriorities = [
  { name: "Critical", color: "#c53030", sla_multiplier: "0.25", is_default: false },
  { name: "High", color: "#dd6b20", sla_multiplier: "0.5", is_default: false },
  { name: "Medium", color: "#3b82c4", sla_multiplier: "1", is_default: true },
  { name: "Low", color: "#64748b", sla_multiplier: "2", is_default: false },
] as const;

export const standardTypes = [
  { name: "Incident", description: "Something does not work.", is_default: true },
  { name: "Service request", description: "Somebody needs something.", is_default: false },
  { name: "Problem", description: "The cause behind several incidents.", is_default: false },
  { name: "Change", description: "Something is to be altered, with a plan.", is_default: false },
] as const;

export const standardCategories: readonly { name: string; under: readonly string[] }[] = [
  { name: "Hardware", under: ["Workstation", "Printer", "Server"] },
  { name: "Software", under: ["Office and e-mail", "Business application", "Operating system"] },
  { name: "Network", under: ["Internet", "Wi-Fi", "VPN"] },
  { name: "Accounts and access", under: ["Password", "New user", "Leaving user"] },
  { name: "Security", under: [] },
  { name: "Other", under: [] },
];
