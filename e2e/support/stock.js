// Carts that are filled ahead, and left alone by Medusa 1.

const { eventually } = require("./eventually");

const AT_ONCE = 8;

/**
 * A stock of the carts that `fill()` resolves with: `fillUp(count)`, and `take()`, which fills it up when it is empty.
 *
 * Up to three seconds after a cart has got its e-mail address Medusa looks at its payment sessions again
 * (`dist/subscribers/cart.js`, `dist/services/event-bus.js`), and asks the provider about them: only then are the carts
 * handed out, so that a test that counts or stops requests meets its own.
 */
function cartStock({ fill, postgres }) {
  const carts = [];
  const stock = {
    async fillUp(count) {
      while (carts.length < count) carts.push(await fill());
      await eventually(async () => {
        const waiting = "SELECT id FROM staged_job WHERE event_name = 'cart.customer_updated'";
        return (await postgres.query(waiting)).length === 0;
      });
    },

    async take() {
      if (!carts.length) await stock.fillUp(AT_ONCE);
      return carts.shift();
    },
  };
  return stock;
}

module.exports = { cartStock };
