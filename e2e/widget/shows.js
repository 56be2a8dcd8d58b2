// What the card shows, in whichever host's admin.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { startBrowser } = require("../support/browser");
const { TITLE, cardOn, contrast, isRed } = require("./card");

/** Enough failures that a retry meets them, too. */
const ALWAYS = 1_000;

/**
 * Lists the tests. `openHost` resolves with
 * - `shop`, and `close()`
 * - `login(page)`: logs a browser in; `urlOf(payment)`: the page of its order
 * - `price`: what an order costs, as it is shown; `unit`: 1.00 as the host counts it
 * - `heldOrder()`, `capture(payment)`, `refund(payment, amount)`: a payment is `{ order, intent }`
 * - `unpaidRefund(payment, amount)`: plants a refund that Medusa has recorded and Stripe has not paid
 * - `nameIntent(payment, id)`: plants another id of an intent
 * - `otherOrder()`: an order that another provider has paid
 */
function showsPayments(openHost) {
  let host;
  let browser;
  let page;
  before(async () => {
    host = await openHost();
    browser = await startBrowser();
    page = await browser.open();
    await host.login(page);
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });

  async function cardOf(payment) {
    await page.goto(host.urlOf(payment));
    return cardOn(page);
  }

  test("amount, status, what is captured and refunded, the risk, and the way to Stripe's dashboard", async () => {
    const payment = await host.heldOrder();
    const card = await cardOf(payment);
    const [{ payment: named, ...row }, ...others] = await card.rows();
    assert.deepEqual(others, []);
    assert.match(named, new RegExp(`^${payment.intent}\\b`));
    const nothing = "€0.00";
    assert.deepEqual(row, {
      status: "Uncaptured",
      risk: "Normal (10)",
      amount: host.price,
      captured: nothing,
      refunded: nothing,
    });
    assert.deepEqual(await card.headings(), ["Payment", "Status", "Risk", "Amount", "Captured", "Refunded"]);
    assert.equal(await card.alerts().count(), 0);

    const link = card.links();
    assert.equal(await link.getAttribute("href"), `https://dashboard.stripe.com/test/payments/${payment.intent}`);
    assert.equal(await link.getAttribute("target"), "_blank");
    assert.match(await link.getAttribute("rel"), /noopener/);
  });

  test("the link opens Stripe's dashboard in a page of its own", async () => {
    const payment = await host.heldOrder();
    const card = await cardOf(payment);
    await card.rows();
    await page.context().route("https://dashboard.stripe.com/**", (route) => route.fulfill({ body: "the dashboard" }));
    const [dashboard] = await Promise.all([page.context().waitForEvent("page"), card.links().click()]);
    await dashboard.waitForURL(`https://dashboard.stripe.com/test/payments/${payment.intent}`);
    await dashboard.close();
  });

  test("what the operator has captured and refunded", async () => {
    const payment = await host.heldOrder();
    await host.capture(payment);
    await host.refund(payment, 4 * host.unit);
    const card = await cardOf(payment);
    const [{ status, amount, captured, refunded }] = await card.rows();
    assert.deepEqual(
      { status, amount, captured, refunded },
      { status: "Succeeded", amount: host.price, captured: host.price, refunded: "€4.00" },
    );
    assert.equal(await card.alerts().count(), 0);
  });

  test("in red what the audit finds, and what to do about it", async () => {
    const payment = await host.heldOrder();
    await host.capture(payment);
    await host.unpaidRefund(payment, 4 * host.unit);
    const card = await cardOf(payment);
    await card.rows();
    const alert = card.alerts();
    const text = await alert.innerText();
    assert.match(text, /A refund is recorded and was never paid/);
    assert.match(text, /4\.00 EUR/);
    assert.match(text, /Stripe's dashboard/);
    const style = await alert.evaluate((element) => ({
      color: getComputedStyle(element.querySelector("strong")).color,
      behind: getComputedStyle(element).backgroundColor,
    }));
    assert.ok(isRed(style.color), `the text is ${style.color}`);
    assert.ok(contrast(style.color, style.behind) >= 4.5, `the text is ${style.color} on ${style.behind}`);
  });

  test("why Stripe cannot be asked, and the payments once it can be", async () => {
    const payment = await host.heldOrder();
    const fault = host.shop.stripe.fault({ kind: "status", status: 503, path: "/v1/payment_intents", times: ALWAYS });
    const card = await cardOf(payment);
    await card.alerts().waitFor();
    assert.match(await card.alerts().innerText(), /could not be read[\s\S]*Stripe answers 503/);
    assert.equal(await card.links().count(), 0);
    await fault.remove();
    await card.button("Try again").click();
    assert.equal((await card.rows()).length, 1);
    assert.equal(await card.alerts().count(), 0);
  });

  test("a payment that Stripe does not know, whatever its id is", async () => {
    const payment = await host.heldOrder();
    const id = 'pi_"><img src=x onerror="document.title=1">';
    await host.nameIntent(payment, id);
    const card = await cardOf(payment);
    const [{ payment: named, status, amount }] = await card.rows();
    assert.ok(named.startsWith(id), named);
    assert.deepEqual({ status, amount }, { status: "Not found", amount: "–" });
    assert.equal(await card.links().count(), 0);
    assert.match(await card.alerts().innerText(), /Stripe does not know the payment/);
    assert.notEqual(await page.title(), "1");
  });

  test("nothing for an order that another provider has paid", async () => {
    const order = await host.otherOrder();
    const [answer] = await Promise.all([page.waitForResponse(/stripe-payments/), page.goto(host.urlOf(order))]);
    assert.deepEqual(await answer.json(), { payments: [], findings: [] });
    await page.waitForLoadState("networkidle");
    assert.equal(await page.getByText(TITLE).count(), 0);
  });
}

module.exports = { showsPayments };
