// GET /admin/orders/:id/stripe-payments, for those who are logged in to the admin, as Medusa sees to for all of `/admin`.

exports.GET = require("../../../../../../../../v2/stripe/payments.js").listPayments;
