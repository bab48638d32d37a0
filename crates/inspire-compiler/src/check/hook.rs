//! Hooks of entities: known events and fields, each function called once.

mod cron;
mod effect;
pub(crate) mod schedule;

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, Span, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Argument, Name, Value, ValueKind};
use rustc_hash::FxHashMap;

pub(super) use self::effect::effect_options;
use super::fields::Fields;
use super::{Checker, names, setting};
use crate::model::hook::Event;
use crate::model::{Data, EntityId, FieldId, Hook};

/// Checks the hooks of all entities, in the order of the entities.
pub(crate) fn check<'a>(cx: &mut Checker<'a>, data: &Data<'a>, fields: &Fields<'a>) -> Vec<Hook<'a>> {
    let mut hooks = Vec::new();
    for (entity, declared) in (0..).map(EntityId).zip(&data.entities) {
        let Some((file, node)) = declared.declared else { continue };
        let start = hooks.len();
        let mut reader = Reader { cx, fields, file, entity, name: declared.name };
        hooks.extend(node.hooks.iter().filter_map(|hook| reader.hook(hook)));
        each_is_called_once(cx, data, hooks.get(start..).unwrap_or_default());
    }
    hooks
}

/// Reports functions that run twice for one change of a row.
fn each_is_called_once<'a>(cx: &mut Checker<'a>, data: &Data<'a>, hooks: &[Hook<'a>]) {
    let identity = |hook: &Hook<'a>| (hook.event, hook.field, hook.effect.is_some(), hook.handler);
    let mut first = FxHashMap::default();
    for hook in hooks {
        if let Some(first) = first.get(&identity(hook)) {
            cx.report(duplicate_hook(hook, *first));
        }
        first.entry(identity(hook)).or_insert(hook.location);
    }
    for hook in hooks {
        let Some(field) = hook.field else { continue };
        let whole = (hook.event, None, hook.effect.is_some(), hook.handler);
        if let Some(whole) = first.get(&whole) {
            cx.report(covered_hook(hook, data.field(field).name, *whole));
        }
    }
}

#[cold]
fn duplicate_hook(hook: &Hook<'_>, first: Location) -> Diagnostic {
    let message = format!("`{}` is called twice on {}", hook.handler, hook.event);
    Diagnostic::new(Code::DuplicateHook, hook.location, message)
        .label("called again here")
        .related(first, "first called here")
        .help("remove one of them")
}

#[cold]
fn covered_hook(hook: &Hook<'_>, field: &str, whole: Location) -> Diagnostic {
    let message = format!("`{}` is called twice when `{field}` changes", hook.handler);
    Diagnostic::new(Code::DuplicateHook, hook.location, message)
        .label(format!("called when `{field}` changes"))
        .related(whole, "called on every update")
        .help("remove one of them")
}

struct Reader<'r, 'a> {
    cx: &'r mut Checker<'a>,
    fields: &'r Fields<'a>,
    file: FileId,
    entity: EntityId,
    name: &'a str,
}

impl<'a> Reader<'_, 'a> {
    fn hook(&mut self, node: &'a ast::Hook<'a>) -> Option<Hook<'a>> {
        let event = self.event_and_field(node);
        let effect = match effect_or_trigger(self.cx, self.file, node)? {
            true => Some(effect_options(self.cx, self.file, node.options.as_ref())),
            false => {
                let options = node.options.map(|options| self.at(options.span));
                let new = options.map(|place| options_of_trigger(place, self.at(node.kind.span)));
                self.cx.diagnostics.extend(new);
                None
            }
        };
        let (event, field) = event?;
        let location = self.at(node.span);
        Some(Hook { location, entity: self.entity, event, field, handler: node.handler.text, effect })
    }

    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    /// What `@on(…)` names; nothing if something about it was reported.
    fn event_and_field(&mut self, node: &ast::Hook<'a>) -> Option<(Event, Option<FieldId>)> {
        let event = self.event(node)?;
        let (first, rest) = node.arguments.split_first()?;
        let [argument] = rest else {
            return if rest.is_empty() { Some((event, None)) } else { self.too_much(node, rest) };
        };
        let name = self.field_name(argument)?;
        let found = self.fields.find(self.entity, name.text);
        if is_event(argument) && (event != Event::Update || found.is_none()) {
            let new = second_event(self.at(argument.span()), event, name.text);
            self.cx.report(new);
            return None;
        }
        if event != Event::Update {
            let more = Span::new(first.span().end, argument.span().end);
            let new = field_on_wrong_event(self.at(argument.span()), self.at(more), event, name.text);
            self.cx.report(new);
            return None;
        }
        let field = names::field(self.cx, self.fields, self.entity, self.file, name)?;
        Some((event, Some(field)))
    }

    fn event(&mut self, node: &ast::Hook<'a>) -> Option<Event> {
        let path = event_name(self.cx, self.file, node, "`@on(insert)`, `@on(update)` or `@on(delete)`")?;
        let text = setting::text(path);
        let known = Event::from_word(&text);
        if known.is_none() {
            let new = unknown_event(self.at(path.span()), &text);
            self.cx.report(new);
        }
        known
    }

    /// The name of a field of the entity, whether there is one or not.
    fn field_name(&mut self, argument: &Argument<'a>) -> Option<Name<'a>> {
        let place = self.at(argument.span());
        let new = match (argument.label, argument.value.kind) {
            (_, ValueKind::Malformed) => return None,
            (None, ValueKind::Path(path)) => match path.names {
                [name] => return Some(*name),
                [owner, name] if owner.text == self.name => {
                    not_a_field(place, "the field stands alone").did_you_mean(place, Some(name.text))
                }
                _ => not_a_field(place, "not a field of the entity").help("write `@on(update, field)`"),
            },
            (None, ValueKind::String(text)) if self.fields.find(self.entity, text).is_some() => not_a_field(
                place, "a string",
            )
            .help(format!("write `{text}`"))
            .fix(format!("replace with `{text}`"), place, text),
            _ => not_a_field(place, "not the name of a field").help("write `@on(update, field)`"),
        };
        self.cx.report(new);
        None
    }

    #[cold]
    fn too_much<T>(&mut self, node: &ast::Hook<'a>, rest: &[Argument<'a>]) -> Option<T> {
        let new = Diagnostic::new(
            Code::InvalidHook,
            self.at(node.arguments_span),
            "`@on` names one event, and for an update at most one field",
        );
        let new = match rest.iter().all(is_event) {
            true => new.label("several events").help("write one hook for each event"),
            false => new.label("several fields").help("write one hook for each field: `@on(update, field)`"),
        };
        self.cx.report(new);
        None
    }
}

