/** Chosen when compiling: false makes `purser` (SQLite, one organization), true `purser-multitenant` (PostgreSQL, many). */
declare const MULTI_TENANT: boolean;
