//! `payments`: plans with prices of their own, one free plan at most, trials and grace that make sense.

use inspire_artifact::limits::{GRACE_SECONDS, TRIAL_SECONDS};
use inspire_diagnostics::{Code, Diagnostic, Location, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Block, Name, Setting, Value, ValueKind};
use rustc_hash::FxHashMap;

use super::keys::Keys;
use super::{Checker, hook, names, setting};
use crate::model::EntityId;
use crate::model::payments::{PaymentEvent, PaymentHook, Payments, Plan, Price};
use crate::resolve::{Declared, duplicate_name, reserved_name};

const KEYS: [&str; 5] = ["seatEntity", "billingEntity", "trial", "gracePeriod", "graceAction"];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What `principal.planStatus` can be: the states of a subscription at Stripe.
pub(super) const STATUSES: [&str; 8] =
    ["trialing", "active", "past_due", "canceled", "unpaid", "incomplete", "incomplete_expired", "paused"];

/// Checks `payments`.
pub(crate) fn check<'a>(cx: &mut Checker<'a>) -> Option<Payments<'a>> {
    let declared = cx.names.payments?;
    let node = declared.node;
    if cx.names.auth.is_none() && !cx.names.may_be_lost("auth") {
        let new = Diagnostic::new(
            Code::PaymentsWithoutAuth,
            declared.at(node.keyword),
            "nobody can pay, because nobody can sign in",
        )
        .label("needs an `auth` block")
        .help("add `auth { providers: [email] }`, or remove the block");
        cx.report(new);
    }
    let secret = secret(cx, declared);
    let mut prices = FxHashMap::default();
    let mut plans = plans(cx, declared, &mut prices);
    let body = Block { settings: node.settings, span: node.span, partial: node.partial };
    let mut keys = Keys::new(cx, declared.file, "`payments`", node.keyword, body);
    keys.are_known(&KEYS);
    let seat_entity = entity(&mut keys, "seatEntity");
    let billing_entity = entity(&mut keys, "billingEntity");
    trials(&mut keys, &mut plans);
    let grace_period_seconds = grace(&mut keys, &plans);
    if keys.find("seatEntity").is_none() {
        seats_exist(&mut keys, node);
    }
    let hooks = hooks(keys.cx, declared);
    Some(Payments {
        location: declared.at(node.keyword),
        secret: secret?,
        seat_entity,
        billing_entity,
        grace_period_seconds,
        plans,
        hooks,
    })
}

/// The secret that is named after `@secret`: exactly one.
fn secret<'a>(cx: &mut Checker<'a>, declared: Declared<'a, ast::Payments<'a>>) -> Option<&'a str> {
    let node = declared.node;
    let Some(first) = node.secrets.first() else {
        if !node.partial {
            let new = Diagnostic::new(
                Code::MissingKey,
                declared.at(node.keyword),
                "`payments` names no secret for the payment provider's key",
            )
            .label("`@secret` is missing")
            .help("add `@secret stripeKey`; the value is kept outside of the schema");
            cx.report(new);
        }
        return None;
    };
    for second in node.secrets.iter().skip(1) {
        let place = declared.at(second.span);
        cx.report(setting::duplicate_key("@secret", place, declared.at(first.span)));
    }
    Some(first.text)
}

type Prices<'a> = FxHashMap<&'a str, Location>;

fn plans<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Payments<'a>>,
    prices: &mut Prices<'a>,
) -> Vec<Plan<'a>> {
    let node = declared.node;
    let mut first: FxHashMap<&str, Location> = FxHashMap::default();
    let mut free: Option<Location> = None;
    let mut found = Vec::with_capacity(node.plans.len());
    for plan in node.plans {
        let place = declared.at(plan.name.span);
        let name = plan.name.text;
        if name.starts_with("__") {
            cx.report(reserved_name(place, name));
        }
        if let Some(first) = first.get(name) {
            cx.report(duplicate_name(name, place, *first));
            continue;
        }
        first.insert(name, place);
        let plan = self::plan(cx, declared, plan, prices);
        if plan.price == Price::Free {
            match free {
                Some(first) => cx.report(second_free_plan(place, first, name)),
                None => free = Some(place),
            }
        }
        found.push(plan);
    }
    if found.is_empty() && !node.partial {
        let new = Diagnostic::new(Code::MissingKey, declared.at(node.keyword), "`payments` has no plan")
            .label("nothing can be bought")
            .help("add `plan Pro { stripe: \"price_…\" }`");
        cx.report(new);
    }
    found
}

