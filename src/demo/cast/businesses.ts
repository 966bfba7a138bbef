import type { Address } from "../../platform/database/columns.ts";
import type { Random } from "../random.ts";
import { lastNames } from "./people.ts";

/** Kinds of fictional businesses: what they are called behind a name, and their trade. */
const trades = [
  ["Dental Practice", "Healthcare"],
  ["Veterinary Clinic", "Healthcare"],
  ["Physiotherapy", "Healthcare"],
  ["Pharmacy", "Healthcare"],
  ["Architects", "Architecture"],
  ["Structural Engineers", "Engineering"],
  ["Surveyors", "Engineering"],
  ["Law Office", "Legal"],
  ["Tax Advisers", "Accounting"],
  ["Accounting", "Accounting"],
  ["Insurance Brokers", "Insurance"],
  ["Freight", "Logistics"],
  ["Ship Chandlers", "Logistics"],
  ["Cold Storage", "Logistics"],
  ["Ferry Line", "Transport"],
  ["Coach Tours", "Transport"],
  ["Bakery", "Food"],
  ["Brewery", "Food"],
  ["Coffee Roasters", "Food"],
  ["Fish Market", "Food"],
  ["Farm Supplies", "Agriculture"],
  ["Garden Center", "Retail"],
  ["Booksellers", "Retail"],
  ["Bicycle Works", "Retail"],
  ["Furniture", "Manufacturing"],
  ["Metalworks", "Manufacturing"],
  ["Boatyard", "Manufacturing"],
  ["Ceramics", "Manufacturing"],
  ["Printing", "Printing"],
  ["Signs & Displays", "Printing"],
  ["Property Management", "Real estate"],
  ["Homes", "Real estate"],
  ["Roofing", "Construction"],
  ["Plumbing & Heating", "Construction"],
  ["Electrical", "Construction"],
  ["Hotel", "Hospitality"],
  ["Theater", "Culture"],
  ["Music School", "Education"],
  ["Language School", "Education"],
  ["Kindergarten", "Education"],
  ["Community Trust", "Nonprofit"],
  ["Water Cooperative", "Utilities"],
] as const;

/** What businesses are called when not after a family. */
const nouns = [
  "Blue Heron",
  "Lighthouse",
  "Northwind",
  "Saltmarsh",
  "Granite Bay",
  "Old Mill",
  "Tidewater",
  "Birchwood",
  "Copper Kettle",
  "Seven Oaks",
  "Larkspur",
  "Driftwood",
  "Kingfisher",
  "Maple Street",
  "Ironbridge",
  "Halcyon",
  "Juniper",
  "Quayside",
  "Red Barn",
  "Silverline",
  "Stonecrop",
  "Sunrise",
  "Windrose",
  "Alder Creek",
  "Anchor",
  "Bright Harbor",
  "Cedar Point",
  "Evergreen",
  "Foxglove",
  "Meridian",
] as const;

/** Fictional streets in towns of the coast; numbers come from chance. */
const streets = [
  "Commercial Street",
  "Wharf Road",
  "Chestnut Avenue",
  "Mill Lane",
  "Ocean Avenue",
  "Foundry Street",
  "Station Road",
  "Cannery Row",
  "Elm Street",
  "Lighthouse Drive",
  "Orchard Lane",
  "Market Square",
] as const;

const towns = [
  ["Portland", "ME", "04101"],
  ["South Portland", "ME", "04106"],
  ["Bath", "ME", "04530"],
  ["Rockland", "ME", "04841"],
  ["Camden", "ME", "04843"],
  ["Kittery", "ME", "03904"],
  ["Portsmouth", "NH", "03801"],
  ["Exeter", "NH", "03833"],
  ["Newburyport", "MA", "01950"],
  ["Gloucester", "MA", "01930"],
] as const;

export const otherSites = ["Warehouse", "Workshop", "Second office", "Showroom", "Branch", "Storage"] as const;

export const companyTags = [
  "vip",
  "on-site on mondays",
  "no remote access without a call",
  "referral",
  "24/7",
  "compliance",
] as const;

/** Hardware that is sold now and then: name, price. */
export const goods = [
  ['Business laptop 14", 32 GB, 1 TB', "1349.00"],
  ["Docking station USB-C", "189.00"],
  ['Monitor 27" with USB-C', "329.00"],
  ["Wi-Fi access point, ceiling", "214.50"],
  ["Switch, 24 ports, PoE", "589.00"],
  ["Headset with charging stand", "149.90"],
  ["UPS 1500 VA", "438.00"],
  ["Label printer", "279.00"],
  ["Backup disk 8 TB", "198.75"],
  ["Hardware key for sign-in", "38.50"],
] as const;

/** A fictional business: after a family, after two, or after something of the coast. */
export function businessName(random: Random): { name: string; industry: string } {
  const [trade, industry] = random.pick(trades);
  const front = random.weighted<() => string>([
    [45, () => random.pick(lastNames)],
    [20, () => `${random.pick(lastNames)} & ${random.pick(lastNames)}`],
    [35, () => random.pick(nouns)],
  ]);
  return { name: `${front()} ${trade}`, industry };
}

/** A fictional address in a real town. */
export function town(random: Random): Address {
  const [city, region, postal_code] = random.pick(towns);
  return { line1: `${random.between(1, 480)} ${random.pick(streets)}`, city, region, postal_code, country: "US" };
}
