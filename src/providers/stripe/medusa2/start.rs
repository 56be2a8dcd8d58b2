//! How a payment is started: what the storefront may wish for, and the request that comes of it.

use serde_json::{Map, Value};

use super::super::api::{Api, MOST_PAGES};
use super::super::buyer;
use super::super::form::{Form, keys_with_brackets};
use super::super::intent::{Intent, IntentFields, Page};
use super::super::intent_options::{CaptureMethod, IntentOptions};
use super::super::method::{Method, may_be_kept};
use super::super::requests;
use super::super::units;
use super::config::Settings;
use crate::amount::Amount;
use crate::error::{ErrorKind, PaymentProcessorError, Result};
use crate::http::{HttpRequest, Reply};
use crate::json::JsonObject;
use crate::types::PaymentProcessorContext;

pub(super) const INTENTS: &str = "/v1/payment_intents";

/// The metadata that names Medusa's payment session: webhooks follow it.
pub(super) const SESSION: &str = "session_id";
/// The metadata with what Medusa asked for, in the currency's minor unit, if Stripe had to be asked for something else.
pub(super) const AMOUNT: &str = "medusa_amount";
/// The metadata with the mark of the store.
pub(super) const STORE: &str = "medusa_store";

/// What the storefront may say about the intent, as with the JavaScript plugin, and before what the store's class says of
/// all of its intents: nothing of amount, customer or session.
const WISHES: [&str; 11] = [
    "capture_method",
    "setup_future_usage",
    "payment_method_types",
    "payment_method_data",
    "payment_method_options",
    "automatic_payment_methods",
    "off_session",
    "confirm",
    "payment_method",
    "return_url",
    "shared_payment_token",
];

/// What of it still holds for another intent. The rest says how one intent was to be paid: an intent is charged at once
/// because the storefront asks for it, and not again because the data of an earlier one says so.
const LASTING_WISHES: [&str; 2] = ["setup_future_usage", "shipping"];

/// What the storefront has sent with a new session.
pub(super) struct Wishes(Map<String, Value>);