#[cold]
fn second_free_plan(place: Location, first: Location, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::SecondFreePlan,
        place,
        format!("`{name}` has no price, and there is a free plan already"),
    )
    .label("free, too")
    .related(first, "the free plan")
    .help(format!("add `stripe: \"price_…\"` to `{name}`, or remove one of them"))
}

fn plan<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Payments<'a>>,
    node: &'a ast::Plan<'a>,
    prices: &mut Prices<'a>,
) -> Plan<'a> {
    let block = format!("the plan `{}`", node.name.text);
    let mut keys = Keys::new(cx, declared.file, block, node.name.span, node.body);
    keys.are_known(&["stripe", "perSeat", "legacyPrices"]);
    let price = keys.find("stripe").map(|setting| price(&mut keys, setting, prices));
    // A price that could not be read is still none that is free.
    let partial = node.body.partial || keys.excused.contains(&"stripe");
    let price = price.unwrap_or(if partial { Price::Split("", "") } else { Price::Free });
    let per_seat = keys
        .find("perSeat")
        .and_then(|setting| setting::boolean(keys.cx, keys.file, setting))
        .unwrap_or_default();
    if per_seat && price == Price::Free {
        let place = keys.at(node.name.span);
        let new = Diagnostic::new(
            Code::InvalidPlan,
            place,
            format!("`{}` is free, seats included", node.name.text),
        )
        .label("a plan without a price")
        .help("remove `perSeat`, or add `stripe: \"price_…\"`");
        keys.cx.report(new);
    }
    let legacy_prices = keys.find("legacyPrices").map(|setting| keys.texts(setting)).unwrap_or_default();
    if let Some(setting) = keys.find("legacyPrices") {
        if price == Price::Free {
            let new = Diagnostic::new(
                Code::InvalidPlan,
                keys.at(setting.key.span),
                format!("`{}` is free, so nobody pays an old price for it", node.name.text),
            )
            .label("prices of a plan without a price")
            .help("remove it, or add `stripe: \"price_…\"`");
            keys.cx.report(new);
        }
        for price in &legacy_prices {
            let place = keys.at(setting.value.span);
            price_is_of_one_plan(keys.cx, prices, price, place);
        }
    }
    Plan {
        location: declared.at(node.name.span),
        start: node.keyword.start,
        name: node.name.text,
        price,
        per_seat,
        legacy_prices,
        trial_seconds: 0,
    }
}

fn price<'a>(keys: &mut Keys<'_, 'a>, setting: &Setting<'a>, prices: &mut Prices<'a>) -> Price<'a> {
    if let ValueKind::Block(block) = setting.value.kind {
        let mut inner = Keys::new(keys.cx, keys.file, "a price", setting.key.span, *block);
        inner.are_known(&["monthly", "annual"]);
        let mut id = |key: &str| match inner.find(key) {
            Some(setting) => {
                let text = inner.text(setting).unwrap_or_default();
                price_is_of_one_plan(inner.cx, prices, text, inner.at(setting.value.span));
                text
            }
            None => "",
        };
        let split = Price::Split(id("monthly"), id("annual"));
        if block.settings.is_empty() && !block.partial {
            let new = Diagnostic::new(Code::InvalidPlan, keys.at(setting.value.span), "a price is monthly, annual or both")
                .label("neither of them")
                .help("write `{ monthly: \"price_…\", annual: \"price_…\" }`, or leave `stripe` out for the free plan");
            keys.cx.report(new);
        }
        return split;
    }
    match keys.text(setting) {
        Some(text) => {
            price_is_of_one_plan(keys.cx, prices, text, keys.at(setting.value.span));
            Price::Single(text)
        }
        None => Price::Split("", ""),
    }
}

