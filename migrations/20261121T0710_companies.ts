import type { Migration } from "../src/platform/database/migrator.ts";

/** Companies, contacts, sites and tags (PRD 3.3.2). */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      companies: {
        isRecord: true,
        columns: {
          name: "text",
          name_key: "text",
          parent_company_id: "uuid? -> companies",
          company_type: "text = client",
          status: "text = active",
          industry: "text?",
          website: "text?",
          phone: "text?",
          address: "json = {}",
          billing_address: "json = {}",
          tax_id: "text?",
          default_billing_contact_id: "uuid? -> contacts",
          default_technical_contact_id: "uuid? -> contacts",
          account_manager_id: "uuid? -> users",
          contract_id: "uuid? -> contracts later",
          // The table it points to comes with service level agreements; the reference is added there.
          sla_id: "uuid?",
          rate_card_id: "uuid? -> rate_cards later",
          currency: "text",
          payment_terms: "text = net_30",
          is_tax_exempt: "boolean = false",
          custom_fields: "json = {}",
          notes: "text?",
          archived_at: "instant?",
        },
        indexes: [["name_key"], ["name"], ["updated_at"], ["parent_company_id"]],
      },
      contacts: {
        isRecord: true,
        columns: {
          company_id: "uuid -> companies",
          first_name: "text",
          last_name: "text = ",
          email: "text?",
          phone: "text?",
          mobile: "text?",
          title: "text?",
          department: "text?",
          contact_type: "text = other",
          site_id: "uuid? -> sites",
          is_portal_user: "boolean = false",
          portal_user_id: "uuid? -> users",
          preferred_contact_method: "text = email",
          timezone: "text?",
          custom_fields: "json = {}",
          notes: "text?",
          archived_at: "instant?",
        },
        indexes: [["company_id"], ["email"], ["last_name"]],
      },
      sites: {
        isRecord: true,
        columns: {
          company_id: "uuid -> companies",
          name: "text",
          address: "json = {}",
          phone: "text?",
          is_primary: "boolean = false",
          timezone: "text?",
          notes: "text?",
          archived_at: "instant?",
        },
        indexes: [["company_id"]],
      },
      record_tags: {
        primaryKey: ["entity_type", "entity_id", "tag"],
        columns: { entity_type: "text", entity_id: "uuid", tag: "text" },
        indexes: [["entity_type", "tag"]],
      },
    });
    await schema.addReferences([["users", "contact_id", "contacts"]]);
  },
};
