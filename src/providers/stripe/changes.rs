//! Changes of an intent, which are done once Stripe's own state shows it.

use super::api::{Api, UNEXPECTED_STATE};
use super::intent::{Intent, IntentStatus};
use super::requests;
use crate::error::Result;

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
        if (wanted, status) == (IntentStatus::Succeeded, IntentStatus::Processing) {
            return Err(self.under_way());
        }
        Err(refusal.unwrap_or_else(|| {
            let status: String = intent.raw.get("status").unwrap_or_default();
            self.refused("not_done", format!("Stripe says that {id} is {status}."))
        }))
    }
}
