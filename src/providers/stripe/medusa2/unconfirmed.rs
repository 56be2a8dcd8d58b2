//! A start of which it is not known whether Stripe has served it, although it may have charged the shopper's card.
//!
//! Medusa stores the request with the session, and a later call finds out with the session's key what became of it. What
//! is stored can be sent to us by a storefront, too, with a session of its own: so it is signed.

use serde::{Deserialize, Serialize};

use super::super::api::{Api, KEYS_LIVE};
use super::super::intent::Intent;
use super::super::requests;
use super::start;
use crate::error::Result;
use crate::http::HttpRequest;
use crate::refunds::Keyed;
use crate::secret::Secret;
use crate::webhook::{is_signed, sign};

/// A request for an intent whose reply was lost. Repeated with the same key, it has the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnconfirmedStart {
    /// Medusa's session, which is the key.
    pub session: String,
    /// The request's form as text: Stripe compares it with the first one, and PostgreSQL changes the order of members.
    form: String,
    /// When it was sent, by Stripe's clock, in seconds since 1970.
    started: u64,
    proof: String,
}

impl UnconfirmedStart {
    pub(super) fn new(key: &Secret, session: &str, form: &str, started: u64) -> Self {
        let unsigned = Self {
            session: session.to_owned(),
            form: form.to_owned(),
            started,
            proof: String::new(),
        };
        let proof = sign(unsigned.message().as_bytes(), key.expose().as_bytes());
        Self { proof, ..unsigned }
    }

    /// Whether it was stored by a processor with this key, rather than sent by a storefront.
    pub(super) fn is_signed_with(&self, key: &Secret) -> bool {
        is_signed(self.message().as_bytes(), &self.proof, key.expose().as_bytes())
    }

    fn message(&self) -> String {
        let Self { session, form, started, .. } = self;
        format!("medusa-payment-rs start\n{session}\n{started}\n{form}")
    }

    /// Returns the id of its intent, and makes the intent if Stripe has not served the request: the shopper wants to pay.
    /// `None` if that is too long ago.
    pub(super) async fn confirmed(&self, api: &Api<'_>) -> Result<Option<String>> {
        if !self.is_young(api) {
            return self.look_up(api).await;
        }
        let request = requests::post_encoded(start::INTENTS, self.form.clone());
        let intent = start::start(api, &request, &self.session, Some(self.started)).await?;
        Ok(Some(intent.fields.id))
    }

    /// Returns the id of its intent, if Stripe shows one. It charges nobody.
    pub(super) async fn look_up(&self, api: &Api<'_>) -> Result<Option<String>> {
        start::made_for(api, &self.session, self.started).await
    }

    /// Returns the id of what there is to cancel. If Stripe has not served the request, an intent that charges nobody
    /// takes its key, so that it cannot be served any more.
    pub(super) async fn ended(&self, api: &Api<'_>) -> Result<Option<String>> {
        if !self.is_young(api) {
            return self.look_up(api).await;
        }
        let harmless: HttpRequest = requests::post_encoded(start::INTENTS, self.without_charge());
        match api.exchange.once::<Intent>(&harmless, &self.session).await? {
            Keyed::Done(intent) | Keyed::Replayed(intent) => Ok(Some(intent.fields.id)),
            Keyed::OfAnotherRequest => self.confirmed(api).await,
            Keyed::Refused(_) | Keyed::FailureReplayed => Ok(None),
            Keyed::InUse(error) => Err(error),
        }
    }

    /// Whether Stripe still knows the key.
    fn is_young(&self, api: &Api<'_>) -> bool {
        let age = api.exchange.client().now().saturating_sub(self.started);
        age < KEYS_LIVE.as_secs()
    }

    /// Returns the form with nothing of how it was to be paid.
    fn without_charge(&self) -> String {
        let is_kept =
            |name: &str| ["amount", "currency"].contains(&name) || name.starts_with("metadata[");
        let fields = form_urlencoded::parse(self.form.as_bytes()).filter(|(name, _)| is_kept(name));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        serde_json::from_value(text.into()).unwrap()
    }

    #[test]
    fn only_what_was_signed_with_the_stores_key_counts() {
        let start = UnconfirmedStart::new(&secret("sk_1"), "payses_1", "amount=5&confirm=true", 7);
        assert!(start.is_signed_with(&secret("sk_1")));
        assert!(!start.is_signed_with(&secret("sk_2")));
        for forged in [
            UnconfirmedStart { form: "amount=1".into(), ..start.clone() },
            UnconfirmedStart { session: "payses_2".into(), ..start.clone() },
            UnconfirmedStart { started: 8, ..start.clone() },
            UnconfirmedStart { proof: String::new(), ..start.clone() },
        ] {
            assert!(!forged.is_signed_with(&secret("sk_1")), "{forged:?}");
        }
    }

    #[test]
    fn what_ends_it_charges_nobody() {
        let form = "amount=5&currency=usd&metadata%5Bsession_id%5D=payses_1&off_session=true&confirm=true\
                    &payment_method=pm_1&return_url=x";
        let start = UnconfirmedStart::new(&secret("sk_1"), "payses_1", form, 7);
        assert_eq!(
            start.without_charge(),
            "amount=5&currency=usd&metadata%5Bsession_id%5D=payses_1"
        );
    }
}
