//! Hooks of entities and schedules: known events and fields, options in range, times that come.

use inspire_artifact::limits::{BACKOFF_MS, RETRIES, TIMEOUT_MS};
use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Argument, Block, Name, Setting, Value, ValueKind};
use rustc_hash::FxHashMap;

use super::cron;
use super::fields::Fields;
use super::{Checker, names, setting};
use crate::model::hook::{Backoff, Event};
use crate::model::{Data, EffectOptions, EntityId, FieldId, Hook, Schedule};

const EVENTS: [(&str, Event); 3] =
    [("insert", Event::Insert), ("update", Event::Update), ("delete", Event::Delete)];

/// What an effect has when its block is left out.
const DEFAULTS: EffectOptions =
    EffectOptions { retries: 3, backoff: Backoff::Exponential, delay_ms: 1000, timeout_ms: 30_000 };

/// Checks the hooks of all entities, in the order of the entities.
pub(crate) fn check<'a>(cx: &mut Checker<'a>, data: &Data<'a>, fields: &Fields<'a>) -> Vec<Hook<'a>> {
    let mut hooks = Vec::new();
    for (entity, declared) in (0..).map(EntityId).zip(&data.entities) {
        let Some((file, node)) = declared.declared else { continue };
        let mut first = FxHashMap::default();
        for hook in node.hooks {
            let mut reader = Reader { cx, fields, file, entity };
            if let Some(hook) = reader.hook(hook, &mut first) {
                hooks.push(hook);
            }
        }
    }
    hooks
}

struct Reader<'r, 'a> {
    cx: &'r mut Checker<'a>,
    fields: &'r Fields<'a>,
    file: FileId,
    entity: EntityId,
}

/// What makes two hooks of one entity the same.
type Identity<'a> = (Event, Option<FieldId>, bool, &'a str);

impl<'a> Reader<'_, 'a> {
    fn hook(
        &mut self,
        node: &'a ast::Hook<'a>,
        first: &mut FxHashMap<Identity<'a>, Location>,
    ) -> Option<Hook<'a>> {
        let event = self.event(node);
        let field = event.and_then(|event| self.field(node, event));
        let is_effect = effect_or_trigger(self.cx, self.file, node)?;
        let effect = match (is_effect, node.options) {
            (true, options) => Some(effect_options(self.cx, self.file, options.as_ref())),
            (false, Some(options)) => {
                self.cx.report(options_of_trigger(self.at(options.span)));
                None
            }
            (false, None) => None,
        };
        let (event, handler) = (event?, node.handler.text);
        let location = self.at(node.span);
        let identity = (event, field, is_effect, handler);
        if let Some(first) = first.get(&identity) {
            self.cx.report(duplicate_hook(location, *first, handler));
        }
        first.entry(identity).or_insert(location);
        Some(Hook { location, entity: self.entity, event, field, handler, effect })
    }

    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn event(&mut self, node: &ast::Hook<'a>) -> Option<Event> {
        let name = event_name(self.cx, self.file, node, "`@on(insert)`, `@on(update)` or `@on(delete)`")?;
        let [name] = name.names else { return self.unknown_event(name.span()) };
        match EVENTS.iter().find(|(word, _)| *word == name.text) {
            Some((_, event)) => Some(*event),
            None => self.unknown_event(name.span),
        }
    }

    #[cold]
    fn unknown_event<T>(&mut self, span: Span) -> Option<T> {
        let place = self.at(span);
        let text = self.cx.sources.slice(place).to_owned();
        let meant = match text.as_str() {
            "create" | "created" | "add" | "inserted" => Some("insert"),
            "change" | "edit" | "updated" => Some("update"),
            "remove" | "destroy" | "deleted" => Some("delete"),
            other => closest(other, EVENTS.iter().map(|(word, _)| *word)),
        };
        let new = Diagnostic::new(Code::UnknownEvent, place, format!("rows have no event `{text}`"))
            .label("unknown event");
        let new = match (meant, text.as_str()) {
            (Some(_), _) => new.did_you_mean(place, meant),
            (None, "write" | "save" | "upsert") => {
                new.help("write two hooks: `@on(insert) …` and `@on(update) …`")
            }
            (None, _) => new.help("the events are `insert`, `update` and `delete`"),
        };
        self.cx.report(new);
        None
    }

    fn field(&mut self, node: &ast::Hook<'a>, event: Event) -> Option<FieldId> {
        let argument = node.arguments.get(1)?;
        let place = self.at(argument.span());
        if node.arguments.len() > 2 || argument.label.is_some() {
            self.cx.report(too_much(self.at(node.arguments_span)));
            return None;
        }
        let Some(name) = setting::name(&argument.value) else {
            self.cx.report(too_much(place));
            return None;
        };
        if event != Event::Update {
            let new = Diagnostic::new(
                Code::FieldOnWrongEvent,
                place,
                format!("a row that is {}ed has no field that changes", stem(event)),
            )
            .label("only an update changes a field")
            .help(format!("write `@on({})`, or `@on(update, {})`", event.as_str(), name.text));
            self.cx.report(new);
            return None;
        }
        names::field(self.cx, self.fields, self.entity, self.file, name)
    }
}