/// A price tells which plan was bought, so it belongs to one.
fn price_is_of_one_plan<'a>(cx: &mut Checker<'a>, prices: &mut Prices<'a>, price: &'a str, place: Location) {
    if price.is_empty() {
        return;
    }
    if let Some(first) = prices.get(price) {
        let new = Diagnostic::new(
            Code::DuplicatePrice,
            place,
            format!("the price `{price}` stands for two things"),
        )
        .label("used again here")
        .related(*first, "first used here")
        .help("a payment tells its price only; each price belongs to one plan");
        cx.report(new);
    } else {
        prices.insert(price, place);
    }
}

fn entity<'a>(keys: &mut Keys<'_, 'a>, key: &str) -> Option<EntityId> {
    let setting = keys.find(key)?;
    let Some(name) = setting::name(&setting.value) else {
        let help = format!("write its name: `{key}: Organisation`");
        setting::wrong_value(keys.cx, keys.file, key, "an entity", &setting.value, &help);
        return None;
    };
    names::entity(keys.cx, keys.file, name)
}

fn trials<'a>(keys: &mut Keys<'_, 'a>, plans: &mut [Plan<'a>]) {
    let Some(setting) = keys.find("trial") else { return };
    let help = "write how long each plan can be tried: `trial: [Pro: 14d]`";
    let ValueKind::Labelled(items) = setting.value.kind else {
        setting::wrong_value(keys.cx, keys.file, "trial", "plans with durations", &setting.value, help);
        return;
    };
    let mut by_name: FxHashMap<_, _> = plans.iter_mut().map(|plan| (plan.name, plan)).collect();
    let mut first: FxHashMap<&str, Location> = FxHashMap::default();
    for item in items {
        let Some(name) = item.label else {
            setting::wrong_value(keys.cx, keys.file, "trial", "plans with durations", &item.value, help);
            continue;
        };
        let place = keys.at(name.span);
        if let Some(first) = first.get(name.text) {
            keys.cx.report(setting::duplicate_key(name.text, place, *first));
            continue;
        }
        first.insert(name.text, place);
        let seconds = trial(keys, &item.value);
        let Some(plan) = by_name.get_mut(name.text) else {
            let diagnostic = unknown_plan(keys.cx, place, name.text, "");
            keys.cx.diagnostics.extend(diagnostic);
            continue;
        };
        if plan.price == Price::Free {
            let new = Diagnostic::new(Code::InvalidPlan, place, format!("`{}` is free for good", name.text))
                .label("nothing to try")
                .help("remove it; a trial is of a plan with a price");
            keys.cx.report(new);
        } else {
            plan.trial_seconds = seconds.unwrap_or_default();
        }
    }
}

/// A trial in seconds: whole days, as the payment provider counts them.
fn trial<'a>(keys: &mut Keys<'_, 'a>, value: &Value<'a>) -> Option<u64> {
    let ms = setting::duration(keys.cx, keys.file, "trial", value, "`14d`, `2w`")?;
    if ms > 0 && ms % DAY_MS == 0 && ms / 1000 <= TRIAL_SECONDS {
        return Some(ms / 1000);
    }
    let place = keys.at(value.span);
    let new = Diagnostic::new(Code::PeriodOutOfRange, place, "a trial lasts whole days, from 1 to 365")
        .label("not possible")
        .help("write days or weeks: `14d`, `2w`");
    keys.cx.report(new);
    None
}

fn grace<'a>(keys: &mut Keys<'_, 'a>, plans: &[Plan<'a>]) -> u64 {
    let period = keys.find("gracePeriod");
    let action = keys.find("graceAction");
    if let Some(setting) = action {
        keys.word(setting, &["downgrade"], |word| word);
    }
    let Some(period) = period else {
        if let Some(setting) = action {
            let new = Diagnostic::new(
                Code::MissingKey,
                keys.at(setting.key.span),
                "`graceAction` has no `gracePeriod`",
            )
            .label("after how long?")
            .help("add `gracePeriod: 7d`");
            keys.cx.report(new);
        }
        return 0;
    };
    let examples = "`7d`, `36h`";
    let Some(ms) = setting::duration(keys.cx, keys.file, "gracePeriod", &period.value, examples) else {
        return 0;
    };
    if ms == 0 || ms % 1000 != 0 || ms / 1000 > GRACE_SECONDS {
        let place = keys.at(period.value.span);
        let new =
            Diagnostic::new(Code::PeriodOutOfRange, place, "a grace period lasts from one second to a year")
                .label("not possible")
                .help("leave it out for none");
        keys.cx.report(new);
        return 0;
    }
    if !plans.is_empty() && !plans.iter().any(|plan| plan.price == Price::Free) && !keys.partial {
        let place = keys.at(period.key.span);
        let new = Diagnostic::new(
            Code::InvalidPlan,
            place,
            "there is no free plan to fall to after the grace period",
        )
        .label("downgrade to what?")
        .help("add a plan without a price: `plan Free { }`");
        keys.cx.report(new);
    }
    ms / 1000
}

