// The widget in Medusa 2's admin, in a browser.

const { describe } = require("node:test");
const { withoutBrowser } = require("./support/browser");
const { openMedusa2 } = require("./widget/medusa2");
const { showsPayments } = require("./widget/shows");

describe("an order's page in Medusa 2's admin shows", { skip: withoutBrowser() }, () => showsPayments(openMedusa2));
