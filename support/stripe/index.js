// A fake Stripe for tests, in this process, all state in memory: API version 2022-11-15, and what is different since when
// a request names a later one, up to 2024-04-10.
//
//   const stripe = await startFakeStripe({ apiKey: "sk_test_…", account?, webhookSecret?, now? });
//   stripe.url, stripe.port, stripe.account, stripe.webhookSecret
//   await stripe.close()
//
// Over HTTP it serves PaymentIntents (create, retrieve, update, confirm, capture, cancel, list), SetupIntents (create,
// retrieve, confirm, cancel), PaymentMethods (create, retrieve, attach, detach, list), customers (create, retrieve,
// update, delete, list, their payment methods), refunds (create, retrieve, update, list) and charges (retrieve, list).
//
// The clock
//   stripe.now()                                    milliseconds; `now` at the start replaces Date.now
//   stripe.advance(ms)
//   stripe.backdate(id, ms)                         as if the intent had been made that much earlier
//   stripe.adopt(fields)                            an intent of the past, as it is now
//
// Everyone else who has a hand in a payment. The promises reject with a StripeError (`status`, `type`, `code`, `param`)
// where Stripe would refuse, and resolve with the object as it is then
//   await stripe.shopper.confirm(secretOrId, { card, type?, method?, returnUrl? })
//     card: "ok" | "declined" | "insufficient_funds" | "3ds" | "processing" | "single_capture", which cannot be captured
//     several times. type: one of the intent's. method: the id of a saved one
//   await stripe.shopper.setup(secretOrId, { card?, type? })   keeps a payment method, with a SetupIntent's secret
//   await stripe.shopper.authenticate(secretOrId, { ok })
//   await stripe.shopper.settle(secretOrId, { ok })
//   await stripe.dashboard.capture(id, { amount?, isFinal? }) · cancel(id, { reason? })
//   await stripe.dashboard.refund(id, { amount?, reason?, metadata? })
//   stripe.bank.nextRefund("pending" | "failed" | "requires_action", { times = 1, reason? })
//   stripe.bank.clear()                             from here on refunds come out as usual
//   stripe.bank.settleRefund(refundId, "succeeded" | "failed" | "canceled", { reason? })
//   stripe.bank.settlePayment(id, { ok })           ends a debit, a voucher, a code; `ok: false` fails it or lets it expire
//   stripe.bank.transfer(id, amount)                money comes in for a payment by bank transfer
//   stripe.bank.dispute(id, { amount?, reason? }) · settleDispute(disputeId, "won" | "lost")
//
// The truth about the money
//   stripe.ledger.payment(id)      { amount, currency, status, held, captured, released, refunded, refunds, canceled }
//   stripe.ledger.intents(metadata?) · customers() · payable() · moved()
//     a movement: { type: "hold" | "capture" | "release" | "refund" | "refund_failed" | "dispute" | "dispute_won", amount,
//     currency, intent, charge, refund?, dispute?, at }
//
// The requests that came in, oldest first
//   stripe.requests   [{ id, method, path, params, idempotencyKey, version, account, at, status, replayed, fault }]
//   stripe.requests.clear()                         `status` is null where none was sent
//
// Faults
//   const fault = stripe.fault({ kind, method?, path?, where?, times = 1, when = "before" | "after", … })
//   fault.hits, await fault.remove(), await stripe.clearFaults()
//     path: the beginning of the path, or a regular expression. where: a function of the request, `{ method, path,
//     params, idempotencyKey }`. when: "before" anything is done, or "after" it is done
//     status     { status, body = "stripe" | "none" | "html" | "json" | text | object, headers?, stored = false }
//                `stored`: the idempotency key replays this answer from now on. "json" has no `error`
//     html, empty                                   status 200
//     reset      { partial?: "headers" | "body" }   the connection is reset
//     truncate                                      half of the body, then the end
//     hang, hang-body                               no answer; half of one
//     slow       { ms } or { until: promise }       meanwhile the idempotency key is in use
//     refuse                                        new connections are refused until it is removed; it counts no hits
//
// Webhooks
//   stripe.events                                   what has happened, oldest first; stripe.events.clear()
//   stripe.event(type, object, overrides?)
//   stripe.sign(payload, { secret?, timestamp? })   the Stripe-Signature header
//   await stripe.deliver(event, url, { secret?, timestamp?, signature?, headers?, times = 1 })   { status, body, all }
//   const endpoint = stripe.webhook(url, { secret?, types?, attempts = 3 })   gets events as they come
//   endpoint.deliveries, endpoint.pending, await endpoint.settled(), await endpoint.retry(), endpoint.remove()
//
// Its own tests: node --test support/stripe/__test__/*.test.js

const { openAccount } = require("./account");
const { VERSION, startApi } = require("./api");
const { openBank } = require("./bank");
const { startClock } = require("./clock");
const { openDashboard } = require("./dashboard");
const { StripeError } = require("./errors");
const { startEvents } = require("./events");
const { startFaults } = require("./faults");
const { openLedger } = require("./ledger");
const { Log } = require("./log");
const { adopt } = require("./past");
const { startServer } = require("./server");
const { openBrowser } = require("./shopper");
const { startWebhooks } = require("./webhooks");

async function startFakeStripe({ apiKey, account: accountId, webhookSecret = "whsec_fake", now } = {}) {
  if (!apiKey) throw new Error("A fake Stripe needs the apiKey that it accepts");
  const closing = new AbortController();
  const clock = startClock(now);
  const events = startEvents({ clock, version: VERSION });
  const account = openAccount({ id: accountId, clock, emit: events.emit });
  const webhooks = startWebhooks({ events, clock, secret: webhookSecret, closing: closing.signal });
  const requests = new Log();
  const server = await startServer((...request) => serve(...request));
  const faults = startFaults(server);
  const serve = startApi({ apiKey, account, faults, requests, closing: closing.signal });

  return {
    url: server.url,
    port: server.port,
    account: account.id,
    webhookSecret,
    now: clock.now,
    advance: clock.advance,
    backdate: (id, ms) => {
      account.intents.change(id, { created: account.intents.get(id).created - Math.floor(ms / 1000) });
    },
    adopt: (fields) => adopt(account, fields),
    shopper: openBrowser(account),
    dashboard: openDashboard(account),
    bank: openBank(account),
    ledger: openLedger(account),
    requests,
    fault: faults.fault,
    clearFaults: faults.clearFaults,
    events: events.log,
    event: events.event,
    sign: webhooks.sign,
    deliver: webhooks.deliver,
    webhook: webhooks.endpoint,
    async close() {
      closing.abort(new Error("The fake Stripe has been closed"));
      await server.close();
    },
  };
}

module.exports = { startFakeStripe, StripeError };
