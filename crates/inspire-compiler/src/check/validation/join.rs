//! `A & B`: the fields of all parts; a field of several parts must keep what each of them says of it.

use inspire_diagnostics::{Code, Diagnostic, Span};
use rustc_hash::FxHashMap;

use super::{Expanded, Expander};
use crate::check::{defaults, types};
use crate::model::validation::Field;
use crate::model::{Default, Rule, RuleKind, TypeKind};

impl<'a> Expander<'_, 'a> {
    /// One list of the fields of all parts, each where it stands first; none if two do not go together.
    pub(super) fn join(&mut self, parts: Vec<Expanded<'a>>) -> Option<Expanded<'a>> {
        let mut parts = parts.into_iter();
        let mut joined = parts.next()?;
        let mut at: FxHashMap<&'a str, usize> = FxHashMap::default();
        let mut agree = true;
        for part in parts {
            if at.is_empty() {
                at = joined.fields.iter().enumerate().map(|(at, field)| (field.column.name, at)).collect();
            }
            for field in part.fields {
                let known = at.get(field.column.name).copied();
                match known.and_then(|known| joined.fields.get_mut(known)) {
                    None => {
                        at.insert(field.column.name, joined.fields.len());
                        joined.fields.push(field);
                    }
                    Some(first) => match self.both(*first, field) {
                        Ok(both) => *first = both,
                        Err(why) => {
                            agree = false;
                            let first = *first;
                            let new = self.conflict((&first, joined.span), (&field, part.span), &why);
                            self.cx.report(new);
                        }
                    },
                }
            }
            joined.span = joined.span.to(part.span);
            joined.partial |= part.partial;
        }
        agree.then_some(joined)
    }

    /// A field that is what both parts say of it, or why there is none. The later part says what its default is.
    fn both(&mut self, first: Field<'a>, second: Field<'a>) -> Result<Field<'a>, String> {
        let (a, b) = (&first.column, &second.column);
        if a.ty.kind == TypeKind::Broken || b.ty.kind == TypeKind::Broken {
            return Ok(first);
        }
        if a.ty.kind != b.ty.kind || a.ty.array != b.ty.array {
            let (one, other) = (types::show(self.data, a.ty), types::show(self.data, b.ty));
            return Err(format!("it is `{one}` in one part and `{other}` in another"));
        }
        if first.constant != second.constant {
            let show =
                |constant: Option<&str>| constant.map_or("any text".to_owned(), |it| format!("`\"{it}\"`"));
            let (one, other) = (show(first.constant), show(second.constant));
            return Err(format!("it is {one} in one part and {other} in another"));
        }
        let mut column = *b;
        column.ty.nullable &= a.ty.nullable;
        column.sensitive |= a.sensitive;
        column.pii |= a.pii;
        column.trim |= a.trim;
        column.email |= a.email;
        column.url |= a.url;
        column.rules = self.rules_of_both(first, second)?;
        if let Some(default) = column.default.and_then(|it| self.data.defaults.get(it as usize)).copied() {
            if default == Default::Null && !column.ty.nullable {
                return Err("its default is `null` in one part, which another does not allow".to_owned());
            }
            if defaults::broken_rule(self.data, &column, default).is_some() {
                return Err("its default in one part breaks a rule of another".to_owned());
            }
        }
        Ok(Field { column, origin: second.origin, optional: first.optional && second.optional, ..first })
    }

    /// The rules that hold when those of both fields hold: their place in the table of rules.
    fn rules_of_both(&mut self, first: Field<'a>, second: Field<'a>) -> Result<(u32, u32), String> {
        let (a, b) = (self.data.rules_of(&first.column), self.data.rules_of(&second.column));
        if a.is_empty() {
            return Ok(second.column.rules);
        }
        let mut rules: Vec<Rule<'a>> = b.to_vec();
        for rule in a {
            match rules.iter_mut().find(|known| known.kind == rule.kind) {
                None => rules.push(*rule),
                Some(known) => *known = stricter(*known, *rule)?,
            }
        }
        rules.sort_by_key(|rule| rule.kind);
        let limit = |kind| rules.iter().find(|rule| rule.kind == kind).map(|rule| rule.number);
        for (least, greatest) in [(RuleKind::MinLength, RuleKind::MaxLength), (RuleKind::Min, RuleKind::Max)]
        {
            if let (Some(least), Some(greatest)) = (limit(least), limit(greatest))
                && defaults::compare(least, greatest).is_gt()
            {
                return Err("its minimum in one part is over its maximum in another".to_owned());
            }
        }
        let start = self.data.rules.len() as u32;
        self.data.rules.extend(rules);
        Ok((start, self.data.rules.len() as u32))
    }

    #[cold]
    fn conflict(
        &self,
        (first, first_part): (&Field<'a>, Span),
        (second, second_part): (&Field<'a>, Span),
        why: &str,
    ) -> Diagnostic {
        let name = second.column.name;
        let message = format!("no value of `{name}` suits all parts: {why}");
        Diagnostic::new(Code::ConflictingField, self.place_of(second, second_part), message)
            .label(format!("`{name}` again"))
            .related(self.place_of(first, first_part), format!("`{name}` comes from here, too"))
            .help(format!("leave it out of one of them: `Omit<T, [{name}]>`"))
    }
}

/// The stricter of two rules of one kind; there is none of two patterns.
fn stricter<'a>(one: Rule<'a>, other: Rule<'a>) -> Result<Rule<'a>, String> {
    let greater = defaults::compare(one.number, other.number).is_gt();
    match one.kind {
        RuleKind::MinLength | RuleKind::Min => Ok(if greater { one } else { other }),
        RuleKind::MaxLength | RuleKind::Max | RuleKind::MaxSize => Ok(if greater { other } else { one }),
        RuleKind::Regex | RuleKind::Accept if one.text == other.text => Ok(one),
        RuleKind::Regex => Err("it has a pattern in each".to_owned()),
        RuleKind::Accept => Err("it accepts other media types in each".to_owned()),
    }
}
