module.exports = {
  projectConfig: {
    database_url: process.env.DATABASE_URL,
    database_type: "postgres", // what the oldest versions go by
    jwt_secret: process.env.JWT_SECRET || "only for a store that lives for a minute",
    cookie_secret: process.env.COOKIE_SECRET || "only for a store that lives for a minute",
    store_cors: "http://localhost:8000",
    admin_cors: "http://localhost:7001",
  },
  plugins: ["medusa-fulfillment-manual", "medusa-payment-rs"],
  modules: {
    eventBus: { resolve: "@medusajs/event-bus-local" },
    cacheService: { resolve: "@medusajs/cache-inmemory", options: { ttl: 0 } },
  },
};
