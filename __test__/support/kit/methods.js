// The methods by the names that the tables of rules have for their operations.

module.exports = {
  initiate: "initiatePayment",
  update: "updatePayment",
  authorize: "authorizePayment",
  capture: "capturePayment",
  refund: "refundPayment",
  cancel: "cancelPayment",
  delete: "deletePayment",
  retrieve: "retrievePayment",
  status: "getPaymentStatus",
  updateData: "updatePaymentData",
};
