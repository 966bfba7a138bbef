/**
 * The products whose exports are recognized by their columns (field facts: ITFlow and Syncro as they write their files,
 * ConnectWise and HaloPSA by the names of their APIs, Autotask by its import templates).
 */
export const products = {
  itflow: "ITFlow",
  syncro: "Syncro",
  connectwise: "ConnectWise",
  autotask: "Autotask",
  halopsa: "HaloPSA",
} as const;

/** As the address of the API names it: `POST /contacts/import/{product}`. */
export type ProductName = keyof typeof products;

export const productNames = Object.keys(products) as ProductName[];

export interface Signature {
  /** The type of the records, null for lists that cannot be imported yet. */
  target: string | null;
  product: ProductName;
  /** What the file seems to be, for people: "ITFlow clients". */
  label: string;
  /** Headers that must all be there, as `headerKey` writes them; an array stands for one of several. */
  headers: readonly (string | readonly string[])[];
}

/** The first that fits is it, so the narrower one of a product stands before the wider one. */
export const signatures: readonly Signature[] = [
  {
    target: "companies",
    product: "itflow",
    label: "ITFlow clients",
    headers: ["clientname", "primarylocationname", "primarycontactname"],
  },
  {
    target: null,
    product: "itflow",
    label: "ITFlow assets",
    headers: ["name", ["serial", "serialnumber"], ["os", "operatingsystem"], "make", "model"],
  },
  {
    target: "contacts",
    product: "itflow",
    label: "ITFlow contacts",
    headers: [
      ["name", "fullname"],
      ["email", "emailaddress"],
      ["ext", "officeextension"],
      ["location", "officelocation"],
    ],
  },
  {
    target: "companies",
    product: "syncro",
    label: "Syncro customers",
    headers: ["firstname", "lastname", "businessname", "email"],
  },
  {
    target: "contacts",
    product: "syncro",
    label: "Syncro contacts",
    headers: ["customerid", "contactid", "name", "email"],
  },
  {
    target: "companies",
    product: "connectwise",
    label: "ConnectWise companies",
    headers: ["identifier", "name", ["territory", "market", "taxidentifier", "billingterms", "accountnumber"]],
  },
  {
    target: "contacts",
    product: "connectwise",
    label: "ConnectWise contacts",
    headers: ["firstname", "company", "communicationitems"],
  },
  {
    target: "tickets",
    product: "connectwise",
    label: "ConnectWise tickets",
    headers: ["summary", "board", "company"],
  },
  {
    // One row holds an organization and a person of it: every header says whose it is.
    target: "companies",
    product: "autotask",
    label: "Autotask organizations and contacts",
    headers: ["organizationname", "contactfirstname"],
  },
  {
    target: "contacts",
    product: "autotask",
    label: "Autotask contacts",
    headers: [
      ["organizationname", "organizationid", "organizationidorname"],
      "firstname",
      "lastname",
      "prefix",
      "suffix",
    ],
  },
  {
    target: "companies",
    product: "autotask",
    label: "Autotask organizations",
    headers: [
      ["name", "organizationname"],
      ["additionaladdressinformation", "organizationadditionaladdressinformation"],
    ],
  },
  {
    target: "tickets",
    product: "autotask",
    label: "Autotask tickets",
    headers: [["externallegacyticketid", "legacyticketid"], "ticketnumber"],
  },
  {
    target: "companies",
    product: "halopsa",
    label: "HaloPSA clients",
    headers: ["name", ["toplevel", "toplevelname", "toplevelid"]],
  },
  {
    target: "contacts",
    product: "halopsa",
    label: "HaloPSA users",
    headers: ["name", "sitename", "emailaddress", ["clientname", "phonenumber"]],
  },
  {
    target: "tickets",
    product: "halopsa",
    label: "HaloPSA tickets",
    headers: ["summary", "details", ["tickettypeid", "statusid", "priorityid"]],
  },
];
