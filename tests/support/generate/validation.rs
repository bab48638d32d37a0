//! Validation types: written out, derived from entities and from each other, and unions.

use super::{App, Choices};

/// Something that validation types are derived from, and the names of its fields.
struct Source {
    name: String,
    fields: Vec<String>,
}

impl App {
    pub(super) fn validations(&mut self, choices: &mut Choices<'_>) {
        let fields = |entity: &super::Entity| entity.fields.iter().map(|field| field.name.clone()).collect();
        let mut sources: Vec<Source> = self
            .entities
            .iter()
            .map(|entity| Source { name: entity.name.clone(), fields: fields(entity) })
            .collect();
        sources
            .push(Source { name: "Address".to_owned(), fields: vec!["street".to_owned(), "zip".to_owned()] });
        for number in 0..choices.between(0, 4) {
            let name = format!("Request{number}");
            let source = &sources[choices.next() % sources.len()];
            let (text, fields) = match choices.between(0, 6) {
                0 => written_out(choices),
                1 => (format!("= Partial<{}>", source.name), source.fields.clone()),
                2 => {
                    let names: Vec<&str> = source.fields.iter().map(String::as_str).collect();
                    let picked = choices.some_of(&names);
                    let fields = picked.iter().map(|name| (*name).to_owned()).collect();
                    (format!("= Pick<{}, [{}]>", source.name, picked.join(", ")), fields)
                }
                3 if source.fields.len() > 1 => {
                    let (first, rest) = source.fields.split_first().expect("more than one");
                    (format!("= Omit<{}, [{first}]>", source.name), rest.to_vec())
                }
                4 => {
                    let extra = format!("extra{number}");
                    let text = format!(
                        "= {} & {{ {extra}: string @minLength(2), kind{number}: \"k\" }}",
                        source.name
                    );
                    (text, source.fields.iter().cloned().chain([extra]).collect())
                }
                5 => {
                    let bar = choices.pick(&["", "| "]);
                    let text = format!(
                        "= {bar}{{ kind: \"one\", amount: int @min(1) }} | {{ kind: \"two\" }} | {{ kind: \"three\", note: string? }}"
                    );
                    self.declarations.push(format!("@validation type {name} {text}\n"));
                    continue;
                }
                _ => (format!("= {}", source.name), source.fields.clone()),
            };
            self.declarations.push(format!("@validation type {name} {text}\n"));
            sources.push(Source { name, fields });
        }
    }
}

fn written_out(choices: &mut Choices<'_>) -> (String, Vec<String>) {
    let fields = [
        ("title", "string @minLength(1) @trim"),
        ("type", "string = \"plain\""),
        ("amount", "decimal(8, 2)? @min(0)"),
        ("tags", "string[]"),
        ("home", "Address?"),
        ("version", "\"1\""),
        ("ownerId", "__User.id"),
    ];
    let kept = choices.some_of(&fields);
    let lines: Vec<_> = kept.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    (format!("{{\n  {}\n}}", lines.join("\n  ")), kept.iter().map(|(name, _)| (*name).to_owned()).collect())
}
