//! Well-typed schemas over the whole language, made from a list of numbers.
//!
//! Every decision takes the next number, and zero once they have run out; zero is always the plainest choice. So a
//! shorter list or a smaller number is a simpler schema, and proptest shrinks a failure without knowing the language.

mod access;
mod data;
mod platform;
mod validation;

use proptest::prelude::*;

use data::Entity;

/// The declarations of a schema in which, most of the time, everything fits.
pub(crate) fn schemas() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any::<u16>(), 0..700).prop_map(|numbers| schema(&numbers))
}

/// Two such schemas, of which the second took one decision otherwise.
pub(crate) fn changed_schemas() -> impl Strategy<Value = [Vec<String>; 2]> {
    let decision = (any::<prop::sample::Index>(), any::<u16>());
    (prop::collection::vec(any::<u16>(), 1..700), decision).prop_map(|(mut numbers, (at, number))| {
        let old = schema(&numbers);
        *at.get_mut(&mut numbers) = number;
        [old, schema(&numbers)]
    })
}

/// The schema that these numbers stand for.
fn schema(numbers: &[u16]) -> Vec<String> {
    let mut choices = Choices { numbers, at: 0 };
    let mut app = App::new(&mut choices);
    app.data(&mut choices);
    app.principal(&mut choices);
    app.namespaces(&mut choices);
    app.systems(&mut choices);
    app.routes(&mut choices);
    app.schedules(&mut choices);
    app.platform(&mut choices);
    app.validations(&mut choices);
    app.write(&mut choices)
}

/// What is known of the schema while it is made.
struct App {
    /// Finished declarations.
    declarations: Vec<String>,
    entities: Vec<Entity>,
    enums: Vec<Vec<String>>,
    /// Attributes of the principal that hold the id of a row of the entity with this number.
    tenants: Vec<(String, usize)>,
    /// Attributes of the principal that hold a number.
    numbers: Vec<String>,
    /// The settings of `auth`; none without it.
    auth: Option<String>,
    /// The declarations between the braces of `principal`.
    attributes: Vec<String>,
    scopes: Vec<String>,
    roles: Vec<String>,
    /// The plans of `payments`.
    plans: usize,
}

impl App {
    fn new(choices: &mut Choices<'_>) -> Self {
        let auth = choices.chance(3, 4).then(|| {
            let providers = choices.some_of(&["email", "google", "github"]).join(", ");
            let duration = choices.pick(&["12h", "30d", "1m", "1h30m", "1w"]);
            let linking = choices.pick(&["manual", "disabled"]);
            let mut text =
                format!("  providers: [{providers}]\n  sessionDuration: {duration}\n  linking: {linking}\n");
            if providers.contains("email") && choices.chance(1, 2) {
                let min = choices.between(12, 64);
                text += &format!(
                    "  password {{ minLength: {min}, blockCommon: true, breachCheck: {} }}\n",
                    choices.flag()
                );
            }
            text
        });
        let plans = if auth.is_some() { choices.between(0, 3) } else { 0 };
        Self {
            declarations: Vec::new(),
            entities: Vec::new(),
            enums: Vec::new(),
            tenants: Vec::new(),
            numbers: Vec::new(),
            auth,
            attributes: Vec::new(),
            scopes: Vec::new(),
            roles: Vec::new(),
            plans,
        }
    }

    fn write(mut self, choices: &mut Choices<'_>) -> Vec<String> {
        for index in 0..self.entities.len() {
            let text = self.entity(index, choices);
            self.declarations.push(text);
        }
        if let Some(settings) = self.auth.take() {
            let principal = match self.attributes.is_empty() {
                true => String::new(),
                false => format!("  principal {{\n    {}\n  }}\n", self.attributes.join("\n    ")),
            };
            self.declarations.push(format!("auth {{\n{settings}{principal}}}\n"));
        }
        self.declarations
    }
}

/// The numbers that decide.
struct Choices<'n> {
    numbers: &'n [u16],
    at: usize,
}

impl Choices<'_> {
    fn next(&mut self) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        number.into()
    }

    /// A number from `low` to `high`, both included.
    fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.next() % (high - low + 1)
    }

    /// True in `share` of `of` cases, and never for zero.
    fn chance(&mut self, share: usize, of: usize) -> bool {
        self.next() % of >= of - share
    }

    fn flag(&mut self) -> bool {
        self.chance(1, 2)
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.next() % list.len()]
    }

    /// At least one of `list`, in its order.
    fn some_of<T: Copy>(&mut self, list: &[T]) -> Vec<T> {
        let kept: Vec<_> = list.iter().copied().filter(|_| self.chance(1, 2)).collect();
        if kept.is_empty() { vec![list[0]] } else { kept }
    }
}
