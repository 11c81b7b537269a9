// Segment's SDK for Node as a shop's programme uses it; only the host is ours.
const { Analytics } = require("@segment/analytics-node");

const analytics = new Analytics({ writeKey: process.env.KEY, host: process.env.HOST, flushAt: 3, flushInterval: 50 });
analytics.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});
const userId = "amina";
analytics.identify({ userId, anonymousId: "browser-1", traits: { name: "امینہ", email: "amina@home.example" } });
analytics.track({
  userId,
  event: "Order Completed",
  properties: { order_id: "O-77", revenue: 1499.5, products: [{ product_id: "P1" }, { product_id: "P2" }] },
  timestamp: new Date("2026-01-05T10:00:00Z"),
});
analytics.page({ anonymousId: "browser-1", name: "Home", properties: { url: "https://shop.example/kurtas?x=1" } });
analytics.screen({ userId, name: "Basket" });
analytics.group({ userId, groupId: "mehta", traits: { name: "Mehta & Sons" } });
analytics.alias({ userId, previousId: "browser-2" });
analytics.closeAndFlush({ timeout: 20000 });
