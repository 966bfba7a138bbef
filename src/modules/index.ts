import type { Module } from "../platform/module.ts";
import { companiesModule } from "./companies/index.ts";
import { customFieldsModule } from "./custom_fields/index.ts";
import { directoryModule } from "./directory/index.ts";
import { deskModule } from "./desk/index.ts";
import { eventsModule } from "./events/index.ts";
import { notificationsModule } from "./notifications/index.ts";
import { exportsModule } from "./exports/index.ts";
import { homeModule } from "./home/index.ts";
import { importsModule } from "./imports/index.ts";
import { oauthModule } from "./oauth/index.ts";
import { settingsModule } from "./settings/index.ts";
import { setupModule } from "./setup/index.ts";
import { staffModule } from "./staff/index.ts";
import { tagsModule } from "./tags/index.ts";
import { ticketsModule } from "./tickets/index.ts";
import { contractsModule } from "./contracts/index.ts";
import { billingModule } from "./billing/index.ts";
import { journalModule } from "./journal/index.ts";
import { paymentsModule } from "./payments/index.ts";
import { referenceModule } from "./reference/index.ts";
import { securityModule } from "./security/index.ts";
import { portalModule } from "./portal/index.ts";
import { preferencesModule } from "./preferences/index.ts";
import { bulkModule } from "./bulk/index.ts";
import { listsModule } from "./lists/index.ts";
import { webhooksModule } from "./webhooks/index.ts";
import { timeModule } from "./time/index.ts";

/** Only in the multi-tenant edition: a static import would put it into the other one as well. */
const multiTenant: readonly Module[] = MULTI_TENANT ? [(await import("./tenants/index.ts")).tenantsModule] : [];

/** All that the program is made of. */
export const modules: readonly Module[] = [
  homeModule,
  settingsModule,
  staffModule,
  directoryModule,
  oauthModule,
  setupModule,
  eventsModule,
  webhooksModule,
  notificationsModule,
  companiesModule,
  customFieldsModule,
  journalModule,
  tagsModule,
  ticketsModule,
  timeModule,
  contractsModule,
  deskModule,
  billingModule,
  importsModule,
  exportsModule,
  paymentsModule,
  portalModule,
  listsModule,
  preferencesModule,
  bulkModule,
  securityModule,
  referenceModule,
  ...multiTenant,
];
