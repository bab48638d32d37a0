//! Annotations of fields: which exist, where they have a meaning, and what they say.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location, closest};
use inspire_syntax::ast;
use inspire_syntax::ast::{Annotation, Argument, Decimal, Tail, ValueKind};

use super::field::Owner;
use super::{Checker, setting, types};
use crate::model::{Data, Field, OnDelete, Rule, RuleKind, Scalar, TypeKind};

/// The annotations a field can have.
const KNOWN: [&str; 15] = [
    "@unique",
    "@primaryKey",
    "@onDelete",
    "@minLength",
    "@maxLength",
    "@regex",
    "@email",
    "@url",
    "@trim",
    "@min",
    "@max",
    "@maxSize",
    "@accept",
    "@sensitive",
    "@pii",
];

/// Reads the annotations of `node` into `field`, its rules into `data`.
pub(crate) fn read<'a>(
    cx: &mut Checker<'a>,
    data: &mut Data<'a>,
    file: FileId,
    node: &'a ast::Field<'a>,
    owner: Owner,
    field: &mut Field<'a>,
) {
    let start = data.rules.len();
    for (i, tail) in node.tails.iter().enumerate() {
        let Tail::Annotation(annotation) = tail else { continue };
        let earlier = node.tails.iter().take(i).find_map(|tail| match tail {
            Tail::Annotation(earlier) if earlier.name.text == annotation.name.text => Some(earlier),
            _ => None,
        });
        if let Some(earlier) = earlier {
            cx.report(duplicate(
                annotation,
                Location::new(file, annotation.span),
                Location::new(file, earlier.span),
            ));
            continue;
        }
        let mut reader = Reader { cx, data, file, annotation, owner };
        reader.apply(field);
    }
    if let Some(rules) = data.rules.get_mut(start..) {
        rules.sort_by_key(|rule| rule.kind);
    }
    field.rules = (start as u32, data.rules.len() as u32);
    ranges_are_not_empty(cx, data, file, node, field);
    if field.sensitive && field.is_key() {
        let place = node.tails.iter().find(|tail| is(tail, "@sensitive")).map_or(node.name.span, Tail::span);
        cx.report(sensitive_unique(Location::new(file, place), node.name.text));
    }
}

fn is(tail: &Tail<'_>, name: &str) -> bool {
    matches!(tail, Tail::Annotation(annotation) if annotation.name.text == name)
}

#[cold]
fn duplicate(annotation: &Annotation<'_>, place: Location, first: Location) -> Diagnostic {
    Diagnostic::new(Code::DuplicateAnnotation, place, format!("`{}` stands twice", annotation.name.text))
        .label("given again here")
        .related(first, "first given here")
        .help("remove one of them")
        .suggestion("remove this one", place, "")
}

/// The diagnostic for a field that is encrypted and would have to be compared.
#[cold]
pub(crate) fn sensitive_unique(place: Location, name: &str) -> Diagnostic {
    Diagnostic::new(Code::SensitiveUnique, place, format!("`{name}` is encrypted and cannot be unique"))
        .label("encrypted values cannot be compared")
        .help("keep one of `@sensitive` and `@unique`")
}

struct Reader<'r, 'a> {
    cx: &'r mut Checker<'a>,
    data: &'r mut Data<'a>,
    file: FileId,
    annotation: &'a Annotation<'a>,
    owner: Owner,
}

