// The widget in Medusa 1's admin, in a browser.

const { describe } = require("node:test");
const { withoutBrowser } = require("./support/browser");
const { openMedusa1 } = require("./widget/medusa1");
const { showsPayments } = require("./widget/shows");

describe("an order's page in Medusa 1's admin shows", { skip: withoutBrowser() }, () => showsPayments(openMedusa1));
