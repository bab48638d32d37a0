//! The clauses of a policy: each at most once, in order, and only where it has a meaning.

use inspire_diagnostics::{Code, Diagnostic, Span};
use inspire_syntax::ast::{self, Argument, Clause, Name, ValueKind, Via, Who};

use super::policy::{Owner, Reader};

/// The clauses of one policy.
#[derive(Default)]
pub(super) struct Clauses<'a> {
    pub(super) on: Option<Name<'a>>,
    pub(super) to: Option<Who<'a>>,
    pub(super) via: Option<&'a Via<'a>>,
    pub(super) condition: Option<&'a ast::Cond<'a>>,
    pub(super) why: Option<&'a str>,
}

/// The place of a clause in the order of the language.
fn rank(clause: &Clause<'_>) -> u8 {
    match clause {
        Clause::On(..) => 0,
        Clause::To(..) => 1,
        Clause::Via(..) => 2,
        Clause::Where(..) => 3,
        Clause::Why(..) => 4,
    }
}

impl<'a> Reader<'_, 'a> {
    /// The clauses of a policy, each at most once and in order.
    pub(super) fn clauses(&mut self, node: &ast::Policy<'a>, owner: Owner) -> Clauses<'a> {
        let mut found = Clauses::default();
        let mut last = 0;
        let mut ordered = true;
        for (i, clause) in node.clauses.iter().enumerate() {
            let rank = rank(clause);
            ordered &= rank >= last;
            last = last.max(rank);
            let earlier = node.clauses.iter().take(i).find(|earlier| self::rank(earlier) == rank);
            if let Some(earlier) = earlier {
                self.twice(clause, earlier);
                continue;
            }
            match (clause, owner) {
                (Clause::On(span, name), Owner::Entity(_)) => {
                    let help = "remove it; a policy inside an entity is about that entity";
                    self.refuse(
                        span.to(name.span),
                        "a policy of an entity has no `on`",
                        "not in an entity",
                        help,
                    );
                }
                (Clause::To(span, _), Owner::System(_) | Owner::Scope(_)) => {
                    let help = "remove it; the policy is for the system principal it stands in";
                    self.refuse(
                        *span,
                        "a system principal's policy has no `to`",
                        "for whom is clear already",
                        help,
                    );
                }
                (Clause::Via(via), Owner::System(_) | Owner::Scope(_)) => {
                    let help = "remove it; a system principal is a member of nothing";
                    self.refuse(
                        via.keyword,
                        "a system principal's policy has no `via`",
                        "not for a system principal",
                        help,
                    );
                }
                (Clause::On(_, name), _) => found.on = Some(*name),
                (Clause::To(_, who), _) => found.to = Some(*who),
                (Clause::Via(via), _) => found.via = Some(via),
                (Clause::Where(_, condition), _) => found.condition = Some(&condition.0),
                (Clause::Why(span, arguments), _) => found.why = self.why(*span, arguments),
            }
        }
        if !ordered {
            self.order(node);
        }
        found
    }

    #[cold]
    fn twice(&mut self, clause: &Clause<'a>, earlier: &Clause<'a>) {
        let place = self.at(clause.keyword());
        let first = self.at(earlier.keyword());
        let word = self.cx.sources.slice(place).to_owned();
        let mut new =
            Diagnostic::new(Code::InvalidClause, place, format!("`{word}` stands twice in one policy"))
                .label("a second one")
                .related(first, "the first one");
        new = if word == "where" {
            new.help("join the conditions with `&&`")
        } else {
            new.help("remove one of them")
        };
        self.cx.report(new);
    }

    /// The clauses stand in another order than `on`, `to`, `via`, `where`, `@why`.
    #[cold]
    fn order(&mut self, node: &ast::Policy<'a>) {
        let ends = node.clauses.iter().skip(1).map(|clause| clause.keyword().start).chain([node.span.end]);
        let mut parts: Vec<_> = node
            .clauses
            .iter()
            .zip(ends)
            .map(|(clause, end)| {
                let span = Span::new(clause.keyword().start, end);
                (rank(clause), span, self.cx.sources.slice(self.at(span)).trim_end().to_owned())
            })
            .collect();
        let whole = Span::new(parts.first().map_or(0, |part| part.1.start), node.span.end);
        let mut highest = 0;
        let out_of_place = node.clauses.iter().find(|clause| {
            let late = rank(clause) < highest;
            highest = highest.max(rank(clause));
            late
        });
        let place = self.at(out_of_place.map_or(whole, Clause::keyword));
        parts.sort_by_key(|(rank, ..)| *rank);
        let comments = self.cx.sources.slice(self.at(whole)).contains("//");
        let text = parts.into_iter().map(|(_, _, text)| text).collect::<Vec<_>>().join(" ");
        let new = Diagnostic::new(Code::ClauseOrder, place, "the clauses of a policy stand in another order")
            .label("belongs further left")
            .help("write `on`, `to`, `via`, `where`, `@why`, in this order");
        // Joined on one line, a comment between them would swallow what follows.
        self.cx.report(if comments {
            new
        } else {
            new.fix("put the clauses in order", self.at(whole), text)
        });
    }

    fn why(&mut self, span: Span, arguments: &'a [Argument<'a>]) -> Option<&'a str> {
        if let [Argument { label: None, value }] = arguments {
            match value.kind {
                ValueKind::String(text) => return Some(text),
                ValueKind::Malformed => return None,
                _ => {}
            }
        }
        self.refuse(
            span,
            "`@why` takes one string",
            "wants a reason",
            "write `@why(\"support needs it for refunds\")`",
        );
        None
    }
}
