//! Changes of an intent, which are done once Stripe's own state shows it.

use super::api::{Api, UNEXPECTED_STATE};
use super::intent::{Intent, IntentFields, IntentStatus};
use super::requests;
use crate::error::{PaymentProcessorError, Result};

/// What to do about an intent that is being processed, while its cart has changed.
const WAIT_FOR_THE_BANK: &str = "The bank has not answered yet. Wait for its answer: then complete the cart as it was, if it \
                                 is paid, or change it, if it is not.";

impl Api<'_> {
    /// Cancels an intent; one that is canceled already is a success, once Stripe has shown it. `part` tells the
    /// cancellations of one call apart.
    pub(super) async fn cancel(&self, id: &str, part: &str) -> Result<Intent> {
        let answer = self.change_intent(&requests::cancel_intent(id), part).await;
        self.or_seen_as(IntentStatus::Canceled, id, answer).await
    }

    /// Returns the intent after a change that gives it the status `wanted`. If Stripe says that its status does
    /// not allow the change, it may have been made before; an answer with another status may be an old one that
    /// is replayed.
    pub(super) async fn or_seen_as(
        &self,
        wanted: IntentStatus,
        id: &str,
        answer: Result<Intent>,
    ) -> Result<Intent> {
        let refusal = match answer {
            Ok(intent) if intent.fields.status == wanted => return Ok(intent),
            Err(error) if error.code() != UNEXPECTED_STATE => return Err(error),
            answer => answer.err(),
        };
        let intent = self.retrieve_intent(id).await?;
        let status = intent.fields.status;
        if status == wanted {
            return Ok(intent);
        }
        match (wanted, status) {
            (IntentStatus::Succeeded, IntentStatus::Processing) => return Err(self.under_way()),
            (IntentStatus::Canceled, IntentStatus::Processing) => {
                return Err(self.refused(
                    UNEXPECTED_STATE,
                    format!(
                        "The shopper has paid with {id}, which is processing: the bank has not answered yet, and Stripe \
                         does not cancel it meanwhile. Wait for the bank's answer, which can take days: then complete the \
                         cart, if it is paid, or try again, if it is not."
                    ),
                ));
            }
            _ => {}
        }
        Err(refusal.unwrap_or_else(|| {
            let status: String = intent.raw.get("status").unwrap_or_default();
            self.refused("not_done", format!("Stripe says that {id} is {status}."))
        }))
    }

    /// Returns the error of an update of an intent that the shopper has paid. `release` is how what is held is given back
    /// before there is an order.
    pub(super) fn stays(&self, intent: &Intent, release: &str) -> PaymentProcessorError {
        let IntentFields { id, status, amount, .. } = &intent.fields;
        let what_to_do = match status {
            IntentStatus::Processing => WAIT_FOR_THE_BANK.to_owned(),
            IntentStatus::RequiresCapture => {
                format!("The money is held. Complete the cart as it was, or {release}.")
            }
            _ => "The money is taken. Complete the cart as it was, and change or refund the order."
                .to_owned(),
        };
        let status: String = intent.raw.get("status").unwrap_or_default();
        self.refused(
            UNEXPECTED_STATE,
            format!(
                "The shopper has paid {amount} (Stripe's unit) with {id}, which is {status}: amount and currency stay as \
                 they are. {what_to_do}"
            ),
        )
    }
}