/// The stem of the participle: `insert`, `delet`.
fn stem(event: Event) -> &'static str {
    match event {
        Event::Insert => "insert",
        Event::Update => "updat",
        Event::Delete => "delet",
    }
}

/// What `@on` names as its event; `forms` shows what it may be.
pub(super) fn event_name<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    node: &ast::Hook<'a>,
    forms: &str,
) -> Option<ast::Path<'a>> {
    match node.arguments.first() {
        Some(Argument { label: None, value: Value { kind: ValueKind::Path(path), .. } }) => Some(*path),
        Some(Argument { value: Value { kind: ValueKind::Malformed, .. }, .. }) => None,
        _ => {
            cx.report(malformed(Location::new(file, node.arguments_span), forms));
            None
        }
    }
}

#[cold]
fn malformed(place: Location, forms: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidHook, place, "`@on` names an event")
        .label("not an event")
        .help(format!("write {forms}"))
}

#[cold]
fn too_much(place: Location) -> Diagnostic {
    Diagnostic::new(Code::InvalidHook, place, "`@on` names an event, and for an update at most one field")
        .label("not one field")
        .help("write `@on(update, field)`, once for each field")
}

/// Whether a hook is an effect; none if it is neither that nor a trigger.
pub(super) fn effect_or_trigger(cx: &mut Checker<'_>, file: FileId, node: &ast::Hook<'_>) -> Option<bool> {
    match node.kind.text {
        "effect" => Some(true),
        "trigger" => Some(false),
        other => {
            let place = Location::new(file, node.kind.span);
            let message = format!("a hook is a `trigger` or an `effect`, not `{other}`");
            let new = Diagnostic::new(Code::InvalidHook, place, message)
                .label("neither of them")
                .did_you_mean(place, closest(other, ["trigger", "effect"]));
            cx.report(match new.help {
                Some(_) => new,
                None => new.help("a trigger runs within the change, an effect after it and is tried again"),
            });
            None
        }
    }
}

#[cold]
fn options_of_trigger(place: Location) -> Diagnostic {
    Diagnostic::new(Code::InvalidHook, place, "a trigger has no options")
        .label("would have no effect")
        .help("a trigger runs once, within the change; remove the block, or make it an `effect`")
}

#[cold]
fn duplicate_hook(place: Location, first: Location, handler: &str) -> Diagnostic {
    Diagnostic::new(Code::DuplicateHook, place, format!("`{handler}` is called twice for the same event"))
        .label("called again here")
        .related(first, "first called here")
        .help("remove one of them")
}

/// The options of an effect; what is not given or wrong is as when the block is left out.
pub(super) fn effect_options<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    block: Option<&Block<'a>>,
) -> EffectOptions {
    let Some(block) = block else { return DEFAULTS };
    let known = &["retries", "backoff", "timeout"];
    setting::keys_are_known(cx, file, "an effect", block.settings, known, |_, _| None);
    let mut options = DEFAULTS;
    if let Some(setting) = setting::find(block.settings, "retries") {
        options.retries = retries(cx, file, setting).unwrap_or(options.retries);
    }
    if let Some(setting) = setting::find(block.settings, "backoff")
        && let Some((backoff, delay_ms)) = backoff(cx, file, &setting.value)
    {
        options.backoff = backoff;
        options.delay_ms = delay_ms;
    }
    if let Some(setting) = setting::find(block.settings, "timeout") {
        options.timeout_ms = timeout(cx, file, setting).unwrap_or(options.timeout_ms);
    }
    options
}

fn retries<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<u8> {
    let number = setting::int(cx, file, setting)?;
    let fits = u8::try_from(number).ok().filter(|retries| *retries <= RETRIES);
    if fits.is_none() {
        let place = Location::new(file, setting.value.span);
        let new =
            Diagnostic::new(Code::RetriesOutOfRange, place, format!("{number} retries are not possible"))
                .label("from 0 to 100")
                .help("with `exponential(1s)`, 10 retries already take over a quarter of an hour");
        cx.report(new);
    }
    fits
}