impl<'a> Reader<'_, 'a> {
    fn place(&self) -> Location {
        Location::new(self.file, self.annotation.span)
    }

    fn apply(&mut self, field: &mut Field<'a>) {
        let kind = field.ty.kind;
        let string = kind == TypeKind::Scalar(Scalar::String) && !field.ty.array;
        let file = kind == TypeKind::Scalar(Scalar::File);
        let name = self.annotation.name;
        match name.text {
            "@unique" => field.unique = self.bare() && self.key(field),
            "@primaryKey" => field.primary_key = self.bare() && self.key(field),
            "@sensitive" => field.sensitive = self.bare(),
            "@pii" => field.pii = self.bare(),
            "@email" => field.email = self.fits(string, "`string`", field) && self.bare(),
            "@url" => field.url = self.fits(string, "`string`", field) && self.bare(),
            "@trim" => field.trim = self.fits(string, "`string`", field) && self.bare(),
            "@minLength" if self.fits(string, "`string`", field) => self.count(RuleKind::MinLength),
            "@maxLength" if self.fits(string, "`string`", field) => self.count(RuleKind::MaxLength),
            "@regex" if self.fits(string, "`string`", field) => self.regex(),
            "@min" if self.fits(is_number(kind) && !field.ty.array, "a number", field) => {
                self.number(RuleKind::Min);
            }
            "@max" if self.fits(is_number(kind) && !field.ty.array, "a number", field) => {
                self.number(RuleKind::Max);
            }
            "@maxSize" if self.fits(file, "`file`", field) => self.count(RuleKind::MaxSize),
            "@accept" if self.fits(file, "`file`", field) => self.accept(),
            "@onDelete" => {
                let reference = matches!(kind, TypeKind::Reference(..)) && self.owner == Owner::Entity;
                if self.fits(reference, "a reference of an entity", field) {
                    self.on_delete(field);
                }
            }
            name if KNOWN.contains(&name) => {}
            _ => self.unknown(),
        }
    }

    #[cold]
    fn unknown(&mut self) {
        let name = self.annotation.name;
        let place = Location::new(self.file, name.span);
        let new = Diagnostic::new(
            Code::UnknownAnnotation,
            place,
            format!("no annotation is named `{}`", name.text),
        )
        .label("unknown annotation");
        let meant = match name.text {
            "@id" | "@key" | "@pk" => Some("@primaryKey"),
            "@pattern" | "@matches" => Some("@regex"),
            "@length" => Some("@maxLength"),
            other => closest(other, KNOWN),
        };
        let new = match (meant, name.text) {
            (Some(_), _) => new.did_you_mean(place, meant),
            (None, "@default") => new.help("a default is written `= value`"),
            (None, "@index") => new.help("indexes are no part of the schema; `@unique` makes one"),
            (None, "@nullable" | "@optional") => {
                new.help("a field that may be null has a `?` after its type")
            }
            (None, _) => new.help(format!("the annotations of a field are {}", setting::list(&KNOWN))),
        };
        self.cx.report(new);
    }

    /// Whether the annotation has a meaning on the field's type; reports it otherwise.
    fn fits(&mut self, fits: bool, wanted: &str, field: &Field<'a>) -> bool {
        if !fits && field.ty.kind != TypeKind::Broken {
            let name = self.annotation.name.text;
            let ty = types::show(self.data, field.ty);
            let new = Diagnostic::new(
                Code::MisplacedAnnotation,
                self.place(),
                format!("`{name}` has no meaning on `{}: {ty}`", field.name),
            )
            .label(format!("is for {wanted}"))
            .help("remove it, or change the type")
            .suggestion(format!("remove `{name}`"), self.place(), "");
            self.cx.report(new);
        }
        fits
    }

    /// Whether the field can be a key; reports it otherwise.
    fn key(&mut self, field: &Field<'a>) -> bool {
        let name = self.annotation.name.text;
        let why = match field.ty.kind {
            _ if self.owner == Owner::Embedded => "an embedded type has no keys",
            _ if self.owner == Owner::Validation => "a request is no row, so nothing in it is a key",
            TypeKind::Broken => return true,
            _ if field.ty.array => "lists cannot be compared",
            TypeKind::Scalar(Scalar::File) => "files cannot be compared",
            TypeKind::Scalar(Scalar::Json) => "JSON values cannot be compared",
            TypeKind::Embedded(_) => "embedded values cannot be compared",
            _ if name == "@primaryKey" && field.ty.nullable => "a key is never null",
            _ => return true,
        };
        let new = Diagnostic::new(
            Code::MisplacedAnnotation,
            self.place(),
            format!("`{name}` has no meaning on `{}`", field.name),
        )
        .label(why)
        .help("remove it")
        .suggestion(format!("remove `{name}`"), self.place(), "");
        self.cx.report(new);
        false
    }

    #[cold]
    fn invalid(&mut self, wanted: &str) {
        let malformed = self.annotation.arguments.unwrap_or_default().iter();
        if malformed.clone().any(|argument| matches!(argument.value.kind, ValueKind::Malformed)) {
            return;
        }
        let name = self.annotation.name.text;
        let message = format!("`{name}` takes {wanted}");
        let new =
            Diagnostic::new(Code::InvalidAnnotation, self.place(), message).label(format!("wants {wanted}"));
        let example = match name {
            "@minLength" | "@maxLength" => "@maxLength(120)",
            "@min" | "@max" => "@min(0)",
            "@maxSize" => "@maxSize(5000000)",
            "@regex" => "@regex(\"^[a-z]+$\")",
            "@accept" => "@accept(\"image/*,application/pdf\")",
            "@onDelete" => "@onDelete(cascade)",
            other => other,
        };
        self.cx.report(new.help(format!("write `{example}`")));
    }

    /// Whether the annotation has no arguments; reports them otherwise.
    fn bare(&mut self) -> bool {
        if self.annotation.arguments.is_some() {
            self.invalid("no arguments");
        }
        self.annotation.arguments.is_none()
    }

    fn only(&self) -> Option<&'a Argument<'a>> {
        match self.annotation.arguments {
            Some([only]) if only.label.is_none() => Some(only),
            _ => None,
        }
    }

    fn push(&mut self, kind: RuleKind, number: Decimal, text: &'a str) {
        self.data.rules.push(Rule { kind, number, text });
    }

    /// A length or size: an integer that is not negative and fits the artifact.
    fn count(&mut self, kind: RuleKind) {
        match self.only().map(|argument| argument.value.kind) {
            Some(ValueKind::Int(number @ 0..=4_294_967_295)) => {
                self.push(kind, Decimal { mantissa: number, scale: 0 }, "");
            }
            Some(ValueKind::Int(number @ 0..)) if kind == RuleKind::MaxSize => {
                self.push(kind, Decimal { mantissa: number, scale: 0 }, "");
            }
            _ => self.invalid("one integer that is not negative"),
        }
    }

    fn number(&mut self, kind: RuleKind) {
        match self.only().map(|argument| argument.value.kind) {
            Some(ValueKind::Int(number)) => self.push(kind, Decimal { mantissa: number, scale: 0 }, ""),
            Some(ValueKind::Decimal(number)) => self.push(kind, number, ""),
            _ => self.invalid("one number"),
        }
    }

    fn regex(&mut self) {
        let Some(ValueKind::String(pattern)) = self.only().map(|argument| argument.value.kind) else {
            return self.invalid("one string");
        };
        match regex::Regex::new(pattern) {
            Ok(_) => self.push(RuleKind::Regex, Decimal { mantissa: 0, scale: 0 }, pattern),
            Err(error) => {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default();
                let reason = reason.trim().trim_start_matches("error: ").to_owned();
                let span = self.only().map_or(self.annotation.span, |argument| argument.value.span);
                let place = Location::new(self.file, span);
                let new = Diagnostic::new(Code::InvalidRegex, place, "the pattern is no regular expression")
                    .label(reason)
                    .help("backslashes are doubled in strings: `\\\\d`; look-around and back-references do not exist");
                self.cx.report(new);
            }
        }
    }

    fn accept(&mut self) {
        let Some(ValueKind::String(list)) = self.only().map(|argument| argument.value.kind) else {
            return self.invalid("one string");
        };
        let is_type = |part: &str| {
            let part = part.trim();
            let name = |text: &str| {
                !text.is_empty()
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-*".contains(&byte))
            };
            part.strip_prefix('.').is_some_and(name)
                || part.split_once('/').is_some_and(|(kind, subtype)| name(kind) && name(subtype))
        };
        if list.split(',').all(is_type) {
            self.push(RuleKind::Accept, Decimal { mantissa: 0, scale: 0 }, list);
        } else {
            self.invalid("media types with commas between them");
        }
    }

    fn on_delete(&mut self, field: &mut Field<'a>) {
        field.on_delete = match self.only().and_then(|argument| setting::word(&argument.value)) {
            Some("cascade") => OnDelete::Cascade,
            Some("restrict") => OnDelete::Restrict,
            Some("setNull") if field.ty.nullable => OnDelete::SetNull,
            Some("setNull") => {
                let end = field.declared.map_or(self.annotation.span, |node| node.ty.span()).end;
                let after = Location::new(self.file, inspire_diagnostics::Span::at(end));
                let new = Diagnostic::new(
                    Code::SetNullOnRequired,
                    self.place(),
                    format!("`{}` cannot become null", field.name),
                )
                .label("would have to set null")
                .help("append `?` to the type, or use `cascade` or `restrict`")
                .suggestion("append `?` to the type", after, "?");
                self.cx.report(new);
                OnDelete::SetNull
            }
            _ => {
                self.invalid("`cascade`, `restrict` or `setNull`");
                OnDelete::Restrict
            }
        };
    }
}