/// A plan that is paid by seat needs to know what a seat is.
fn seats_exist(keys: &mut Keys<'_, '_>, node: &ast::Payments<'_>) {
    if keys.partial || keys.excused.contains(&"seatEntity") {
        return;
    }
    let by_seat = node.plans.iter().find_map(|plan| {
        setting::find(plan.body.settings, "perSeat").filter(|it| setting::word(&it.value) == Some("true"))
    });
    if let Some(setting) = by_seat {
        let new =
            Diagnostic::new(Code::InvalidPlan, keys.at(setting.key.span), "nothing says what a seat is")
                .label("`seatEntity` is missing")
                .help("add `seatEntity: Membership` to `payments`: each of its rows is a seat");
        keys.cx.report(new);
    }
}

fn hooks<'a>(cx: &mut Checker<'a>, declared: Declared<'a, ast::Payments<'a>>) -> Vec<PaymentHook<'a>> {
    let file = declared.file;
    let mut found = Vec::new();
    for node in declared.node.hooks {
        let forms = "`@on(payment.succeeded)` or `@on(subscription.canceled)`";
        let event = hook::event_name(cx, file, node, forms).and_then(|path| event(cx, declared, path));
        let is_effect = hook::effect_or_trigger(cx, file, node);
        if is_effect == Some(false) {
            let place = declared.at(node.kind.span);
            let new = Diagnostic::new(
                Code::InvalidHook,
                place,
                "what a payment does cannot be refused by a trigger",
            )
            .label("not a `trigger`")
            .help("write `effect`; it runs afterwards, and again if it fails")
            .fix("replace with `effect`", place, "effect");
            cx.report(new);
        }
        let options = hook::effect_options(cx, file, node.options.as_ref());
        if let Some(event) = event {
            found.push(PaymentHook {
                location: declared.at(node.span),
                event,
                handler: node.handler.text,
                options,
            });
        }
    }
    found
}

fn event<'a>(
    cx: &mut Checker<'a>,
    declared: Declared<'a, ast::Payments<'a>>,
    path: ast::Path<'a>,
) -> Option<PaymentEvent> {
    let text = setting::text(path);
    let found = PaymentEvent::from_word(&text);
    if found.is_none() {
        let place = declared.at(path.span());
        let guess = closest(&text, PaymentEvent::ALL.iter().map(|event| event.as_str()));
        let new = Diagnostic::new(Code::UnknownEvent, place, format!("payments have no event `{text}`"))
            .label("unknown event");
        cx.report(match guess {
            Some(_) => new.did_you_mean(place, guess),
            None => new.help("the events are `payment.succeeded` and `subscription.canceled`"),
        });
    }
    found
}

/// The diagnostic for a plan that is not declared; none if it may have been lost. `quote` stands around names.
#[cold]
pub(super) fn unknown_plan(cx: &Checker<'_>, place: Location, name: &str, quote: &str) -> Option<Diagnostic> {
    let payments = cx.names.payments?;
    if payments.node.partial {
        return None;
    }
    let new =
        Diagnostic::new(Code::UnknownPlan, place, format!("no plan is named `{name}`")).label("unknown plan");
    let names = || payments.node.plans.iter().map(|plan: &ast::Plan<'_>| plan.name);
    let guess = closest(name, names().map(|name: Name<'_>| name.text));
    Some(match guess {
        Some(guess) => new.did_you_mean_name(place, Some(&format!("{quote}{guess}{quote}"))),
        None => {
            let names: Vec<_> = names().map(|name| name.text).collect();
            new.help(format!("the plans are {}", setting::list(&names)))
        }
    })
}
