//! The operations of a condition as the text they could be written as.
//!
//! Each part is written as it is met. However deep a condition is and however often it says one long text, this takes
//! no more memory than a few words an operation, and no recursion.

use core::fmt;

use super::check::operands;
use super::view::Condition;
use super::{Op, OpRecord};
use crate::value::Decimal;

/// How tightly a part holds together, tightest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Atom,
    Comparison,
    And,
    Or,
}

/// What is left to write.
enum Part {
    /// The value of the operation with this number, in parentheses if it is looser than that.
    Value(usize, Binding),
    /// What stands between two operands of an operation.
    Between(Op),
    /// A closing bracket.
    Close(&'static str),
}

impl fmt::Display for Condition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let starts = self.starts();
        let whole = self.ops.len().checked_sub(1).map(|last| Part::Value(last, Binding::Or));
        let mut left = Vec::from_iter(whole);
        while let Some(part) = left.pop() {
            match part {
                Part::Value(at, loosest) => self.value(at, loosest, &starts, &mut left, f)?,
                Part::Between(kind) => between(kind, f)?,
                Part::Close(bracket) => f.write_str(bracket)?,
            }
        }
        Ok(())
    }
}

impl Condition<'_> {
    /// What an operation pushes that takes nothing, as it could be written.
    pub fn operand(&self, op: &OpRecord) -> String {
        fmt::from_fn(|f| self.atom(op, f)).to_string()
    }

    /// The number of the first operation of each value; those of its operands stand right before its own.
    fn starts(&self) -> Vec<usize> {
        let mut open: Vec<usize> = Vec::new();
        let start = |(at, op): (usize, &OpRecord)| {
            let left = open.len().saturating_sub(usize::try_from(operands(op)).unwrap_or_default());
            let start = open.get(left).copied().unwrap_or(at);
            open.truncate(left);
            open.push(start);
            start
        };
        self.ops.iter().enumerate().map(start).collect()
    }

    /// Writes what a value begins with, and puts the rest of it on `left`, the last first.
    fn value(
        &self,
        at: usize,
        loosest: Binding,
        starts: &[usize],
        left: &mut Vec<Part>,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let Some(op) = self.ops.get(at) else { return Ok(()) };
        let kind = op.op.get();
        let (open, close) = match kind {
            Op::List => ("[", "]"),
            Op::Not => ("!", ""),
            _ if binding(kind) > loosest => ("(", ")"),
            _ => ("", ""),
        };
        f.write_str(open)?;
        left.push(Part::Close(close));
        let mut end = at;
        for number in 0..operands(op) {
            let Some(operand) = end.checked_sub(1) else { break };
            if number > 0 {
                left.push(Part::Between(kind));
            }
            left.push(Part::Value(operand, loosest_in(kind)));
            end = starts.get(operand).copied().unwrap_or_default();
        }
        self.atom(op, f)
    }

    /// Writes what an operation without operands pushes, and nothing for any other.
    fn atom(&self, op: &OpRecord, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.scene.policies.texts.get(op.text);
        match op.op.get() {
            Op::Null => f.write_str("null"),
            Op::Bool => write!(f, "{}", op.number.get() != 0),
            Op::Number => write!(f, "{}", Decimal { mantissa: op.number.get(), scale: op.scale }),
            Op::String => write!(f, "{text:?}"),
            Op::PrincipalId => f.write_str("principal.id"),
            Op::PrincipalPlan => f.write_str("principal.plan"),
            Op::PrincipalPlanStatus => f.write_str("principal.planStatus"),
            Op::Principal => write!(f, "principal.{text}"),
            Op::Resource => self.path("resource", op, f),
            Op::Junction => self.path(self.via.map_or("junction", |via| via.junction), op, f),
            _ => Ok(()),
        }
    }

    /// Writes a path, which names the relations it crosses and not their keys: `task` for `taskId`.
    fn path(&self, root: &str, op: &OpRecord, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.scene.policies;
        let steps = op.steps.of(tables.steps);
        f.write_str(root)?;
        for (number, step) in steps.iter().enumerate() {
            let name = tables.texts.get(step.name);
            let crosses = number + 1 < steps.len();
            write!(f, ".{}", name.strip_suffix("Id").filter(|_| crosses).unwrap_or(name))?;
        }
        Ok(())
    }
}

fn between(kind: Op, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match kind {
        Op::List => f.write_str(", "),
        Op::And => f.write_str(" && "),
        Op::Or => f.write_str(" || "),
        _ => write!(f, " {kind} "),
    }
}

fn binding(kind: Op) -> Binding {
    match kind {
        Op::Or => Binding::Or,
        Op::And => Binding::And,
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In => Binding::Comparison,
        _ => Binding::Atom,
    }
}

/// The loosest operand of an operation that needs no parentheses.
fn loosest_in(kind: Op) -> Binding {
    match kind {
        Op::List => Binding::Or,
        Op::Or => Binding::And,
        Op::And => Binding::Comparison,
        _ => Binding::Atom,
    }
}
