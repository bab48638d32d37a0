//! A condition as clauses that all must hold, each of which holds when one of its parts does; so that conditions can be
//! compared whatever order they were written in.

use std::collections::BTreeSet;

use inspire_artifact::policy::{Condition, Op};

/// Parts of a condition, one of which must hold.
pub(super) type Clause = BTreeSet<String>;

/// The clauses of `condition`; none if it is about every row.
pub(super) fn clauses(condition: &Condition<'_>) -> BTreeSet<Clause> {
    let mut stack: Vec<Term> = Vec::new();
    for op in condition.ops() {
        let count = match op.op.get() {
            Op::List | Op::And | Op::Or => usize::try_from(op.number.get()).unwrap_or_default(),
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In => 2,
            Op::Not => 1,
            _ => 0,
        };
        let operands = stack.split_off(stack.len().saturating_sub(count));
        stack.push(match op.op.get() {
            Op::List => Term { text: list(&operands), clauses: Vec::new(), items: texts(operands) },
            Op::And => {
                let text = joined(&operands, " && ");
                let clauses = operands.into_iter().flat_map(|operand| operand.clauses).collect();
                Term { text, clauses, items: Vec::new() }
            }
            Op::Or => Term::any(joined(&operands, " || "), operands.into_iter().flat_map(Term::into_clause)),
            Op::In => among(operands),
            Op::Not => Term::part(format!("!({})", joined(&operands, ""))),
            Op::Eq | Op::Ne => Term::part(joined(&operands, &format!(" {} ", op.op.get()))),
            Op::Lt | Op::Le => Term::part(texts(operands).join(&format!(" {} ", op.op.get()))),
            Op::Gt => Term::part(reversed(operands).join(" < ")),
            Op::Ge => Term::part(reversed(operands).join(" <= ")),
            _ => Term::part(condition.operand(op)),
        });
    }
    stack.into_iter().flat_map(|term| term.clauses).collect()
}

/// What an operation pushes.
struct Term {
    /// The same for everything that means the same, as far as order goes.
    text: String,
    /// What it comes to as a condition.
    clauses: Vec<Clause>,
    /// Its items, if it is a list.
    items: Vec<String>,
}

impl Term {
    fn part(text: String) -> Self {
        Self::any(text.clone(), [text])
    }

    fn any(text: String, parts: impl IntoIterator<Item = String>) -> Self {
        Self { text, clauses: vec![parts.into_iter().collect()], items: Vec::new() }
    }

    /// The parts of its only clause; what has several clauses is one part of its own.
    fn into_clause(self) -> Clause {
        let [clause] = self.clauses.as_slice() else { return Clause::from([self.text]) };
        clause.clone()
    }
}

/// `value in [a, b]` is `value == a || value == b`, but for null, which a list may hold and never equals.
fn among(operands: Vec<Term>) -> Term {
    let Ok([value, list]) = <[Term; 2]>::try_from(operands) else { return Term::part(String::new()) };
    let text = format!("{} in {}", value.text, list.text);
    if list.items.is_empty() || list.items.iter().any(|item| item == "null") {
        return Term::part(text);
    }
    let equal = list.items.iter().map(|item| sorted([value.text.as_str(), item]).join(" == "));
    Term::any(text, equal.collect::<Vec<_>>())
}

fn list(operands: &[Term]) -> String {
    format!("[{}]", joined(operands, ", "))
}

/// The operands in an order of their own.
fn joined(operands: &[Term], by: &str) -> String {
    let parts = sorted(operands.iter().map(|operand| operand.text.as_str()));
    if parts.len() > 1 && by.contains(['&', '|']) { format!("({})", parts.join(by)) } else { parts.join(by) }
}

fn sorted<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<&'t str> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_unstable();
    texts
}

fn texts(operands: Vec<Term>) -> Vec<String> {
    operands.into_iter().map(|operand| operand.text).collect()
}

fn reversed(operands: Vec<Term>) -> Vec<String> {
    let mut texts = texts(operands);
    texts.reverse();
    texts
}
