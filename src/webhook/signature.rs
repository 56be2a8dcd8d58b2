//! Signatures of deliveries.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Returns whether `signature` is the HMAC-SHA256 of `message` under `key`, in lower-case hexadecimal.
/// Many providers sign deliveries like this; what the message is (the raw body, or a time and the body)
/// is in their documentation.
///
/// A wrong signature takes as long as the right one, so that it cannot be guessed digit by digit. An
/// empty key never fits: anyone could have signed with it.
///
/// ```
/// use medusa_payment_rs::webhook::{WebhookRequest, is_signed};
///
/// fn is_acmes(request: &WebhookRequest, secret: &str) -> bool {
///     let signature = request.header("acme-signature").unwrap_or_default();
///     is_signed(&request.body, signature, secret.as_bytes())
/// }
///
/// // printf '{}' | openssl dgst -sha256 -hmac secret
/// let signature = "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13";
/// let request = WebhookRequest::new("{}", [("Acme-Signature", signature.to_owned())]);
/// assert!(is_acmes(&request, "secret"));
/// assert!(!is_acmes(&request, "another"));
/// ```
#[must_use]
pub fn is_signed(message: &[u8], signature: &str, key: &[u8]) -> bool {
    // `base16ct` decodes and `verify_slice` compares in constant time.
    let Ok(signature) = base16ct::lower::decode_vec(signature) else { return false };
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    !key.is_empty() && mac.chain_update(message).verify_slice(&signature).is_ok()
}

/// Returns the HMAC-SHA256 of `message` under `key`, in lower-case hexadecimal.
#[cfg(feature = "stripe")]
pub(crate) fn sign(message: &[u8], key: &[u8]) -> String {
    // Any length is a key's.
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(message).finalize());
    mac.map_or_else(|_| String::new(), |mac| base16ct::lower::encode_string(&mac.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const SIGNATURE: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    fn is_right(signature: &str) -> bool {
        is_signed(b"what do ya want for nothing?", signature, b"Jefe")
    }

    #[test]
    fn the_example_of_the_standard_is_signed() {
        assert!(is_right(SIGNATURE));
    }

    #[test]
    fn another_message_key_or_signature_is_not_signed() {
        assert!(!is_signed(b"something else", SIGNATURE, b"Jefe"));
        assert!(!is_signed(b"what do ya want for nothing?", SIGNATURE, b"jefe"));
        for signature in ["", "5b", &SIGNATURE[..62], &"0".repeat(64), &format!("{SIGNATURE}00")] {
            assert!(!is_right(signature), "{signature}");
        }
    }

    #[test]
    fn a_signature_in_another_spelling_is_not_signed() {
        for signature in [SIGNATURE.to_uppercase(), format!(" {SIGNATURE}"), "é".repeat(64)] {
            assert!(!is_right(&signature), "{signature}");
        }
    }

    #[test]
    fn nothing_is_signed_with_an_empty_key() {
        // printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:
        let signature = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
        assert!(!is_signed(b"", signature, b""));
    }
}
