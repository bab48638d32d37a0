//! The order in which principal attributes are worked out: each after all that it needs.

use inspire_diagnostics::{Code, Diagnostic, FileId, Location};
use inspire_syntax::ast;
use inspire_syntax::ast::entity::Binding as Node;
use inspire_syntax::ast::{Cond, Name, Tail};
use rustc_hash::FxHashMap;

use super::Checker;
use super::order::{order, way};

/// So many members of a cycle are shown in the text.
const RELATED: usize = 10;

/// The attributes that `node` reads in its `where`.
fn needs<'a>(node: &ast::Field<'a>) -> Vec<Name<'a>> {
    let mut found = Vec::new();
    for tail in node.tails {
        if let Tail::From(Node { condition: Some(condition), .. })
        | Tail::SelectFrom(Node { condition: Some(condition), .. }) = tail
        {
            attributes_in(condition, &mut found);
        }
    }
    found
}

fn attributes_in<'a>(condition: &Cond<'a>, found: &mut Vec<Name<'a>>) {
    match condition {
        Cond::Any(list) | Cond::All(list) => list.iter().for_each(|inner| attributes_in(inner, found)),
        Cond::Not(_, inner) => attributes_in(inner, found),
        Cond::Compare(comparison) => {
            attributes_in(&comparison.left, found);
            attributes_in(&comparison.right, found);
        }
        Cond::In(pair) => attributes_in(&pair.0, found),
        Cond::Path(path) => {
            if let [principal, attribute] = path.names
                && principal.text == "principal"
            {
                found.push(*attribute);
            }
        }
        Cond::Literal(_) => {}
    }
}

/// The attributes with each after all that it needs; a cycle is reported once, at its first attribute in the text.
pub(crate) fn evaluation_order<'a>(
    cx: &mut Checker<'a>,
    file: FileId,
    list: &[&'a ast::Field<'a>],
) -> Vec<&'a ast::Field<'a>> {
    let index: FxHashMap<&str, usize> =
        list.iter().enumerate().map(|(i, node)| (node.name.text, i)).collect();
    let needs: Vec<Vec<usize>> = list
        .iter()
        .map(|node| needs(node).iter().filter_map(|name| index.get(name.text).copied()).collect())
        .collect();
    let found = order(&needs);
    for cycle in found.cycles {
        let members: Vec<_> = cycle.iter().filter_map(|(member, _)| list.get(*member).copied()).collect();
        self::cycle(cx, file, &members);
    }
    found.order.into_iter().filter_map(|member| list.get(member).copied()).collect()
}

#[cold]
fn cycle<'a>(cx: &mut Checker<'a>, file: FileId, members: &[&'a ast::Field<'a>]) {
    let first = members.iter().enumerate().min_by_key(|(_, node)| node.name.span.start).map_or(0, |(i, _)| i);
    let turned: Vec<_> = members.iter().cycle().skip(first).take(members.len()).collect();
    let names: Vec<_> = turned.iter().map(|node| node.name.text).collect();
    let Some(start) = turned.first() else { return };
    let mut new = Diagnostic::new(
        Code::AttributeCycle,
        Location::new(file, start.name.span),
        format!("principal attributes need each other: {}", way(&names)),
    )
    .label("needs itself");
    for node in turned.iter().skip(1).take(RELATED) {
        new = new.related(Location::new(file, node.name.span), "on the way");
    }
    cx.report(new.help("narrow one of them by `principal.id` or a literal instead"));
}
