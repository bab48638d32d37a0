//! Policies, roles, scopes and routes: who may do what.

use super::data::{Entity, Field, Ty};
use super::{App, Choices};

const ACTIONS: [&str; 5] = ["read", "insert", "update", "delete", "write"];

impl App {
    /// A policy of the entity with this number.
    pub(super) fn policy(&self, index: usize, choices: &mut Choices<'_>) -> String {
        let entity = &self.entities[index];
        let verb = if choices.chance(1, 5) { "@deny" } else { "@grant" };
        let mut text = format!("{verb} {}", actions(entity, choices));
        let role = self.roles.first().map(|role| format!(" to role({role})"));
        let public = choices.chance(1, 6);
        if public {
            text += " to @public";
        } else if choices.flag() {
            text += choices.pick(&[" to *", role.as_deref().unwrap_or_default()]);
        }
        let junction = if public { None } else { self.junction(index, choices) };
        if let Some((junction, _)) = junction {
            text += &format!(" via {}", junction.name);
        }
        if choices.chance(2, 3) {
            let condition = self.condition(index, junction.map(|(entity, _)| entity), public, 0, choices);
            text += &format!("\n    where {condition}");
        }
        if choices.chance(1, 4) {
            text += " @why(\"they told us so\")";
        }
        text
    }

    /// An entity that ties users to the rows of the entity with this number, in one way only.
    fn junction(&self, index: usize, choices: &mut Choices<'_>) -> Option<(&Entity, &Field)> {
        if !choices.chance(1, 3) {
            return None;
        }
        let ties = self.entities.iter().filter_map(|junction| {
            let mut references = junction.references(index);
            let tie = references.next().filter(|_| references.next().is_none())?;
            junction.user_link().map(|_| (junction, tie))
        });
        ties.into_iter().next()
    }

    /// A condition about rows of the entity with this number.
    pub(super) fn condition(
        &self,
        index: usize,
        junction: Option<&Entity>,
        anonymous: bool,
        depth: usize,
        choices: &mut Choices<'_>,
    ) -> String {
        let part = |choices: &mut Choices<'_>| self.condition(index, junction, anonymous, depth + 1, choices);
        match if depth > 2 { 0 } else { choices.between(0, 7) } {
            4 => format!("{} && {}", part(choices), part(choices)),
            5 => format!("({} || {})", part(choices), part(choices)),
            6 => format!("!({})", part(choices)),
            7 => format!("{} && ({})", part(choices), part(choices)),
            _ => self.comparison(index, junction, anonymous, choices),
        }
    }

    fn comparison(
        &self,
        index: usize,
        junction: Option<&Entity>,
        anonymous: bool,
        choices: &mut Choices<'_>,
    ) -> String {
        let entity = &self.entities[index];
        let (root, fields) = match junction {
            Some(junction) if choices.chance(1, 3) => (junction.name.clone(), junction.comparable()),
            _ => match self.step(entity, choices) {
                Some((relation, target)) => (format!("resource.{relation}"), target.comparable()),
                None => ("resource".to_owned(), entity.comparable()),
            },
        };
        let Some(field) = fields.get(choices.next() % fields.len().max(1)) else {
            return "resource.createdAt > \"2026-01-01T00:00:00Z\"".to_owned();
        };
        let path = format!("{root}.{}", field.name);
        let order = choices.pick(&["==", "!=", "<", "<=", ">", ">="]);
        let equal = choices.pick(&["==", "!="]);
        if field.nullable && choices.chance(1, 4) {
            return format!("{path} {equal} null");
        }
        match field.ty {
            Ty::Scalar("boolean") => format!("{path}{}", choices.pick(&[" == true", ""])),
            Ty::Scalar("string") if choices.flag() => format!("{path} in [\"a\", \"b\"]"),
            Ty::Scalar("string") => format!("{path} {order} \"m\""),
            Ty::Scalar("date") => format!("{path} {order} \"2026-02-28\""),
            Ty::Scalar("datetime") => format!("{path} {order} resource.createdAt"),
            Ty::Scalar("uuid") => format!("{path} {equal} resource.id"),
            Ty::Scalar(_) => match self.numbers.first().filter(|_| !anonymous && choices.flag()) {
                Some(attribute) => format!("{path} {order} principal.{attribute}"),
                None => format!("{path} {order} {}", choices.between(0, 9)),
            },
            Ty::Enum(index) => format!("{path} {equal} \"{}\"", self.enums[index][0]),
            Ty::User if !anonymous => format!("{path} {equal} principal.id"),
            Ty::Row(target) => match self.tenants.iter().find(|(_, tenant)| *tenant == target) {
                Some((attribute, _)) if !anonymous => format!("{path} == principal.{attribute}"),
                _ => "resource.createdAt < resource.updatedAt".to_owned(),
            },
            Ty::User | Ty::Embedded => "resource.createdAt < resource.updatedAt".to_owned(),
        }
    }