impl Wishes {
    /// Reads what a session's `data` wishes for. Medusa hands over the data of an earlier session if its cart could not be
    /// completed (`compensate-payment-if-needed.js`, `@medusajs/core-flows`): an intent is not a wish.
    pub(super) fn of(data: &JsonObject) -> Result<Self> {
        let mut members: Map<String, Value> =
            data.deserialize().map_err(|error| refused(format!("data: {error}")))?;
        let is_text = |name: &str, start: &str| {
            members.get(name).and_then(Value::as_str).is_some_and(|text| text.starts_with(start))
        };
        let is_intent = is_text("object", "payment_intent") || is_text("id", "pi_");
        let known: &[&str] = if is_intent { &LASTING_WISHES } else { &WISHES };
        let is_known = |name: &str| {
            known.contains(&name)
                || ["metadata", "shipping"].contains(&name)
                || (!is_intent
                    && ["payment_description", "payment_method_configuration"].contains(&name))
        };
        members.retain(|name, value| is_known(name) && !value.is_null());
        // A storefront may keep something else under that name.
        match members.remove("shipping").as_ref().and_then(buyer::shipping) {
            Some(shipping) => members.insert("shipping".to_owned(), shipping),
            None => None,
        };
        let mut unclear = Vec::new();
        members.iter().for_each(|(name, value)| keys_with_brackets(name, value, &mut unclear));
        if unclear.is_empty() {
            return Ok(Self(members));
        }
        let keys = unclear.join(", ");
        Err(refused(format!(
            "These keys have brackets, so Stripe would read them as other fields: {keys}."
        )))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Whether the shopper is to be charged as soon as the intent is there.
    pub(super) fn confirms(&self) -> bool {
        match self.get("confirm") {
            Some(Value::Bool(confirms)) => *confirms,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }
}

/// Returns what stays in a session's data of what the storefront has sent: neither a wish, which was for this intent only,
/// nor what the plugin and the class store themselves.
pub(super) fn kept(data: &JsonObject) -> JsonObject {
    let own = ["id", "medusa_payment_rs", "medusa_session"];
    let dropped = WISHES.iter().chain(&own).filter(|name| data.contains_key(name));
    dropped.fold(data.clone(), |data, name| data.without(name))
}

/// Returns the form of a new intent.
///
/// # Errors
/// If Stripe cannot be asked for this.
pub(super) fn new_intent<M: Method>(
    settings: &Settings,
    context: &PaymentProcessorContext,
    wishes: &Wishes,
) -> Result<Form> {
    let own = IntentOptions::of(context)?;
    let currency = &context.currency_code;
    let amount = charged(context.amount, currency)?;
    let own_types = || own.payment_method_types.clone().map(Value::from);
    let default_types = || M::LOCAL_TYPE.map(|kind| Value::from(vec![kind]));
    let wished_types = wishes.get("payment_method_types").cloned();
    let types = wished_types.or_else(own_types).or_else(default_types);
    let has_types = types.as_ref().and_then(Value::as_array).is_some_and(|types| !types.is_empty());
    let at_once = settings.capture_at_once || M::LOCAL_TYPE.is_some();
    let usual = if at_once { "automatic" } else { "manual" };
    let capture_method = wishes
        .text("capture_method")
        .unwrap_or_else(|| own.capture_method.map_or(usual, CaptureMethod::as_str));
    let own_usage = || own.setup_future_usage.map(|usage| Value::from(usage.as_str()));
    let setup_future_usage = wishes.get("setup_future_usage").cloned().or_else(own_usage);
    let description = wishes.text("payment_description").or(settings.description.as_deref());
    let automatic = wishes.get("automatic_payment_methods").cloned().or_else(|| {
        let is_wanted = settings.automatic_payment_methods && !has_types;
        is_wanted.then(|| serde_json::json!({"enabled": true}))
    });
    let configuration = wishes
        .text("payment_method_configuration")
        .or(settings.own.payment_method_configuration.as_deref())
        .filter(|_| !has_types);
    let holder = context.account_holder.as_ref().and_then(|holder| holder.get::<String>("id"));

    let form = Form::default().with("amount", amount).with("currency", currency);
    let form = with_metadata(form, settings, context, wishes)
        .with_some("description", description.filter(|text| !text.is_empty()))
        .with("capture_method", capture_method);
    let options = method_options::<M>(settings, wishes, &own, capture_method);
    let (usage, options) = kept_by_type(setup_future_usage.as_ref(), types.as_ref(), options);
    let form = with_wish(form, "setup_future_usage", usage);
    let form = with_wish(form, "payment_method_types", types.as_ref());
    let form = with_wish(form, "payment_method_data", wishes.get("payment_method_data"));
    let form = with_wish(form, "payment_method_options", options.as_ref());
    let form = with_wish(form, "automatic_payment_methods", automatic.as_ref());
    let last = ["off_session", "confirm", "payment_method", "return_url", "shared_payment_token"];
    let form = last.iter().fold(form, |form, name| with_wish(form, name, wishes.get(name)));
    let form = match (wishes.get("shipping"), &context.shipping_address) {
        (Some(shipping), _) => form.with_json("shipping", shipping),
        (None, Some(address)) => buyer::with_shipping(form, address),
        (None, None) => form,
    };
    Ok(form
        .with_some("payment_method_configuration", configuration)
        .with("expand[0]", "payment_method")
        .with_some("customer", holder.filter(|id| !id.is_empty())))
}

/// Returns for what the method is kept, and the options of each type. Stripe refuses the payment if it is to be kept and one
/// of its types cannot be: then only those are kept that can be, each by its own option. Without types Stripe chooses, and
/// offers only what can be kept.
fn kept_by_type<'a>(
    usage: Option<&'a Value>,
    types: Option<&Value>,
    options: Option<Value>,
) -> (Option<&'a Value>, Option<Value>) {
    let (Some(Value::String(text)), Some(Value::Array(types))) = (usage, types) else {
        return (usage, options);
    };
    let can_be = |kind: &&str| may_be_kept(kind, text);
    let types: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
    if types.iter().all(can_be) {
        return (usage, options);
    }
    let mut options = match options {
        Some(Value::Object(options)) => options,
        None => Map::new(),
        other => return (None, other),
    };
    for kind in types.iter().filter(|kind| can_be(kind)) {
        let of_kind = options.entry(*kind).or_insert_with(|| Map::new().into());
        if let Value::Object(of_kind) = of_kind {
            of_kind.entry("setup_future_usage").or_insert_with(|| text.as_str().into());
        }
    }
    (None, (!options.is_empty()).then_some(options.into()))
}

fn with_wish(form: Form, name: &str, wish: Option<&Value>) -> Form {
    match wish {
        Some(value) => form.with_json(name, value),
        None => form,
    }
}

fn with_metadata(
    form: Form,
    settings: &Settings,
    context: &PaymentProcessorContext,
    wishes: &Wishes,
) -> Form {
    let own = [SESSION, AMOUNT, STORE];
    let empty = Map::new();
    let wished = wishes.get("metadata").and_then(Value::as_object).unwrap_or(&empty);
    let form = wished
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .fold(form, |form, (name, value)| form.with_json(&metadata(name), value));
    form.with(metadata(SESSION), &context.resource_id)
        .with_some(&metadata(AMOUNT), inexact(context.amount, &context.currency_code))
        .with_some(&metadata(STORE), settings.store_mark())
}

/// Returns the name of the form's field for this metadata.
pub(super) fn metadata(name: &str) -> String {
    format!("metadata[{name}]")
}

/// Returns the amount that Medusa asks for, if Stripe has to be asked for another one.
pub(super) fn inexact(amount: Amount, currency: &str) -> Option<Amount> {
    let charged = units::to_stripe(amount, currency)?;
    (units::from_stripe(charged, currency) != Some(amount)).then_some(amount)
}

/// Returns what Stripe is asked for, in its own unit.
pub(super) fn charged(amount: Amount, currency: &str) -> Result<Amount> {
    units::to_stripe(amount, currency).ok_or_else(|| {
        PaymentProcessorError::invalid(
            "The amount is not valid",
            "invalid_amount",
            format!(
                "It is more than Stripe can be asked for in {}. Stripe was not asked.",
                currency.to_uppercase()
            ),
        )
    })
}

fn method_options<M: Method>(
    settings: &Settings,
    wishes: &Wishes,
    own: &IntentOptions,
    capture_method: &str,
) -> Option<Value> {
    let own = || own.payment_method_options.clone().map(Value::from);
    if let Some(said) = wishes.get("payment_method_options").cloned().or_else(own) {
        return Some(said);
    }
    match M::LOCAL_TYPE {
        Some("oxxo") => Some(
            serde_json::json!({"oxxo": {"expires_after_days": settings.own.oxxo_expires_days}}),
        ),
        None if settings.own.multicapture && capture_method == "manual" => {
            Some(serde_json::json!({"card": {"request_multicapture": "if_available"}}))
        }
        _ => None,
    }
}

/// How often a stored failure is stepped over.
const MOST_REPLAYS: usize = 12;

/// How long before the request for an intent the intent may have been made, in seconds: another clock.
const LOOK_BACK: u64 = 300;

/// Asks Stripe for an intent, or finds the one that it has made for an earlier request with this key. A card that is
/// declined is not an error: the intent is there, and the shopper may pay it otherwise. If a card is charged at once,
/// `started` says when that was first asked for, in seconds since 1970: then an intent that Stripe made and answered with
/// an error is looked for, instead of making another.
pub(super) async fn start(
    api: &Api<'_>,
    request: &HttpRequest,
    key: &str,
    started: Option<u64>,
) -> Result<Intent> {
    let mut next = key.to_owned();
    for replays in 1..=MOST_REPLAYS {
        let reply = api.exchange.send(request, Some(&next)).await?;
        if let Some(intent) = declined(&reply) {
            return Ok(intent);
        }
        if reply.status().is_success() || !api.exchange.is_replay(&reply) {
            return api.exchange.parsed(reply, false);
        }
        if let Some(started) = started
            && let Some(id) = made_for(api, key, started).await?
        {
            return api.retrieve_intent_with(&id, &["payment_method"]).await;
        }
        next = format!("{key}.{replays}");
    }
    let kind = ErrorKind::OutcomeUnknown;
    let detail = format!("Stripe only repeats its answers to earlier attempts. {}", kind.advice());
    Err(api.exchange.error(kind, "only_replays", detail).never_retry())
}

/// Returns the intent in an error about a card (<https://docs.stripe.com/api/errors#errors-payment_intent>).
fn declined(reply: &Reply) -> Option<Intent> {
    if reply.status().as_u16() != 402 {
        return None;
    }
    let body: JsonObject = serde_json::from_str(reply.body()).ok()?;
    body.get::<JsonObject>("error")?.get("payment_intent")
}

/// Returns the id of the intent that Stripe has made for Medusa's session since it was first asked for one.
pub(super) async fn made_for(api: &Api<'_>, session: &str, started: u64) -> Result<Option<String>> {
    let is_its = |intent: &IntentFields| {
        let metadata = intent.metadata.as_ref();
        metadata.and_then(|it| it.get::<String>(SESSION)).as_deref() == Some(session)
    };
    let mut last: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let request = requests::intents_since(started.saturating_sub(LOOK_BACK), last.as_deref());
        let page: Page<IntentFields> = api.exchange.read(&request).await?;
        if let Some(intent) = page.data.iter().find(|intent| is_its(intent)) {
            return Ok(Some(intent.id.clone()));
        }
        last = page.data.last().map(|intent| intent.id.clone());
        if !page.has_more || last.is_none() {
            return Ok(None);
        }
    }
    let kind = ErrorKind::OutcomeUnknown;
    let detail = format!("Stripe's list of intents does not end. {}", kind.advice());
    Err(api.exchange.error(kind, "", detail).never_retry())
}

