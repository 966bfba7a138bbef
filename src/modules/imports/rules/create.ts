/** Under which key a row says that what a cell names is made with it. */
export const createKey = (field: string): string => `(create) ${field}`;