fn backoff<'a>(cx: &mut Checker<'a>, file: FileId, value: &Value<'a>) -> Option<(Backoff, u64)> {
    let place = Location::new(file, value.span);
    let (name, arguments) = match value.kind {
        ValueKind::Call((path, arguments)) => (path.word(), *arguments),
        ValueKind::Path(path) => (path.word(), [].as_slice()),
        ValueKind::Malformed => return None,
        _ => (None, [].as_slice()),
    };
    let strategy = name.and_then(|name| Backoff::from_word(name.text));
    let delay = match arguments {
        [Argument { label: None, value: Value { kind: ValueKind::Duration(ms), .. } }] => Some(*ms),
        [Argument { value: Value { kind: ValueKind::Malformed, .. }, .. }] => return None,
        _ => None,
    };
    match (strategy, delay) {
        (Some(strategy), Some(ms)) if ms > 0 && ms <= BACKOFF_MS => Some((strategy, ms)),
        _ => {
            cx.report(malformed_backoff(place, name, strategy, delay));
            None
        }
    }
}

#[cold]
fn malformed_backoff(
    place: Location,
    name: Option<Name<'_>>,
    strategy: Option<Backoff>,
    delay: Option<u64>,
) -> Diagnostic {
    let words = Backoff::ALL.iter().map(|backoff| backoff.as_str());
    let new = |message: String| Diagnostic::new(Code::MalformedBackoff, place, message);
    match (name, strategy, delay) {
        (_, Some(_), Some(_)) => {
            new("a delay is longer than nothing and at most a day".to_owned()).label("out of range")
        }
        (_, Some(strategy), None) => new(format!("`{}` needs its first delay", strategy.as_str()))
            .label("how long to wait is missing")
            .help(format!("write `{}(1s)`", strategy.as_str())),
        (Some(name), None, _) => {
            let word = Location::new(place.file, name.span);
            let guess = closest(name.text, words);
            let new = new(format!("no backoff is named `{}`", name.text)).label("unknown backoff");
            match guess {
                Some(_) => new.did_you_mean(word, guess),
                None => new.help("write `exponential(1s)`, `linear(1s)` or `fixed(1s)`"),
            }
        }
        (None, None, _) => new("`backoff` is a strategy with its first delay".to_owned())
            .label("not a backoff")
            .help("write `exponential(1s)`, `linear(1s)` or `fixed(1s)`"),
    }
}

fn timeout<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<u64> {
    let ValueKind::Duration(ms) = setting.value.kind else {
        let help = "write a number with its unit: `timeout: 30s`";
        setting::wrong_value(cx, file, "timeout", "a duration", &setting.value, help);
        return None;
    };
    if ms > 0 && ms <= TIMEOUT_MS {
        return Some(ms);
    }
    let place = Location::new(file, setting.value.span);
    let text = cx.sources.slice(place).to_owned();
    let new =
        Diagnostic::new(Code::TimeoutOutOfRange, place, format!("`{text}` is no timeout for a function"))
            .label("longer than nothing, at most 15 minutes")
            .help("cut longer work into pieces that each take a few minutes");
    cx.report(new);
    None
}

/// Checks the schedules, in the order of their names.
pub(crate) fn schedules<'a>(cx: &mut Checker<'a>) -> Vec<Schedule<'a>> {
    let mut schedules = Vec::new();
    for declared in cx.names.schedules.clone() {
        let (file, node) = (declared.file, declared.node);
        let settings = node.body.settings;
        let known = &["cron", "function", "timeout"];
        let meant = setting::keys_are_known(cx, file, "a schedule", settings, known, |_, _| None);
        let is_missing = |key| !node.body.partial && !meant.contains(&key);
        let find = |cx: &mut Checker<'a>, key, form: &str| {
            let found = setting::find(settings, key);
            if found.is_none() && is_missing(key) {
                let place = declared.at(node.name.span);
                let message = format!("schedule `{}` has no `{key}`", node.name.text);
                cx.report(
                    Diagnostic::new(Code::MissingKey, place, message)
                        .label(format!("`{key}` is missing"))
                        .help(format!("add {form}")),
                );
            }
            found
        };
        let time = find(cx, "cron", "`cron: \"0 3 * * *\"`, which is every day at 3:00 UTC");
        let function = find(cx, "function", "`function: name`");
        let cron = time.and_then(|setting| cron::read(cx, file, &setting.value));
        let function = function.and_then(|setting| function_name(cx, file, setting));
        let timeout = setting::find(settings, "timeout").and_then(|setting| timeout(cx, file, setting));
        if let (Some(cron), Some(function)) = (cron, function) {
            schedules.push(Schedule {
                location: declared.at(node.name.span),
                start: node.keyword.start,
                name: node.name.text,
                cron,
                function,
                timeout_ms: timeout.unwrap_or(DEFAULTS.timeout_ms),
            });
        }
    }
    schedules
}

fn function_name<'a>(cx: &mut Checker<'a>, file: FileId, setting: &Setting<'a>) -> Option<&'a str> {
    let name = setting::word(&setting.value);
    if name.is_none() {
        let help = "write its name without quotes: `function: cleanUp`";
        setting::wrong_value(cx, file, "function", "the name of a function", &setting.value, help);
    }
    name
}
