// The class of Medusa 2, with what only the store itself can tell it.

const { adopt, asked, follow, isOfAnotherPayment, settleUnknown } = require("./medusa2/events.js");
const { amountOf, exactAmount } = require("./medusa2/amounts.js");
const { failure } = require("./medusa2/errors.js");
const { rowOf, sessionOf, storedPaymentOf } = require("./medusa2/rows.js");
const { requestOf } = require("./medusa2/webhook-request.js");
const realmFunctions = require("./realm.js");
const replaceMethods = require("./replace-methods.js");

const { parse, stringify } = JSON;

/**
 * The codes with which a capture asks for its rows to be read again (`src/captures.rs`): a part was taken that none of them
 * accounts for, and a row that was written since may be that part's.
 */
const ROWS_ARE_OLD = ["capture_rows_are_old", "capture_rows_are_old_after_loss"];

/** Puts what the store tells into the methods of a class that the addon has made. */
function ask(prototype, addon) {
  const { initiatePayment, updatePayment, capturePayment, refundPayment, cancelPayment, deletePayment } = prototype;
  const { getWebhookActionAndData } = prototype;
  const unshown = asked(prototype, addon);
  const methods = {
    initiatePayment(input) {
      return initiatePayment.call(this, input, exactAmount(input));
    },

    updatePayment(input) {
      return updatePayment.call(this, input, exactAmount(input));
    },

    async capturePayment(input) {
      try {
        return await capturePayment.call(this, input, await rowOf(this, "captureService", input));
      } catch (error) {
        if (!ROWS_ARE_OLD.includes(error?.code)) throw error;
        return capturePayment.call(this, input, await rowOf(this, "captureService", input, error.code));
      }
    },

    async refundPayment(input) {
      return refundPayment.call(this, input, await rowOf(this, "refundService", input), exactAmount(input));
    },

    async cancelPayment(input) {
      return cancelPayment.call(this, input, await storedPaymentOf(this, input));
    },

    async deletePayment(input) {
      return deletePayment.call(this, input, await storedPaymentOf(this, input));
    },

    async getWebhookActionAndData(payload) {
      const { body, headers } = requestOf(payload);
      const event = await getWebhookActionAndData.call(this, body, headers);
      if (event.payment && (event.money || event.action === "canceled")) await follow(this, event, unshown);
      if (event.money) return { action: "not_supported" };
      const row = await sessionOf(this, event);
      const session = row && { id: row.id, amount: amountOf(row), currency_code: row.currency_code };
      if (row === undefined) await settleUnknown(this, event);
      else if (isOfAnotherPayment(this, event, row)) return { action: "not_supported" };
      else await adopt(this, event, { ...session, data: row.data });
      return parse(addon.webhookAction(stringify({ event, session })));
    },
  };
  replaceMethods(prototype, methods);
}

/** Medusa finds an optional method by its presence: an instance has it only if its processor does. */
function makeOptional(prototype, addon) {
  for (const name of addon.optionalMethods()) {
    const method = prototype[name];
    Object.defineProperty(prototype, name, {
      get() {
        return addon.hasOptionalMethod(this, name) ? method : undefined;
      },
      set(value) {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
      },
      configurable: true,
    });
  }
}

/** Returns the class `AbstractPaymentProvider` of an addon. */
module.exports = function medusa2(addon) {
  const linked = {};
  const functions = realmFunctions(addon, linked, { options: (given) => given, failure });
  const AbstractPaymentProvider = addon.linkProvider(functions);
  linked.Class = AbstractPaymentProvider;
  // As Medusa's own base (`@medusajs/utils/dist/payment/abstract-payment-provider.js`).
  const isPaymentProvider = (object) => object?.constructor?._isPaymentProvider;
  Object.defineProperty(AbstractPaymentProvider, "isPaymentProvider", {
    value: isPaymentProvider,
    writable: true,
    configurable: true,
  });
  ask(AbstractPaymentProvider.prototype, addon);
  makeOptional(AbstractPaymentProvider.prototype, addon);
  // The addon refers to them weakly, so that a realm that is not used any more can be collected.
  Object.defineProperty(AbstractPaymentProvider, Symbol("realm"), { value: functions });
  return AbstractPaymentProvider;
};
