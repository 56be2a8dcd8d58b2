// What happens in a Medusa 2 store: the orders that are told of the payments, one after the other.

const { acts } = require("../acts");
const report = require("../../support/report");
const { openShop } = require("../../support/medusa2");
const { OPERATOR } = require("../../../support/medusa2/operator");
const { ROOT } = require("../../../support/paths");

const ORDINALS = ["first", "second", "third", "fourth"];

async function openStory(payments, { step, serve }) {
  const { packages = [ROOT], providers, orders } = payments;
  const { act, onCall } = acts();
  const shop = Object.assign(await openShop({ packages, providers, admin: serve, step, onCall }), { act });
  return {
    shop,
    async tell() {
      for (const [index, { order, means }] of orders.entries()) {
        report.title(`The ${ORDINALS[index]} order: ${order.title}`);
        await order.tell(shop, means);
      }
    },
    showDoors() {
      const { url, catalog } = shop;
      report.serving({
        Admin: `${url}/app   ${OPERATOR.email}, ${OPERATOR.password}`,
        "Store API": `curl -H 'x-publishable-api-key: ${catalog.publishableKey}' ${url}/store/products`,
        Health: `${url}/health`,
      });
    },
  };
}

module.exports = { openStory };