/// Whether an argument is the word for an event.
fn is_event(argument: &Argument<'_>) -> bool {
    let word = setting::word(&argument.value);
    argument.label.is_none() && word.and_then(Event::from_word).is_some()
}

#[cold]
fn unknown_event(place: Location, text: &str) -> Diagnostic {
    let meant = match text {
        "create" | "created" | "add" | "added" | "inserted" => Some("insert"),
        "change" | "changed" | "edit" | "edited" | "updated" => Some("update"),
        "remove" | "removed" | "destroy" | "deleted" => Some("delete"),
        other => closest(other, Event::ALL.iter().map(|event| event.as_str())),
    };
    let new = Diagnostic::new(Code::UnknownEvent, place, format!("rows have no event `{text}`"))
        .label("unknown event");
    match (meant, text) {
        (Some(_), _) => new.did_you_mean(place, meant),
        (None, "write" | "save" | "upsert") => {
            new.help("write two hooks: `@on(insert) …` and `@on(update) …`")
        }
        (None, "payment.succeeded" | "subscription.canceled") => new.help(
            "move the hook into `payments { … }`; the events of rows are `insert`, `update` and `delete`",
        ),
        (None, _) => new.help("the events are `insert`, `update` and `delete`"),
    }
}

#[cold]
fn second_event(place: Location, first: Event, second: &str) -> Diagnostic {
    let message = format!("a hook has one event, and this one has `{first}` already");
    Diagnostic::new(Code::InvalidHook, place, message)
        .label("a second event")
        .help(format!("write two hooks: `@on({first}) …` and `@on({second}) …`"))
}

#[cold]
fn field_on_wrong_event(place: Location, more: Location, event: Event, field: &str) -> Diagnostic {
    let (done, only) = match event {
        Event::Insert => ("inserted", "`@on(insert)`"),
        Event::Update => ("updated", "`@on(update)`"),
        Event::Delete => ("deleted", "`@on(delete)`"),
    };
    let message = format!("a row that is {done} has no field that changes");
    Diagnostic::new(Code::FieldOnWrongEvent, place, message)
        .label("only an update changes a field")
        .help(format!("write {only}, or `@on(update, {field})`"))
        .suggestion(format!("write {only}"), more, "")
}

#[cold]
fn not_a_field(place: Location, label: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidHook, place, "a hook on `update` may name one field of its entity")
        .label(label)
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
            cx.report(no_event(Location::new(file, node.arguments_span), forms));
            None
        }
    }
}

#[cold]
fn no_event(place: Location, forms: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidHook, place, "`@on` names an event")
        .label("not an event")
        .help(format!("write {forms}"))
}

/// Whether a hook is an effect; none if it is neither that nor a trigger.
pub(super) fn effect_or_trigger(cx: &mut Checker<'_>, file: FileId, node: &ast::Hook<'_>) -> Option<bool> {
    match node.kind.text {
        "effect" => Some(true),
        "trigger" => Some(false),
        other => {
            cx.report(unknown_kind(Location::new(file, node.kind.span), other));
            None
        }
    }
}

#[cold]
fn unknown_kind(place: Location, word: &str) -> Diagnostic {
    let message = format!("a hook is a `trigger` or an `effect`, not `{word}`");
    let new = Diagnostic::new(Code::InvalidHook, place, message).label("neither of them");
    match closest(word, ["trigger", "effect"]) {
        None => new.help("a trigger runs within the change, an effect after it and is tried again"),
        guess => new.did_you_mean(place, guess),
    }
}

#[cold]
fn options_of_trigger(place: Location, kind: Location) -> Diagnostic {
    Diagnostic::new(Code::InvalidHook, place, "a trigger has no options")
        .label("would have no effect")
        .help("a trigger runs once, within the change; remove the block, or make it an `effect`")
        .suggestion("make it an `effect`", kind, "effect")
}
