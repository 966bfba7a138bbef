/**
 * What somebody of the staff needs to see what things cost: fees of contracts, prices of their items, rate cards, hourly
 * rates. Columns, lists and forms name it; invoices and payments have a permission of their own.
 */
export const pricesRead = "prices.read";
