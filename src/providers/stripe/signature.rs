//! Webhook signatures (<https://docs.stripe.com/webhooks#verify-manually>).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{PaymentProcessorError, Result as Answer};
use crate::secret::Secret;
use crate::webhook::{WebhookRequest, is_signed};

/// How old a signature may be, and how far in the future, in seconds.
const TOLERANCE: u64 = 300;

/// Why a webhook request is not Stripe's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureError {
    /// The store has not set the option `webhook_secret`.
    #[error("the option `webhook_secret` is not set: the signature cannot be checked")]
    NoSecret,
    /// There is no signature in the header.
    #[error("the header Stripe-Signature is missing or malformed")]
    Malformed,
    /// The signature was made with another secret, or for another body.
    #[error(
        "the signature does not match: check the option `webhook_secret`, and that the body \
             arrives as Stripe sent it"
    )]
    NoMatch,
    /// The signature is right, and more than five minutes away.
    #[error("the signature's time is more than {TOLERANCE} s away from this server's clock")]
    OutOfTime,
}

/// Returns the text of a webhook request, if Stripe has signed it just now.
///
/// # Errors
/// Why it is refused.
pub(super) fn verified_text<'r>(
    request: &'r WebhookRequest,
    secret: Option<&Secret>,
) -> Answer<&'r str> {
    let secret = secret.map_or("", |secret| secret.expose());
    let header = request.header("stripe-signature").unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    verify(&request.body, header, secret, now)
        .map_err(|problem| refused("signature_not_valid", &problem.to_string()))?;
    request.text().ok_or_else(not_an_event)
}

/// Returns the error of a request that Stripe has signed and that spells something else than an event.
pub(super) fn not_an_event() -> PaymentProcessorError {
    refused("event_not_valid", "its body is not an event of Stripe's")
}

fn refused(code: &str, detail: &str) -> PaymentProcessorError {
    PaymentProcessorError::invalid("The webhook request was refused", code, detail)
}

/// Checks that Stripe signed `payload`, the request's raw body, at about `now` (seconds since 1970).
/// `header` is `Stripe-Signature`: `t=…,v1=…`, where any `v1` may match.
///
/// # Errors
/// Why it is not Stripe's; it never says what the signature should have been.
fn verify(payload: &[u8], header: &str, secret: &str, now: u64) -> Result<(), SignatureError> {
    if secret.trim().is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let mut timestamp = None;
    let mut signatures = Vec::new();
    for item in header.split(',') {
        match item.trim().split_once('=') {
            Some(("t", value)) => timestamp = Some(value),
            Some(("v1", value)) => signatures.push(value),
            _ => {}
        }
    }
    let Some(timestamp) = timestamp else { return Err(SignatureError::Malformed) };
    let Ok(signed_at) = timestamp.parse::<u64>() else { return Err(SignatureError::Malformed) };
    if signatures.is_empty() {
        return Err(SignatureError::Malformed);
    }
    let signed = [timestamp.as_bytes(), b".", payload].concat();
    if !signatures.iter().any(|signature| is_signed(&signed, signature, secret.as_bytes())) {
        return Err(SignatureError::NoMatch);
    }
    if now.abs_diff(signed_at) > TOLERANCE {
        return Err(SignatureError::OutOfTime);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz;

    const SECRET: &str = "whsec_test_secret";
    const PAYLOAD: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
    const SIGNED_AT: u64 = 1_700_000_000;
    /// `printf '1700000000.{"id":"evt_1","object":"event"}' | openssl dgst -sha256 -hmac whsec_test_secret`
    const SIGNATURE: &str = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd";

    fn check(header: &str, payload: &[u8], secret: &str, now: u64) -> Result<(), SignatureError> {
        verify(payload, header, secret, now)
    }

    fn header() -> String {
        format!("t={SIGNED_AT},v1={SIGNATURE}")
    }

    #[test]
    fn a_signature_that_openssl_made_matches() {
        assert_eq!(check(&header(), PAYLOAD, SECRET, SIGNED_AT), Ok(()));
    }

    #[test]
    fn any_of_several_signatures_may_match() {
        let zeros = "0".repeat(64);
        for header in [
            format!("t={SIGNED_AT},v1={zeros},v1={SIGNATURE}"),
            format!("t={SIGNED_AT},v1={SIGNATURE},v0={zeros}"),
            format!("v1=short, v1={SIGNATURE}, t={SIGNED_AT}"),
        ] {
            assert_eq!(check(&header, PAYLOAD, SECRET, SIGNED_AT), Ok(()), "{header}");
        }
    }

    #[test]
    fn five_minutes_either_way_are_tolerated_and_no_more() {
        for now in [SIGNED_AT - 300, SIGNED_AT + 300] {
            assert_eq!(check(&header(), PAYLOAD, SECRET, now), Ok(()));
        }
        for now in [SIGNED_AT - 301, SIGNED_AT + 301, 0, u64::MAX] {
            assert_eq!(check(&header(), PAYLOAD, SECRET, now), Err(SignatureError::OutOfTime));
        }
    }

    #[test]
    fn another_body_secret_or_time_does_not_match() {
        let later = format!("t={},v1={SIGNATURE}", SIGNED_AT + 1);
        let upper = format!("t={SIGNED_AT},v1={}", SIGNATURE.to_uppercase());
        let v0 = format!("t={SIGNED_AT},v0={SIGNATURE}");
        for (header, payload, secret, expected) in [
            (header(), &b"{}"[..], SECRET, SignatureError::NoMatch),
            (header(), PAYLOAD, "whsec_other", SignatureError::NoMatch),
            (later, PAYLOAD, SECRET, SignatureError::NoMatch),
            (upper, PAYLOAD, SECRET, SignatureError::NoMatch),
            (v0, PAYLOAD, SECRET, SignatureError::Malformed),
            (header(), PAYLOAD, " ", SignatureError::NoSecret),
        ] {
            assert_eq!(check(&header, payload, secret, SIGNED_AT), Err(expected), "{header}");
        }
    }

    #[test]
    fn a_header_without_a_signature_is_malformed() {
        for header in ["", "t=,v1=", "v1=00", "t=1700000000", "t=x,v1=00", "t=-1,v1=00", ",,,=="] {
            let result = check(header, PAYLOAD, SECRET, SIGNED_AT);
            assert!(
                matches!(result, Err(SignatureError::Malformed | SignatureError::NoMatch)),
                "{header}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn fuzz_no_header_and_no_body_that_stripe_did_not_sign_passes(
            header in fuzz::text(),
            body: Vec<u8>,
            now: u64,
            flipped: proptest::sample::Index,
        ) {
            proptest::prop_assert!(verify(&body, &header, SECRET, now).is_err());
            let mut payload = PAYLOAD.to_vec();
            let place = flipped.index(payload.len());
            payload[place] ^= 1;
            let header = format!("t={SIGNED_AT},v1={SIGNATURE},{header}");
            let changed = verify(&payload, &header, SECRET, SIGNED_AT);
            proptest::prop_assert!(changed.is_err(), "{header}");
        }
    }
}
