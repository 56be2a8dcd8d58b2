const { defineConfig } = require("@medusajs/framework/utils");

// Cache, event bus, locks and workflows are Medusa's own in-memory modules, which are what it takes without Redis.
module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: {
      jwtSecret: process.env.JWT_SECRET || "only for a store that lives for a minute",
      cookieSecret: process.env.COOKIE_SECRET || "only for a store that lives for a minute",
      storeCors: "http://localhost:8000",
      adminCors: "http://localhost:7001",
      authCors: "http://localhost:7001",
    },
  },
  plugins: JSON.parse(process.env.MEDUSA_TEST_PLUGINS ?? "[]"),
  admin: { disable: process.env.MEDUSA_TEST_ADMIN !== "true" },
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      options: {
        providers: process.env.MEDUSA_TEST_PROVIDERS
          ? JSON.parse(process.env.MEDUSA_TEST_PROVIDERS)
          : [{ resolve: "medusa-payment-rs/v2/manual", id: "manual" }],
      },
    },
  ],
});