/// Whether values of the type are numbers.
pub(crate) fn is_number(kind: TypeKind) -> bool {
    use Scalar::{BigInt, Double, Int, SmallInt};
    matches!(kind, TypeKind::Decimal(..) | TypeKind::Scalar(Int | SmallInt | BigInt | Double))
}

/// A minimum above its maximum would let no value through.
fn ranges_are_not_empty<'a>(
    cx: &mut Checker<'a>,
    data: &Data<'a>,
    file: FileId,
    node: &ast::Field<'a>,
    field: &Field<'a>,
) {
    let rules = data.rules.get(field.rules.0 as usize..field.rules.1 as usize).unwrap_or_default();
    let find = |kind| rules.iter().find(|rule| rule.kind == kind);
    let pairs = [
        (RuleKind::MinLength, RuleKind::MaxLength, "@minLength", "@maxLength"),
        (RuleKind::Min, RuleKind::Max, "@min", "@max"),
    ];
    for (least, greatest, least_name, greatest_name) in pairs {
        let (Some(least), Some(greatest)) = (find(least), find(greatest)) else { continue };
        if super::defaults::compare(least.number, greatest.number).is_gt() {
            let span =
                |name| node.tails.iter().find(|tail| is(tail, name)).map_or(node.name.span, Tail::span);
            let (least, greatest) = (span(least_name), span(greatest_name));
            let (first, second) =
                if least.start < greatest.start { (least, greatest) } else { (greatest, least) };
            cx.report(
                Diagnostic::new(
                    Code::EmptyRange,
                    Location::new(file, second),
                    format!("no value of `{}` lies between its minimum and its maximum", field.name),
                )
                .label("together they leave nothing")
                .related(Location::new(file, first), "the other limit")
                .help("swap the two numbers, or drop one"),
            );
        }
    }
}