    /// A foreign key of `entity` as the relation it is, and the entity it leads to.
    fn step(&self, entity: &Entity, choices: &mut Choices<'_>) -> Option<(String, &Entity)> {
        if !choices.chance(1, 4) {
            return None;
        }
        let mut keys = entity.fields.iter().filter_map(|field| match field.ty {
            Ty::Row(target) => Some((field.name.trim_end_matches("Id").to_owned(), &self.entities[target])),
            _ => None,
        });
        keys.next()
    }

    pub(super) fn systems(&mut self, choices: &mut Choices<'_>) {
        for number in 0..choices.between(0, 3) {
            let display = choices.flag();
            let name = if display { format!("  displayName: \"Keeper {number}\"\n") } else { String::new() };
            let grants = self.grants(choices);
            self.declarations.push(format!("@system(\"keeper_{number}\") {{\n{name}{grants}}}\n"));
            if display {
                self.roles.push(format!("Keeper{number}"));
            }
        }
        let scopes: Vec<_> = (0..choices.between(0, 3))
            .map(|number| {
                format!("    scope{number}: @system(\"key_{number}\") {{\n{}    }}\n", self.grants(choices))
            })
            .collect();
        if !scopes.is_empty() {
            self.scopes = (0..scopes.len()).map(|number| format!("scope{number}")).collect();
            self.declarations.push(format!("apiKeys {{\n  scopes: {{\n{}  }}\n}}\n", scopes.concat()));
        }
    }

    /// Grants that name their entity; their conditions are about the row alone.
    fn grants(&self, choices: &mut Choices<'_>) -> String {
        let mut text = String::new();
        for _ in 0..choices.between(1, 3) {
            let index = choices.between(0, self.entities.len() - 1);
            text += &format!(
                "      @grant {} on {}",
                actions(&self.entities[index], choices),
                self.entities[index].name
            );
            if choices.chance(1, 3) {
                text += &format!(" where {}", self.condition(index, None, true, 1, choices));
            }
            text += "\n";
        }
        text
    }

    pub(super) fn routes(&mut self, choices: &mut Choices<'_>) {
        for group in 0..choices.between(0, 3) {
            let auth = self.route_auth(choices);
            let limit = choices.pick(&["", ", rateLimit: 100/minute"]);
            let mut text = format!("routes(\"/g{group}\", auth: {auth}{limit}) {{\n");
            for (number, method) in ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().enumerate() {
                if choices.flag() {
                    let path = choices.pick(&["/things", "/things/:thingId", "/things/mine", "/:a/:b"]);
                    let options = match choices.flag() {
                        true => format!(" (auth: {})", self.route_auth(choices)),
                        false => String::new(),
                    };
                    text += &format!("  {method} {path} -> handle{group}x{number}{options}\n");
                }
            }
            if choices.chance(1, 3) {
                let auth = self.route_auth(choices);
                text += &format!("  routes(\"/nested\", auth: {auth}) {{ HEAD /ping -> ping{group} }}\n");
            }
            self.declarations.push(text + "}\n");
        }
    }

    fn route_auth(&self, choices: &mut Choices<'_>) -> String {
        let mut modes = vec!["none".to_owned()];
        modes.extend(self.auth.is_some().then(|| "session".to_owned()));
        modes.extend(self.scopes.iter().map(|scope| format!("apiKey({scope})")));
        modes.swap_remove(choices.next() % modes.len())
    }
}

/// One or more actions, perhaps with fields.
fn actions(entity: &Entity, choices: &mut Choices<'_>) -> String {
    let fields: Vec<_> = entity.fields.iter().take(2).map(|field| field.name.as_str()).collect();
    let listed = choices.chance(1, 5);
    let actions = choices.some_of(&ACTIONS).into_iter().map(|action| match action {
        "delete" => "delete".to_owned(),
        action if listed => format!("{action}({})", fields.join(", ")),
        action => action.to_owned(),
    });
    actions.collect::<Vec<_>>().join(", ")
}
