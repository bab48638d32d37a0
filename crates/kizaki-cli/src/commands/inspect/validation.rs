//! Validation types as text: one row a field, with what a request must send for it.

use inspire::words;
use inspire_artifact::Literal;
use inspire_artifact::entity::field_flag;
use inspire_artifact::validation::{Field, Validation, Validations, Variant};
use inspire_diagnostics::visible;

use super::text::Sheet;
use crate::table::Table;

impl Sheet {
    pub(super) fn validations(&mut self, validations: Validations<'_>) {
        let mut table = Table::default();
        table.row(["NAME", "FIELD", "TYPE", "RULES"]);
        for validation in validations.validations().iter() {
            for variant in validation.variants.iter() {
                let mut owner = owner(&validation, &variant);
                if variant.fields.is_empty() {
                    table.row([owner.as_str(), "nothing more", "", ""]);
                }
                for field in variant.fields.iter() {
                    table.row([
                        std::mem::take(&mut owner),
                        field.name.to_owned(),
                        what(&field),
                        rules(&field),
                    ]);
                }
            }
        }
        self.piece("Requests", &table);
    }
}

fn owner(validation: &Validation<'_>, variant: &Variant<'_>) -> String {
    match (validation.discriminant, variant.tag) {
        (Some(key), Some(tag)) => format!("{} if {key} is \"{}\"", validation.name, visible(tag)),
        _ => validation.name.to_owned(),
    }
}

/// The type, and whether the field may be left out.
fn what(field: &Field<'_>) -> String {
    if let Some(value) = field.value {
        return format!("\"{}\"", visible(value));
    }
    let has = |flag: u32, text: &'static str| if field.flags.contains(flag) { text } else { "" };
    let base = words::field_type(field.kind, field.target, field.target_field, field.digits);
    let suffixes = format!("{}{}", has(field_flag::ARRAY, "[]"), has(field_flag::NULLABLE, "?"));
    let default = match field.default {
        None => has(field_flag::OPTIONAL, ", may be left out").to_owned(),
        Some(Literal::Null) => " = null".to_owned(),
        Some(Literal::String(text)) => format!(" = \"{}\"", visible(text)),
        Some(Literal::Number(number)) => format!(" = {number}"),
        Some(Literal::Bool(value)) => format!(" = {value}"),
        Some(Literal::Member(member)) => format!(" = {member}"),
    };
    format!("{base}{suffixes}{default}")
}

fn rules(field: &Field<'_>) -> String {
    let flags = [
        (field_flag::TRIM, "trimmed"),
        (field_flag::EMAIL, "an e-mail address"),
        (field_flag::URL, "a URL"),
        (field_flag::SENSITIVE, "sensitive"),
        (field_flag::PII, "pii"),
    ];
    let flags = flags.into_iter().filter(|(flag, _)| field.flags.contains(*flag));
    let mut parts: Vec<String> = flags.map(|(_, word)| word.to_owned()).collect();
    for rule in field.rules.iter() {
        let name = words::rule(rule.kind);
        match rule.value {
            Literal::Number(number) => parts.push(format!("{name} {number}")),
            Literal::String(text) => parts.push(format!("{name} {}", visible(text))),
            _ => {}
        }
    }
    parts.join(", ")
}
