// Buys a unit with a client that was generated from docs/openapi.json. What is wrong with the types does not compile; what is
// wrong with the answers is thrown.
import createClient from "openapi-fetch";
import type { components, paths } from "./bin/schema.js";

declare const process: { argv: string[] };

type Code = components["schemas"]["ProblemBody"]["code"];
type Phase = components["schemas"]["Phase"];

const [, , baseUrl = "", batch = "", token = "", ticket = ""] = process.argv;
const client = createClient<paths>({ baseUrl });
const asUser = { Authorization: `Bearer ${token}` };

function expect<T>(what: string, is: T, should: T): void {
  if (is !== should) throw new Error(`${what} is ${is} and should be ${should}`);
}

const board = await client.GET("/api/batches/{batch}", { params: { path: { batch } } });
if (!board.data) throw new Error(JSON.stringify(board.error));
expect<Phase>("the phase", board.data.phase, "on-sale");
const price: number = board.data.product.price.amount;

const bought = await client.POST("/api/batches/{batch}/orders", {
  params: { path: { batch }, header: { "Idempotency-Key": "from-typescript" } },
  headers: { Authorization: `Ticket ${ticket}` },
  body: { quantity: 1 },
});
if (!bought.data) throw new Error(JSON.stringify(bought.error));
expect("the status", bought.response.status, 201);
// 202 would be a place in the line, which nobody asked for.
if ("place" in bought.data && !("units" in bought.data)) throw new Error("a place instead of an order");
const order = bought.data;
expect("the order's state", order.status, "awaiting-payment");
expect("the amount", order.amount.amount, price);
expect("the units", order.units.length, order.quantity);

const again = await client.POST("/api/batches/{batch}/orders", {
  params: { path: { batch }, header: { "Idempotency-Key": "from-typescript" } },
  headers: { Authorization: `Ticket ${ticket}` },
});
expect("the status of a repeat", again.response.status, 200);
expect("the order of a repeat", again.data && "id" in again.data && again.data.id, order.id);

const read = await client.GET("/api/orders/{order}", { params: { path: { order: order.id } }, headers: asUser });
expect("the order", read.data?.id, order.id);
const mine = await client.GET("/api/me/orders", { params: { query: { batch, limit: 10 } }, headers: asUser });
expect("the number of orders", mine.data?.items.length, 1);

const refused = await client.POST("/api/batches/{batch}/orders", {
  params: { path: { batch }, header: { "Idempotency-Key": "another" } },
  headers: { Authorization: `Ticket ${ticket}` },
});
const code: Code | undefined = refused.error?.code;
expect<Code | undefined>("the refusal", code, "limit-reached");
console.log(order.id);