fn refused(detail: String) -> PaymentProcessorError {
    let detail = format!("{detail} Stripe was not asked.");
    PaymentProcessorError::invalid("The payment cannot be started", "invalid_data", detail)
}

#[cfg(test)]
mod tests {
    use super::super::super::method::{Any, Blik, Oxxo};
    use super::super::config::StripeOptions;
    use super::*;

    fn form_of<M: Method>(options: &str, currency: &str, units: u64, data: &str) -> String {
        let options: StripeOptions = serde_json::from_str(options).unwrap();
        let settings = Settings::try_from(options).unwrap();
        let data = JsonObject::parse(data).unwrap();
        let context = PaymentProcessorContext {
            account_holder: Some(JsonObject::parse(r#"{"id":"cus_1"}"#).unwrap()),
            ..PaymentProcessorContext::new(Amount::new(units).unwrap(), currency, "payses_1")
        };
        let wishes = Wishes::of(&data).unwrap();
        let form = new_intent::<M>(&settings, &context, &wishes).unwrap();
        percent_encoding::percent_decode_str(&form.encoded()).decode_utf8().unwrap().into_owned()
    }

    #[test]
    fn an_intent_is_created_as_the_javascript_plugin_creates_it() {
        assert_eq!(
            form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 1999, "{}"),
            "amount=1999&currency=usd&metadata[session_id]=payses_1&capture_method=manual\
             &expand[0]=payment_method&customer=cus_1"
        );
        assert_eq!(
            form_of::<Blik>(r#"{"apiKey":"sk_1","automaticPaymentMethods":true}"#, "pln", 1, "{}"),
            "amount=1&currency=pln&metadata[session_id]=payses_1&capture_method=automatic\
             &payment_method_types[0]=blik&expand[0]=payment_method&customer=cus_1"
        );
        assert!(
            form_of::<Oxxo>(r#"{"apiKey":"sk_1"}"#, "mxn", 1, "{}")
                .contains("&payment_method_options[oxxo][expires_after_days]=3&")
        );
    }

    #[test]
    fn the_storefront_says_how_it_is_paid_and_not_what_by_whom_or_for_which_session() {
        let data = r#"{"payment_description":"Mugs","confirm":true,"payment_method":"pm_1","off_session":true,
            "metadata":{"gift":"yes","session_id":"payses_9","medusa_store":"x"},"amount":1,"customer":"cus_9","currency":"eur",
            "id":"x","session_id":"payses_8","transfer_data":{"destination":"acct_1"},"return_url":null}"#;
        assert_eq!(
            form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 5, data),
            "amount=5&currency=usd&metadata[gift]=yes&metadata[session_id]=payses_1&description=Mugs\
             &capture_method=manual&off_session=true&confirm=true&payment_method=pm_1\
             &expand[0]=payment_method&customer=cus_1"
        );
    }

    #[test]
    fn a_class_of_the_stores_own_says_how_its_intents_are_paid_unless_the_storefront_does() {
        fn form_with<M: Method>(options: &str, own: &str, data: &str) -> String {
            let options: StripeOptions = serde_json::from_str(options).unwrap();
            let settings = Settings::try_from(options).unwrap();
            let context = PaymentProcessorContext {
                intent_options: JsonObject::parse(own).unwrap(),
                ..PaymentProcessorContext::new(Amount::new(5).unwrap(), "eur", "payses_1")
            };
            let wishes = Wishes::of(&JsonObject::parse(data).unwrap()).unwrap();
            let form = new_intent::<M>(&settings, &context, &wishes).unwrap();
            percent_encoding::percent_decode_str(&form.encoded())
                .decode_utf8()
                .unwrap()
                .into_owned()
        }
        let automatic = r#"{"apiKey":"sk_1","automaticPaymentMethods":true,"multicapture":true}"#;
        let klarna = r#"{"payment_method_types":["klarna"],"capture_method":"automatic",
            "setup_future_usage":"off_session","payment_method_options":{"klarna":{"preferred_locale":"de-DE"}}}"#;
        assert_eq!(
            form_with::<Any>(automatic, klarna, "{}"),
            "amount=5&currency=eur&metadata[session_id]=payses_1&capture_method=automatic\
             &setup_future_usage=off_session&payment_method_types[0]=klarna\
             &payment_method_options[klarna][preferred_locale]=de-DE&expand[0]=payment_method"
        );
        let data = r#"{"payment_method_types":["card"],"capture_method":"manual","setup_future_usage":"on_session",
            "payment_method_options":{"card":{"request_three_d_secure":"any"}}}"#;
        assert_eq!(
            form_with::<Any>(automatic, klarna, data),
            "amount=5&currency=eur&metadata[session_id]=payses_1&capture_method=manual\
             &setup_future_usage=on_session&payment_method_types[0]=card\
             &payment_method_options[card][request_three_d_secure]=any&expand[0]=payment_method"
        );
        let options = r#"{"apiKey":"sk_1"}"#;
        let own = r#"{"setup_future_usage":"off_session"}"#;
        assert!(form_with::<Blik>(options, own, "{}").contains("&payment_method_types[0]=blik&"));
    }

    #[test]
    fn what_the_storefront_keeps_in_a_session_stays_there() {
        let data = r#"{"gift_note":"x","confirm":true,"id":"pi_9","medusa_payment_rs":{"refunds":{}},"session_id":"payses_1"}"#;
        let kept = kept(&JsonObject::parse(data).unwrap());
        assert_eq!(kept.as_str(), r#"{"gift_note":"x","session_id":"payses_1"}"#);
    }

    #[test]
    fn an_earlier_intent_is_not_a_wish_to_be_charged_again() {
        let data = r#"{"id":"pi_1","object":"payment_intent","confirm":true,"payment_method":{"id":"pm_1"},
            "capture_method":"automatic","setup_future_usage":"off_session","metadata":{"gift":"yes","session_id":"payses_0"}}"#;
        assert_eq!(
            form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 5, data),
            "amount=5&currency=usd&metadata[gift]=yes&metadata[session_id]=payses_1\
             &capture_method=manual&setup_future_usage=off_session&expand[0]=payment_method&customer=cus_1"
        );
        assert!(!Wishes::of(&JsonObject::parse(data).unwrap()).unwrap().confirms());
    }

    #[test]
    fn what_stripe_cannot_be_asked_for_exactly_is_remembered() {
        let form = form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "kwd", 1234, "{}");
        assert!(form.starts_with("amount=1240&currency=kwd&"), "{form}");
        assert!(form.contains("&metadata[medusa_amount]=1234&"), "{form}");
    }

    #[test]
    fn a_key_that_would_be_another_field_is_refused() {
        for data in [
            r#"{"metadata":{"a][session_id":"payses_2"}}"#,
            r#"{"payment_method_data":{"b[c":"d"}}"#,
        ] {
            let error = Wishes::of(&JsonObject::parse(data).unwrap()).err().unwrap();
            assert_eq!(error.code(), "invalid_data");
        }
    }

    #[test]
    fn several_captures_are_asked_for_only_if_the_store_wants_them() {
        let wanted = r#"{"apiKey":"sk_1","multicapture":true}"#;
        let asked = "&payment_method_options[card][request_multicapture]=if_available&";
        assert!(form_of::<Any>(wanted, "usd", 5, "{}").contains(asked));
        assert!(!form_of::<Blik>(wanted, "pln", 5, "{}").contains(asked));
        assert!(!form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 5, "{}").contains(asked));
    }

    #[test]
    fn of_several_methods_those_are_kept_that_can_be() {
        let form = |types: &str, more: &str| {
            let data = format!(
                r#"{{"setup_future_usage":"off_session","payment_method_types":{types}{more}}}"#
            );
            form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "pln", 5, &data)
        };
        let all = "&setup_future_usage=off_session&";
        assert!(form(r#"["card"]"#, "").contains(all));
        assert!(form(r#"["card","something_new"]"#, "").contains(all));
        let some = form(r#"["card","p24","blik"]"#, "");
        assert!(!some.contains(all), "{some}");
        assert!(
            some.contains("&payment_method_options[card][setup_future_usage]=off_session&"),
            "{some}"
        );
        let own =
            r#","payment_method_options":{"card":{"setup_future_usage":"none"},"p24":{"a":"b"}}"#;
        let own = form(r#"["card","p24"]"#, own);
        assert!(own.contains("&payment_method_options[card][setup_future_usage]=none"), "{own}");
        assert!(!form(r#"["p24"]"#, "").contains("setup_future_usage"));
    }

    #[test]
    fn a_local_method_that_cannot_be_kept_is_not_asked_to_be() {
        let usage = r#"{"setup_future_usage":"off_session"}"#;
        let blik = form_of::<Blik>(r#"{"apiKey":"sk_1"}"#, "pln", 5, usage);
        assert!(!blik.contains("setup_future_usage"), "{blik}");
        let oxxo = form_of::<Oxxo>(r#"{"apiKey":"sk_1"}"#, "mxn", 5, usage);
        assert!(!oxxo.contains("setup_future_usage"), "{oxxo}");
        assert!(oxxo.contains("&payment_method_options[oxxo][expires_after_days]=3&"), "{oxxo}");
        let any = form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 5, usage);
        assert!(any.contains("&setup_future_usage=off_session&"), "{any}");
    }

    #[test]
    fn the_storefront_may_say_where_goods_are_sent_to() {
        let to = r#"{"shipping":{"name":"Ada","address":{"line1":"1 Mall Road","country":"in"}}}"#;
        let form = form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 5, to);
        let told = "&shipping[name]=Ada&shipping[address][line1]=1+Mall+Road&shipping[address][country]=in&";
        assert!(form.contains(told), "{form}");
        let other = form_of::<Any>(r#"{"apiKey":"sk_1"}"#, "usd", 5, r#"{"shipping":"express"}"#);
        assert!(!other.contains("shipping"), "{other}");
    }
}
